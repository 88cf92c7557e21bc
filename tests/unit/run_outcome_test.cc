// SPDX-License-Identifier: MIT
// The one verdict on a run: what each purpose makes of each status, in each layout.
#define BOOST_TEST_MODULE run_outcome
#include "model/exit_status.h"
#include "model/run_outcome.h"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <csignal>

using namespace init::model;

namespace {

constexpr int exited(int code)
{
    return code << 8;
}
constexpr int killed_by(int signo)
{
    return signo;
}

using P = RunPurpose;
using R = RunResult;

struct Row {
    P purpose;
    std::optional<int> status;
    R result;       ///< in a Red Hat or Debian tree
    R plain_result; ///< in a plain one
    std::optional<int> exit;
    const char* words;
};

constexpr Row rows[] = {
    {P::start, exited(0), R::succeeded, R::succeeded, 0, "ended with status 0"},
    {P::start, exited(1), R::failed, R::failed, 1, "ended with status 1"},
    {P::start, exited(5), R::not_installed, R::failed, 5, "exit 5 (not installed)"},
    {P::start, exited(6), R::not_configured, R::failed, 6, "exit 6 (not configured)"},
    {P::start, exited(7), R::failed, R::failed, 7, "ended with status 7"}, // not running: no end of a start
    {P::start, killed_by(SIGKILL), R::failed, R::failed, 137, "was killed by signal 9 (SIGKILL)"},
    {P::start, std::nullopt, R::unseen, R::unseen, std::nullopt, "ended unseen"},
    {P::stop, exited(0), R::succeeded, R::succeeded, 0, "ended with status 0"},
    {P::stop, exited(1), R::failed, R::failed, 1, "ended with status 1"},
    {P::stop, exited(5), R::failed, R::failed, 5, "ended with status 5"},    // it has stopped nothing
    {P::stop, exited(7), R::succeeded, R::failed, 7, "ended with status 7"}, // it was not running
    {P::stop, std::nullopt, R::unseen, R::unseen, std::nullopt, "ended unseen"},
    {P::renew, exited(0), R::succeeded, R::succeeded, 0, "ended with status 0"},
    {P::renew, exited(5), R::failed, R::failed, 5, "ended with status 5"},
    {P::look, exited(3), R::failed, R::failed, 3, "ended with status 3"},
    {P::sysinit, exited(6), R::failed, R::failed, 6, "ended with status 6"},
    {P::sysinit, std::nullopt, R::unseen, R::unseen, std::nullopt, "ended unseen"},
    {P::other, killed_by(SIGTERM), R::failed, R::failed, 143, "was killed by signal 15 (SIGTERM)"},
};

} // namespace

BOOST_AUTO_TEST_CASE(a_status_has_the_meaning_that_its_purpose_and_layout_give_it)
{
    for (const Row& row : rows) {
        BOOST_TEST_CONTEXT("purpose " << static_cast<int>(row.purpose) << ", " << row.words)
        {
            for (const Layout layout : {Layout::red_hat, Layout::debian}) {
                const RunOutcome outcome = outcome_of(row.purpose, row.status, layout);
                BOOST_TEST((outcome.result == row.result));
                BOOST_TEST((outcome.exit == row.exit));
                BOOST_TEST(describe(outcome) == row.words);
            }
            BOOST_TEST((outcome_of(row.purpose, row.status, Layout::plain).result == row.plain_result));
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_unseen_or_was_not_run_is_a_failure_for_every_purpose_and_never_success)
{
    for (const P purpose : {P::start, P::stop, P::renew, P::look, P::sysinit, P::other}) {
        const RunOutcome unseen = outcome_of(purpose, std::nullopt, Layout::red_hat);
        BOOST_TEST(!unseen.is_success());
        BOOST_TEST(unseen.is_failure());
        for (const int error : {ENOENT, EACCES, ENOEXEC}) {
            const RunOutcome not_run = outcome_of_failed_exec(purpose, error);
            BOOST_TEST(!not_run.is_success());
            BOOST_TEST(not_run.is_failure());
            BOOST_TEST((not_run.exit == (error == ENOENT ? 127 : 126)));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_service_that_is_not_installed_or_not_configured_neither_succeeds_nor_fails)
{
    for (const int code : {5, 6}) {
        const RunOutcome outcome = outcome_of(P::start, exited(code), Layout::red_hat);
        BOOST_TEST(!outcome.is_success());
        BOOST_TEST(!outcome.is_failure());
    }
}

BOOST_AUTO_TEST_CASE(the_verb_tells_the_purpose)
{
    BOOST_TEST((purpose_of("start") == P::start));
    BOOST_TEST((purpose_of("stop") == P::stop));
    BOOST_TEST((purpose_of("status") == P::look));
    BOOST_TEST((purpose_of("reload") == P::look));
    for (const char* verb : {"restart", "force-reload", "condrestart", "try-restart", "", "boot"})
        BOOST_TEST((purpose_of(verb) == P::renew));
}

BOOST_AUTO_TEST_CASE(how_a_process_ended_tells_whether_somebody_asked_for_it)
{
    for (const int signo : {SIGTERM, SIGINT, SIGHUP, SIGQUIT})
        BOOST_TEST(ended_as_asked(killed_by(signo)));
    BOOST_TEST(ended_as_asked(exited(0)));
    BOOST_TEST(ended_as_asked(exited(128 + SIGTERM)));
    for (const int status :
         {exited(1), exited(255), killed_by(SIGKILL), killed_by(SIGSEGV), killed_by(SIGPIPE)})
        BOOST_TEST(!ended_as_asked(status));
    for (const int signo : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGTRAP})
        BOOST_TEST(ended_by_fault(killed_by(signo)));
    for (const int status : {exited(0), exited(139), killed_by(SIGKILL), killed_by(SIGTERM)})
        BOOST_TEST(!ended_by_fault(status));
}

BOOST_AUTO_TEST_CASE(statuses_and_signals_have_their_words)
{
    using namespace exit_status;
    BOOST_TEST(of_wait_status(exited(255)) == 255);
    BOOST_TEST(of_wait_status(killed_by(SIGKILL)) == 137);
    BOOST_TEST(of_wait_status(killed_by(SIGSEGV) | 0x80) == 139); // with a core
    BOOST_TEST(signal_name(SIGTERM) == "SIGTERM");
    BOOST_TEST(signal_name(SIGRTMIN + 3) == "SIGRTMIN+3");
    BOOST_TEST(signal_name(99) == "signal 99");
    BOOST_TEST(describe_wait_status(killed_by(SIGRTMIN)) ==
               "was killed by signal " + std::to_string(SIGRTMIN) + " (SIGRTMIN+0)");
}
