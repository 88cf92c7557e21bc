// SPDX-License-Identifier: MIT
// The machine of a service: its rows where they tell something, and what holds of every sequence of events.
#define BOOST_TEST_MODULE service_machine
#include "model/service_machine.h"

#include <boost/test/unit_test.hpp>

#include <random>
#include <set>
#include <utility>
#include <vector>

using namespace init::model;

namespace {

using S = ServiceState;
using W = Wanted;
using E = ServiceEvent;
using A = ServiceAction;

struct Row {
    const char* claim;
    S state;
    W wanted;
    E event;
    ServiceStep step;
};

constexpr Row rows[] = {
    {"a start begins", S::stopped, W::down, E::start_begun, {S::starting, W::up, A::none}},
    {"a start that leaves a process is up",
     S::starting,
     W::up,
     E::start_left_process,
     {S::running, W::up, A::none}},
    {"a start that leaves nothing is done",
     S::starting,
     W::up,
     E::start_left_nothing,
     {S::done, W::up, A::none}},
    {"a start that fails has failed", S::starting, W::up, E::start_failed, {S::failed, W::up, A::none}},
    {"a start during which its process died is a death",
     S::starting,
     W::up,
     E::start_lost_process,
     {S::dead, W::up, A::tell_death}},
    {"not installed is no failure", S::starting, W::up, E::start_refused, {S::skipped, W::up, A::none}},
    {"a crash is told", S::running, W::up, E::process_died, {S::dead, W::up, A::tell_death}},
    {"so is that of a ready one", S::ready, W::up, E::process_died, {S::dead, W::up, A::tell_death}},
    {"an end that was asked for is none",
     S::running,
     W::up,
     E::process_ended,
     {S::stopped, W::down, A::none}},
    {"nor one that is wanted", S::running, W::down, E::process_died, {S::stopped, W::down, A::none}},
    {"a death while a stop is at work is the stop's",
     S::stopping,
     W::down,
     E::process_died,
     {S::stopping, W::down, A::none}},
    {"a death while a start is at work is the start's",
     S::starting,
     W::up,
     E::process_died,
     {S::starting, W::up, A::none}},
    {"a start waits for a stop", S::stopping, W::down, E::start_asked, {S::stopping, W::up, A::hold}},
    {"a start waits for a start", S::starting, W::up, E::start_asked, {S::starting, W::up, A::hold}},
    {"and may run when the stop is over",
     S::stopping,
     W::up,
     E::stop_left_nothing,
     {S::stopped, W::up, A::run}},
    {"also when its process lingers", S::stopping, W::up, E::stop_lingers, {S::ending, W::up, A::run}},
    {"also when it failed", S::stopping, W::up, E::stop_failed, {S::running, W::up, A::run}},
    {"a stop joins the one at work", S::stopping, W::up, E::stop_asked, {S::stopping, W::down, A::join}},
    {"a start at work does not hold a stop up",
     S::starting,
     W::up,
     E::stop_asked,
     {S::starting, W::up, A::run}},
    {"what is only asked for is not wanted yet",
     S::running,
     W::up,
     E::stop_asked,
     {S::running, W::up, A::run}},
    {"a held start can be withdrawn",
     S::stopping,
     W::up,
     E::start_withdrawn,
     {S::stopping, W::down, A::none}},
    {"also when the stop is over", S::stopped, W::up, E::start_withdrawn, {S::stopped, W::down, A::none}},
    {"but not what runs", S::running, W::up, E::start_withdrawn, {S::running, W::up, A::none}},
    {"a stop that failed is called off", S::stopping, W::down, E::stop_failed, {S::running, W::up, A::none}},
    {"also of what runs again", S::running, W::down, E::stop_failed, {S::running, W::up, A::none}},
    {"a process that lingers ends", S::ending, W::down, E::process_died, {S::stopped, W::down, A::none}},
    {"a stop that leaves nothing has stopped it",
     S::stopping,
     W::down,
     E::stop_left_nothing,
     {S::stopped, W::down, A::none}},
    {"what a pid file names is up", S::dead, W::up, E::process_found, {S::running, W::up, A::none}},
    {"also while its former process ends",
     S::ending,
     W::down,
     E::process_found,
     {S::running, W::up, A::none}},
    {"a restart leaves it up", S::stopped, W::down, E::renew_left_process, {S::running, W::up, A::none}},
    {"or down", S::running, W::up, E::renew_left_nothing, {S::stopped, W::down, A::none}},
    {"or failed", S::running, W::up, E::renew_failed, {S::failed, W::up, A::none}},
    {"a one-shot's restart changes nothing",
     S::done,
     W::up,
     E::renew_left_nothing,
     {S::done, W::up, A::none}},
    {"a start that is left out", S::stopped, W::down, E::start_skipped, {S::skipped, W::down, A::none}},
    {"of what runs is no news", S::running, W::up, E::start_skipped, {S::running, W::up, A::none}},
    {"nor of what has died", S::dead, W::up, E::start_skipped, {S::dead, W::up, A::none}},
    {"a late start's process lives, whoever wants it",
     S::stopped,
     W::down,
     E::start_left_process,
     {S::running, W::down, A::none}},
    {"a restart is set", S::dead, W::up, E::restart_set, {S::waiting, W::up, A::none}},
    {"but not of what nobody wants", S::dead, W::down, E::restart_set, {S::dead, W::down, A::none}},
    {"its time comes", S::waiting, W::up, E::restart_due, {S::waiting, W::up, A::run}},
    {"but not after a stop was asked for",
     S::waiting,
     W::down,
     E::restart_due,
     {S::waiting, W::down, A::none}},
    {"it is given up", S::waiting, W::up, E::gave_up, {S::given_up, W::up, A::none}},
    {"it is ready", S::running, W::up, E::became_ready, {S::ready, W::up, A::none}},
    {"another process is not yet", S::ready, W::up, E::process_found, {S::running, W::up, A::none}},
};

std::vector<S> all_states()
{
    std::vector<S> all;
    for (std::size_t i = 0; i < service_states; ++i)
        all.push_back(static_cast<S>(i));
    return all;
}
std::vector<E> all_events()
{
    std::vector<E> all;
    for (std::size_t i = 0; i < service_events; ++i)
        all.push_back(static_cast<E>(i));
    return all;
}

/// A service in a world of chance: scripts that run, processes that live and die, people who ask. It does
/// what the machine answers and looks at what must never be.
class World {
public:
    explicit World(std::uint32_t seed) : random_(seed) {}

    void step()
    {
        fails_ = pick(4) == 0;
        switch (pick(9)) {
        case 8:
            withdraw();
            return;
        case 0:
            ask(true);
            return;
        case 1:
            ask(false);
            return;
        case 2:
            if (starts_ != 0)
                end_start(pick(3) != 0, pick(2) != 0);
            return;
        case 3:
            if (stops_ != 0)
                end_stop(pick(3) != 0, pick(3) == 0);
            return;
        case 4:
            if (lives_)
                end_process(pick(2) != 0);
            return;
        case 5:
            if (!lives_ && !at_work()) {
                lives_ = true;
                tell(E::process_found);
            }
            return;
        case 6:
            if (!lives_ && !at_work())
                tell(E::start_skipped);
            return;
        default:
            supervise();
        }
    }

    /// From here on everything that is run does what it is for, in the order in which it was begun: what was
    /// asked for last is reached.
    void reach(bool up)
    {
        fails_ = false;
        ask(up);
        for (int turns = 0; turns < 20; ++turns) {
            if (starts_ != 0)
                end_start(true, true);
            else if (stops_ != 0)
                end_stop(true, false);
        }
        BOOST_TEST(lives_ == up);
        BOOST_TEST(starts_ + stops_ == 0);
        BOOST_TEST((state_ == S::running || state_ == S::ready) == up);
        if (!up)
            BOOST_TEST((wanted_ == W::down));
    }

    int deaths = 0; ///< that happened unasked, while nothing was at work
    int told = 0;

private:
    int pick(int of) { return static_cast<int>(random_() % static_cast<std::uint32_t>(of)); }
    bool at_work() const { return starts_ + stops_ != 0; }

    A tell(E event)
    {
        const ServiceStep next = next_step(state_, wanted_, event);
        state_ = next.state;
        wanted_ = next.wanted;
        told += next.action == A::tell_death ? 1 : 0;
        return next.action;
    }
    void ask(bool up)
    {
        if (up && starts_ != 0) { // what its holder holds: a start that a stop overtook may be at work yet
            held_ = true;
            (void)tell(E::start_asked);
            return;
        }
        const A action = tell(up ? E::start_asked : E::stop_asked);
        if (action == A::hold)
            held_ = true;
        if (!up)
            withdraw();
        if (action == A::run && !fails_)
            begin(up); // else it cannot be launched, and nothing has changed
        else if (action == A::run && up)
            (void)tell(E::start_withdrawn);
        BOOST_TEST((action != A::join || stops_ != 0));
    }
    void withdraw()
    {
        if (std::exchange(held_, false))
            (void)tell(E::start_withdrawn);
    }
    void begin(bool start)
    {
        (start ? starts_ : stops_) += 1;
        if (start) {
            BOOST_TEST(stops_ == 0); // no start while a stop runs
            BOOST_TEST(starts_ == 1);
        }
        lost_ = false;
        (void)tell(start ? E::start_begun : E::stop_begun);
    }
    void ask_held_anew()
    {
        if (!held_ || starts_ != 0)
            return;
        held_ = false;
        ask(true);
    }
    void end_start(bool well, bool daemon)
    {
        --starts_;
        lives_ = lives_ || daemon;
        if (!lives_ && lost_)
            deaths += state_ == S::starting && wanted_ == W::up ? 1 : 0;
        (void)tell(lives_  ? E::start_left_process
                   : lost_ ? E::start_lost_process
                   : well  ? E::start_left_nothing
                           : E::start_failed);
        ask_held_anew();
    }
    void end_stop(bool well, bool lingers)
    {
        --stops_;
        if (well && !lingers)
            lives_ = false;
        (void)tell(!lives_ ? E::stop_left_nothing : well ? E::stop_lingers : E::stop_failed);
        ask_held_anew();
    }
    void end_process(bool asked)
    {
        lives_ = false;
        if (at_work()) { // the run's end settles it
            lost_ = lost_ || !asked;
            return;
        }
        const bool is_death = !asked && wanted_ == W::up && (state_ == S::running || state_ == S::ready);
        deaths += is_death ? 1 : 0;
        (void)tell(asked ? E::process_ended : E::process_died);
    }
    void supervise()
    {
        if (at_work())
            return;
        constexpr E events[] = {E::became_ready, E::restart_set, E::restart_due, E::gave_up};
        const E event = events[pick(4)];
        if (event == E::became_ready && !lives_)
            return;
        if (tell(event) == A::run)
            begin(true);
    }

    std::mt19937 random_;
    S state_ = S::stopped;
    W wanted_ = W::down;
    int starts_ = 0;
    int stops_ = 0;
    bool lives_ = false;
    bool lost_ = false; ///< unasked, while a run was at work
    bool held_ = false;
    bool fails_ = false; ///< nothing can be launched now
};

} // namespace

BOOST_AUTO_TEST_CASE(each_row_is_what_its_claim_says)
{
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT(row.claim)
    BOOST_TEST((next_step(row.state, row.wanted, row.event) == row.step));
}

BOOST_AUTO_TEST_CASE(no_sequence_of_events_starts_while_a_stop_runs_or_loses_a_death_or_what_is_wanted)
{
    for (std::uint32_t seed = 1; seed <= 3000; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed)
        {
            World world(seed);
            for (int i = 0; i < 60; ++i)
                world.step();
            BOOST_TEST(world.told == world.deaths);
            world.reach(seed % 2 == 0);
        }
    }
}

BOOST_AUTO_TEST_CASE(every_state_has_a_way_out_and_can_be_reached)
{
    std::set<S> reached{S::stopped};
    for (std::size_t round = 0; round < service_states; ++round)
        for (const S state : std::set<S>(reached))
            for (const E event : all_events())
                for (const W wanted : {W::down, W::up})
                    reached.insert(next_step(state, wanted, event).state);
    for (const S state : all_states()) {
        BOOST_TEST_CONTEXT("state " << to_string(state) << " " << static_cast<int>(state))
        {
            BOOST_TEST(reached.contains(state));
            for (const W wanted : {W::down, W::up}) {
                bool leaves = false;
                for (const E event : all_events())
                    leaves = leaves || next_step(state, wanted, event).state != state;
                BOOST_TEST(leaves);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_death_is_told_only_where_it_ends_what_was_up)
{
    for (const S state : all_states())
        for (const W wanted : {W::down, W::up})
            for (const E event : all_events()) {
                const ServiceStep step = next_step(state, wanted, event);
                if (step.action != A::tell_death)
                    continue;
                BOOST_TEST((event == E::process_died || event == E::start_lost_process));
                BOOST_TEST((step.state == S::dead));
                // Told once: nothing that follows a death is one.
                BOOST_TEST((next_step(step.state, step.wanted, E::process_died).action == A::none));
            }
}

BOOST_AUTO_TEST_CASE(a_run_of_its_script_is_at_work_in_two_states_and_no_process_ends_them)
{
    for (const S state : {S::starting, S::stopping})
        for (const W wanted : {W::down, W::up})
            for (const E event : {E::process_ended, E::process_died, E::process_found, E::renew_left_process,
                                  E::renew_left_nothing, E::renew_failed})
                BOOST_TEST((next_step(state, wanted, event) == ServiceStep{state, wanted, A::none}));
}
