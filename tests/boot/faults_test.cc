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
