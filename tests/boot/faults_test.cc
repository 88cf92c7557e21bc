// SPDX-License-Identifier: MIT
// When init itself breaks: a fault of its own costs one line and leaves with 70, also where nobody reads what
// it writes. And what it does when it is called by a name that it does not know.
#define BOOST_TEST_MODULE boot_faults
#include "container.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>

namespace ut = boost::unit_test;
using namespace boot;

namespace {

struct Fault {
    const char* name;
    int signo;
};
std::ostream& operator<<(std::ostream& out, const Fault& row)
{
    return out << row.name;
}
const Fault faults[] = {{"SEGV", SIGSEGV}, {"BUS", SIGBUS},   {"FPE", SIGFPE}, {"ILL", SIGILL},
                        {"ABRT", SIGABRT}, {"TRAP", SIGTRAP}, {"SYS", SIGSYS}};

} // namespace

BOOST_AUTO_TEST_SUITE(faults_of_init, *ut::precondition(containers_work))

BOOST_DATA_TEST_CASE(each_fault_is_said_in_one_line_and_leaves_with_70, ut::data::make(faults), row)
{
    Container box;
    BOOST_REQUIRE(box.boot());
    const Ended end = box.stop(row.signo, soon);
    BOOST_TEST(end.over);
    BOOST_TEST(end.status == 70);
    BOOST_TEST(
        box.log_lines(std::string{"a fault in init itself (SIG"} + row.name + "); leaving with 70").size() ==
        1U);
}

BOOST_AUTO_TEST_CASE(a_fault_with_nobody_reading_the_output_leaves_as_well)
{
    for (const Output kind : {Output::stuck, Output::gone, Output::closed}) {
        Container box;
        box.output(kind);
        BOOST_REQUIRE(box.boot());
        const Ended end = box.stop(SIGSEGV, soon);
        BOOST_TEST(end.over);
        BOOST_TEST(end.status == 70);
    }
}

/// With so few descriptors something is always missing. What must not be is a container that boots and cannot
/// be stopped.
BOOST_AUTO_TEST_CASE(without_descriptors_init_says_so_and_leaves_or_it_can_be_stopped)
{
    int refusals = 0;
    int stops = 0;
    for (int limit = 4; limit <= 20; ++limit)
        BOOST_TEST_CONTEXT("limit " << limit)
        {
            Container box;
            box.environment("RCINIT_GRACE=4s");
            box.arguments({"/bin/sh", "-c", "ulimit -n " + std::to_string(limit) + "; exec /sbin/init"});
            box.start();
            BOOST_TEST(box.wait_for([&] { return box.is_over() || !box.log_lines("init: ").empty(); }));
            const bool is_refused = box.wait_for([&] {
                return box.is_over() || !box.log_lines("leaving with 70").empty() ||
                       !box.log_lines("runlevel 3").empty();
            }) && !box.log_lines("leaving with 70").empty();
            const Ended end = is_refused ? box.wait_exit(soon) : box.stop(SIGTERM, soon);
            BOOST_TEST(end.over);
            if (is_refused)
                BOOST_TEST(end.status == 70);
            else
                BOOST_TEST((end.status == 0 || end.status == 73));
            BOOST_TEST(box.count_events("one start") == 0U);
            refusals += is_refused ? 1 : 0;
            stops += is_refused ? 0 : 1;
        }
    BOOST_TEST(refusals > 0);
    BOOST_TEST(stops > 0);
}

BOOST_AUTO_TEST_CASE(pid_1_under_an_unknown_name_is_init)
{
    Container box;
    box.service("one");
    box.enable("one", 10, 90);
    std::filesystem::create_symlink("/sbin/init", box.root() + "/opt/entrypoint");
    box.arguments({"/opt/entrypoint"});
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.count_events("one start") == 1U);
    BOOST_TEST(box.stop().status == 0);
    BOOST_TEST(box.count_events("one stop") == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
