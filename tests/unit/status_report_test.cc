// SPDX-License-Identifier: MIT
// What a status report answers about a service by itself.
#define BOOST_TEST_MODULE status_report
#include "model/service_machine.h"
#include "model/status_report.h"

#include <boost/test/unit_test.hpp>

using namespace init::model;

namespace {

using init::model::ServiceState;

/// What a service of this state exits with. A state that is added must be given its place here.
int wanted_status(ServiceState state)
{
    switch (state) {
    case ServiceState::starting:
    case ServiceState::running:
    case ServiceState::ready:
    case ServiceState::stopping:
    case ServiceState::ending:
    case ServiceState::done:
        return 0;
    case ServiceState::failed:
    case ServiceState::dead:
    case ServiceState::waiting:
    case ServiceState::given_up:
        return 1;
    case ServiceState::stopped:
    case ServiceState::skipped:
        return 3;
    }
    return -1;
}

} // namespace

BOOST_AUTO_TEST_CASE(each_state_has_its_lsb_status)
{
    int count = 0;
    for (int i = 0; wanted_status(ServiceState{i}) >= 0; ++i, ++count) {
        ServiceStatus service;
        service.state = to_string(ServiceState{i});
        BOOST_TEST_CONTEXT("state " << service.state)
        BOOST_TEST(lsb_status(service) == wanted_status(ServiceState{i}));
    }
    BOOST_TEST(count == 12);
}

BOOST_AUTO_TEST_CASE(what_is_no_state_is_unknown)
{
    for (const char* word : {"", "unheard of", "awaited"}) {
        ServiceStatus service;
        service.state = word;
        BOOST_TEST(lsb_status(service) == 4);
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
