// SPDX-License-Identifier: MIT
// What a status report answers about a service by itself.
#define BOOST_TEST_MODULE status_report
#include "model/status_report.h"

#include <boost/test/unit_test.hpp>

using namespace init::model;

namespace {

struct Row {
    const char* state;
    int status;
};
constexpr Row rows[] = {
    {"running", 0}, {"done", 0},    {"starting", 0}, {"stopping", 0}, {"failed", 1},
    {"stopped", 3}, {"skipped", 3}, {"waiting", 3},  {"", 4},         {"unheard of", 4},
};

} // namespace

BOOST_AUTO_TEST_CASE(each_state_has_its_lsb_status)
{
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT("state " << row.state)
        {
            ServiceStatus service;
            service.state = row.state;
            BOOST_TEST(lsb_status(service) == row.status);
        }
}

BOOST_AUTO_TEST_CASE(a_service_is_found_by_its_whole_name)
{
    StatusReport report;
    report.services.resize(2);
    report.services[0].name = "sshd";
    report.services[1].name = "crond";
    BOOST_TEST(find_service(report, "crond") == &report.services[1]);
    BOOST_TEST(find_service(report, "cron") == nullptr);
}
