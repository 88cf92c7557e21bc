// SPDX-License-Identifier: MIT
// The table of PID 1's transitions, as a table: what must hold of its rows whatever they do.
#define BOOST_TEST_MODULE transitions
#include "supervisor/supervisor.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <vector>

using namespace init::supervisor;

namespace {

std::vector<Supervisor::Row> rows_from(State state)
{
    std::vector<Supervisor::Row> rows;
    for (const Supervisor::Row& row : Supervisor::rows())
        if (row.from == state)
            rows.push_back(row);
    return rows;
}

std::vector<State> all_states()
{
    std::vector<State> all;
    for (std::size_t i = 0; i < states; ++i)
        all.push_back(static_cast<State>(i));
    return all;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_stop_is_the_first_row_of_every_state_before_it)
{
    for (const State state : all_states()) {
        if (is_stopping(state))
            continue;
        BOOST_TEST_CONTEXT("state " << static_cast<int>(state))
        {
            BOOST_REQUIRE(!rows_from(state).empty());
            BOOST_TEST((rows_from(state).front().to == State::stopping));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_reserve_is_the_first_row_of_every_step_of_the_stop_before_it)
{
    for (const State state : all_states()) {
        if (!is_stopping(state) || is_reserve(state))
            continue;
        BOOST_TEST_CONTEXT("state " << static_cast<int>(state))
        {
            BOOST_REQUIRE(!rows_from(state).empty());
            BOOST_TEST((rows_from(state).front().to == State::reserve));
        }
    }
    BOOST_REQUIRE(rows_from(State::reserve).size() == 1u);
    BOOST_TEST((rows_from(State::reserve).front().to == State::killing));
    BOOST_REQUIRE(rows_from(State::killing).size() == 1u);
    BOOST_TEST((rows_from(State::killing).front().to == State::gone));
    BOOST_TEST(rows_from(State::gone).empty());
}

BOOST_AUTO_TEST_CASE(a_stop_is_never_taken_back_and_its_steps_follow_the_order_of_time)
{
    for (const Supervisor::Row& row : Supervisor::rows())
        if (is_stopping(row.from))
            BOOST_TEST((row.to >= row.from));
}

BOOST_AUTO_TEST_CASE(every_state_can_be_reached_and_left)
{
    std::set<State> reached{State::boot};
    for (std::size_t round = 0; round < states; ++round)
        for (const Supervisor::Row& row : Supervisor::rows())
            if (reached.contains(row.from))
                reached.insert(row.to);
    for (const State state : all_states()) {
        BOOST_TEST_CONTEXT("state " << static_cast<int>(state))
        {
            BOOST_TEST(reached.contains(state));
            const std::vector<Supervisor::Row> rows = rows_from(state);
            const bool leaves = std::any_of(rows.begin(), rows.end(),
                                            [&](const Supervisor::Row& row) { return row.to != state; });
            BOOST_TEST(leaves == (state != State::gone));
        }
    }
}

BOOST_AUTO_TEST_CASE(no_row_stands_behind_one_that_is_always_ready)
{
    // A supervisor that has done nothing: what is ready in every state of it is ready whatever happens.
    for (const State state : {State::boot, State::stopping}) {
        const std::vector<Supervisor::Row> rows = rows_from(state);
        const auto same = [&](const Supervisor::Row& row) { return row.ready == rows.back().ready; };
        BOOST_TEST(std::count_if(rows.begin(), rows.end(), same) == 1);
    }
    BOOST_TEST((rows_from(State::boot).back().ready == rows_from(State::stopping).back().ready));
}

BOOST_AUTO_TEST_CASE(people_read_six_words)
{
    std::set<std::string_view> words;
    for (const State state : all_states())
        words.insert(to_string(state));
    const std::set<std::string_view> wanted{"boot", "sysinit", "entering", "running", "stopping", "gone"};
    BOOST_TEST((words == wanted));
    for (const State state : all_states())
        BOOST_TEST((to_string(state) == "stopping") == (is_stopping(state) && state != State::gone));
    BOOST_TEST(to_string(State::boot_entries) == "sysinit");
    BOOST_TEST(to_string(State::leaving) == "entering");
}
