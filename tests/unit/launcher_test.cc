// SPDX-License-Identifier: MIT
// The launcher through Boost.Process v2: the library sees an ordinary process, and errors carry errno, step
// and path.
#define BOOST_TEST_MODULE launcher
#include "system/launcher.h"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace process = boost::process::v2;
using init::system::Launcher;
using init::system::UniqueFd;

namespace {

using Words = std::vector<std::string>;

std::string read_all(const UniqueFd& reader)
{
    std::string text;
    char buffer[256];
    ssize_t got = 0;
    while ((got = ::read(reader.get(), buffer, sizeof buffer)) > 0)
        text.append(buffer, static_cast<std::size_t>(got));
    return text;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_exit_status_arrives_through_the_library)
{
    boost::asio::io_context context;
    Launcher launcher;
    process::error_code ec;
    auto child = launcher(context.get_executor(), ec, "/bin/sh", Words{"-c", "exit 7"});
    BOOST_REQUIRE(!ec);
    BOOST_TEST(child.id() > 0);
    BOOST_TEST(child.wait(ec) == 7);
}

BOOST_AUTO_TEST_CASE(the_loop_goes_on_after_a_launch)
{
    boost::asio::io_context context;
    Launcher launcher;
    process::error_code ec;
    auto child = launcher(context.get_executor(), ec, "/bin/sh", Words{"-c", "exit 0"});
    bool has_waited = false;
    child.async_wait([&](const auto&, int) { has_waited = true; });
    context.run();
    BOOST_TEST(has_waited);
}

BOOST_AUTO_TEST_CASE(a_missing_program_is_told_with_errno_step_and_path)
{
    boost::asio::io_context context;
    Launcher launcher;
    process::error_code ec;
    auto child = launcher(context.get_executor(), ec, "/nowhere/at/all", Words{});
    BOOST_TEST(ec.value() == ENOENT);
    BOOST_TEST(launcher.failure.step == std::string("exec"));
    BOOST_TEST(launcher.failed_path == "/nowhere/at/all");
    child.detach();
}

BOOST_AUTO_TEST_CASE(environment_and_standard_descriptors_are_what_the_initialisers_say)
{
    int ends[2];
    BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    UniqueFd reader(ends[0]);
    UniqueFd writer(ends[1]);
    boost::asio::io_context context;
    Launcher launcher;
    process::error_code ec;
    const Words variables{"COLOUR=green"};
    {
        auto child = launcher(context.get_executor(), ec, "/bin/sh", Words{"-c", "echo $COLOUR"},
                              process::process_environment(variables),
                              process::process_stdio{nullptr, writer.get(), {}});
        BOOST_REQUIRE(!ec);
        BOOST_TEST(child.wait(ec) == 0);
    }
    writer.reset();
    BOOST_TEST(read_all(reader) == "green\n");
}
