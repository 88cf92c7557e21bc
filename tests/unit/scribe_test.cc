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

/// The write end of the pipe that a new scribe reads.
UniqueFd start_scribe(const std::string& output)
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return {};
    const UniqueFd source{ends[0]};
    UniqueFd sink{ends[1]};
    const UniqueFd file{::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)};
    if (::fork() == 0)
        init::keeper::scribe_main(source.get(), file.get());
    return sink;
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
        return {};
    });
    if (!failure)
        init::test::leave_out("user and mount namespaces are denied here");
    else
        BOOST_TEST(failure->empty(), *failure);
}

} // namespace
