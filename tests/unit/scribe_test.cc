// SPDX-License-Identifier: MIT
// The scribe as a process of its own, with an output that has no room for a while.
#define BOOST_TEST_MODULE scribe
#include "keeper/scribe.h"

#include "left_out.h"
#include "own_namespace.h"
#include "temporary_tree.h"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <time.h>

#include <string>

using init::system::UniqueFd;
using init::test::Failure;
using init::test::TemporaryTree;

namespace {

bool holds_within_10s(const std::function<bool()>& condition)
{
    for (int i = 0; i < 1000; ++i) {
        if (condition())
            return true;
        const timespec pause{0, 10'000'000};
        ::nanosleep(&pause, nullptr);
    }
    return false;
}

struct Pipe {
    Pipe()
    {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) == 0) {
            reader.reset(ends[0]);
            writer.reset(ends[1]);
        }
    }
    UniqueFd reader, writer;
};

/// The write end of the pipe of scripts that a new scribe reads.
UniqueFd start_scribe(const UniqueFd& output)
{
    Pipe lines, own;
    const init::keeper::SharedDesk desk = init::keeper::map_desk();
    if (::fork() == 0)
        init::keeper::scribe_main({lines.reader.get(), own.reader.get()}, output.get(), *desk);
    return std::move(lines.writer);
}
UniqueFd start_scribe(const std::string& output)
{
    return start_scribe(UniqueFd{::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)});
}

bool tell(const UniqueFd& scribe, const std::string& line)
{
    return ::write(scribe.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

BOOST_AUTO_TEST_CASE(a_full_disk_costs_the_lines_that_find_no_room_and_no_later_one)
{
    const TemporaryTree tree;
    tree.folder("/small");
    const auto failure = init::test::in_own_namespace([&]() -> Failure {
        HOLDS(::mount("none", tree.at("/small").c_str(), "tmpfs", 0, "size=4096") == 0);
        const std::string log = tree.at("/small/log");
        const UniqueFd scribe = start_scribe(log);
        const std::string lines(3 * 4096, '\n');
        HOLDS(tell(scribe, lines));
        HOLDS(tell(scribe, "lost\n"));
        int waiting = -1;
        HOLDS(
            holds_within_10s([&] { return ::ioctl(scribe.get(), FIONREAD, &waiting) == 0 && waiting == 0; }));
        HOLDS(holds_within_10s([&] { return tree.text("/small/log").size() == 4096; }));
        HOLDS(::truncate(log.c_str(), 0) == 0);
        HOLDS(tell(scribe, "there is room again\n"));
        HOLDS(holds_within_10s([&] { return tree.text("/small/log").ends_with("there is room again\n"); }));
        HOLDS(tree.text("/small/log")
                  .find(" lines are lost: the container's output did not take them (No "
                        "space left on device)\nthere") != std::string::npos);
        return {};
    });
    if (!failure)
        init::test::leave_out("user and mount namespaces are denied here");
    else
        BOOST_TEST(failure->empty(), *failure);
}

BOOST_AUTO_TEST_CASE(an_output_that_has_lost_its_reader_is_written_to_again_when_it_has_one)
{
    const TemporaryTree tree;
    const std::string path = tree.at("/fifo");
    BOOST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    const auto failure = init::test::in_own_namespace([&]() -> Failure {
        const auto read_end = [&] {
            return UniqueFd{::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
        };
        ::signal(SIGPIPE, SIG_IGN);
        UniqueFd reader = read_end();
        const UniqueFd scribe = start_scribe(UniqueFd{::open(path.c_str(), O_WRONLY | O_CLOEXEC)});
        reader.reset();
        HOLDS(tell(scribe, "nobody\nreads\n"));
        int waiting = -1;
        HOLDS(
            holds_within_10s([&] { return ::ioctl(scribe.get(), FIONREAD, &waiting) == 0 && waiting == 0; }));
        reader = read_end();
        HOLDS(tell(scribe, "this\n"));
        std::string got;
        HOLDS(holds_within_10s([&] {
            char buffer[4096];
            const ssize_t count = ::read(reader.get(), buffer, sizeof buffer);
            got.append(buffer, static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
            return got.ends_with("this\n");
        }));
        HOLDS(got.starts_with("init: 2 lines are lost"));
        return {};
    });
    if (!failure)
        init::test::leave_out("namespaces are denied here");
    else
        BOOST_TEST(failure->empty(), *failure);
}

} // namespace
