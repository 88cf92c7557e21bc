// SPDX-License-Identifier: MIT
// Where scripts of many hands keep their pid files, and what counts as a pid.
#define BOOST_TEST_MODULE pid_file
#include "model/pid_file.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>

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
