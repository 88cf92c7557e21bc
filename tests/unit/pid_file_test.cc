// SPDX-License-Identifier: MIT
// Where scripts of many hands keep their pid files, and what counts as a pid.
#define BOOST_TEST_MODULE pid_file
#include "model/pid_file.h"

#include <boost/test/unit_test.hpp>

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

std::size_t held = 0; ///< bytes of the heap
std::size_t most_held = 0;

} // namespace

void* operator new(std::size_t size)
{
    void* const room = std::malloc(size);
    if (room == nullptr)
        throw std::bad_alloc();
    held += ::malloc_usable_size(room);
    most_held = std::max(most_held, held);
    return room;
}

void operator delete(void* room) noexcept
{
    held -= ::malloc_usable_size(room);
    std::free(room);
}

void operator delete(void* room, std::size_t) noexcept
{
    operator delete(room);
}

using namespace init::model;

BOOST_AUTO_TEST_CASE(the_first_candidate_is_the_one_the_script_names)
{
    struct Row {
        const char* script;
        const char* first;
    };
    const Row rows[] = {
        {"# pidfile: /var/run/crond.pid\n", "/var/run/crond.pid"},
        {"PIDFILE=/var/run/$NAME.pid\n", "/var/run/svc.pid"},
        {"NAME=nginx\nPIDFILE=/run/${NAME}.pid\n", "/run/nginx.pid"},
        {"PIDDIR=/var/run/dbus\nPIDFILE=$PIDDIR/pid\n", "/var/run/dbus/pid"},
        {"pidfile=\"${PIDFILE:-/var/run/httpd/httpd.pid}\"\n", "/var/run/httpd/httpd.pid"},
        {"  export MY_PID_FILE='/tmp/x'\n", "/tmp/x"},
        {"start-stop-daemon --start --pidfile /run/exim4/exim.pid --exec /x\n", "/run/exim4/exim.pid"},
        {"prog=redis\nkillproc -p /var/run/${prog}.pid $prog\r\n", "/var/run/redis.pid"},
        {"PIDFILE=`cat /etc/where`\n", "/var/run/svc.pid"},
        {"PIDFILE=$UNKNOWN/x.pid\n", "/var/run/svc.pid"},
        {"", "/var/run/svc.pid"},
        {"echo /a/b.pidgin\n", "/var/run/svc.pid"},
    };
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT(row.script)
    BOOST_TEST(pid_file_candidates(row.script, "svc").front() == row.first);
}

BOOST_AUTO_TEST_CASE(a_path_stands_once_and_the_list_is_short)
{
    std::string script;
    for (int i = 0; i < 100; ++i)
        script += "P=/var/run/" + std::to_string(i % 40) + ".pid\nPIDFILE=/var/run/" +
                  std::to_string(i % 40) + ".pid\n";
    const auto all = pid_file_candidates(script, "svc");
    BOOST_TEST(all.size() <= 12u);
    auto sorted = all;
    std::sort(sorted.begin(), sorted.end());
    BOOST_TEST((std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end()));
}

namespace {

/// The most bytes that the reader held at once; its answer is a short list of paths.
std::size_t room_for(const std::string& script)
{
    const std::size_t before = most_held = held;
    const auto all = pid_file_candidates(script, "svc");
    const std::size_t most = most_held - before;
    BOOST_TEST(all.size() <= 12u);
    for (const std::string& path : all)
        BOOST_TEST(path.size() <= 1024u);
    return most;
}

} // namespace

BOOST_AUTO_TEST_CASE(values_that_double_at_each_line_stay_short)
{
    std::string script = "A=/xxxxxxxxxxxx\n";
    for (int i = 0; i < 24; ++i) // 200 MB where nothing stops them
        script += "A=$A$A\n";
    BOOST_TEST(room_for(script + "PIDFILE=$A.pid\n: $A.pid ${B:-$A$A$A$A}.pid\n") < 100'000u);
}

BOOST_AUTO_TEST_CASE(what_is_kept_of_a_script_has_a_bound)
{
    const std::string value = "/" + std::string(1000, 'x');
    std::string variables = "A=" + value + "\n";
    std::string comments;
    std::string assigned;
    std::string seen;
    for (int i = 0; i < 20'000; ++i) {
        const std::string number = std::to_string(i);
        variables += "V" + number + "=$A\n";
        comments += "# pidfile: /" + number + "\n";
        assigned += "PIDFILE=/" + number + "\n";
        seen += "/" + number + ".pid ";
    }
    BOOST_TEST(room_for(variables) < 1'000'000u);
    for (const std::string& script : {comments, assigned, seen, "# pidfile: /" + std::string(200'000, 'x')})
        BOOST_TEST(room_for(script) < 100'000u);
}

BOOST_AUTO_TEST_CASE(a_line_full_of_paths_is_read_in_time_that_grows_with_it)
{
    // Each `.pid` could end a path that begins at the head of the line: minutes, if each were tried so.
    std::string line = ": $UNKNOWN";
    while (line.size() < 2'000'000)
        line += "/.pid";
    BOOST_TEST(pid_file_candidates(line, "svc").front() == "/var/run/svc.pid");
    std::string many;
    while (many.size() < 2'000'000)
        many += "/a" + std::to_string(many.size()) + ".pid\n";
    BOOST_TEST(pid_file_candidates(many, "svc").size() == 12u);
}

BOOST_AUTO_TEST_CASE(a_pid_is_the_first_number_of_the_file)
{
    struct Row {
        const char* text;
        std::optional<int> pid;
    };
    const Row rows[] = {
        {"123\n", 123},           {" 42", 42},
        {"7 8 9\n", 7},           {"", std::nullopt},
        {"\n12\n", std::nullopt}, {"0\n", std::nullopt},
        {"1\n", std::nullopt},    {"-5\n", std::nullopt},
        {"12x", std::nullopt},    {"99999999999\n", std::nullopt},
    };
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT(row.text)
    BOOST_TEST((parse_pid_file(row.text) == row.pid));
}
