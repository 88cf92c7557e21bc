// SPDX-License-Identifier: MIT
// The table, every cell written. The cells' names say what follows, or why nothing does.
#include "model/service_machine.h"

#include <array>

namespace init::model {
namespace {

using S = ServiceState;
using A = ServiceAction;

/// What follows where the service is wanted down or up; the state or the wanted one may stay as it is.
struct Cell {
    bool moves = false;
    S state = S::stopped;
    bool changes_wanted = false;
    Wanted wanted = Wanted::down;
    A action = A::none;
};
struct Pair {
    constexpr Pair(Cell both) noexcept : down(both), up(both) {}
    constexpr Pair(Cell if_down, Cell if_up) noexcept : down(if_down), up(if_up) {}
    Cell down, up;
};

constexpr Cell to(S state, A action = A::none) noexcept
{
    return {true, state, false, Wanted::down, action};
}
constexpr Cell to(S state, Wanted wanted, A action = A::none) noexcept
{
    return {true, state, true, wanted, action};
}
constexpr Cell wants(Wanted wanted, A action) noexcept
{
    return {false, S::stopped, true, wanted, action};
}

// Why nothing follows.
constexpr Cell same;  // it is so already, or says nothing about this state
constexpr Cell busy;  // a run is at work; its end settles it
constexpr Cell late;  // it is about what something newer has overtaken
constexpr Cell never; // it cannot happen in this state; should it, the state stands

// What is asked for.
constexpr Cell go{false, S::stopped, false, Wanted::down, A::run}; // what is wanted changes when it begins
constexpr Cell hold = wants(Wanted::up, A::hold);
constexpr Cell join = wants(Wanted::down, A::join);
constexpr Cell unheld = wants(Wanted::down, A::none);

// What is true from now on.
constexpr Cell starts = to(S::starting, Wanted::up);
constexpr Cell stops = to(S::stopping, Wanted::down);
constexpr Cell skips = to(S::skipped);
constexpr Cell lives = to(S::running); // although nobody may want it
constexpr Cell is_up = to(S::running, Wanted::up);
constexpr Cell done = to(S::done);
constexpr Cell fails = to(S::failed);
constexpr Cell gone = to(S::stopped);
constexpr Cell down = to(S::stopped, Wanted::down);
constexpr Cell ready = to(S::ready);
constexpr Cell gives_up = to(S::given_up);

// What hangs on the wanted state. A held start may run when the stop is over; a stop that failed is called
// off, so that a later death is one.
constexpr Pair stopped{gone, to(S::stopped, A::run)};
constexpr Pair lingers{to(S::ending), to(S::ending, A::run)};
constexpr Pair off{is_up, to(S::running, A::run)};
constexpr Pair dies{gone, to(S::dead, A::tell_death)};
constexpr Pair waits{late, to(S::waiting)};
constexpr Pair again{late, wants(Wanted::up, A::run)};

// clang-format off
constexpr Pair asked[][6] = {
    //            start_asked stop_asked start_begun stop_begun start_skipped start_withdrawn
    /* stopped  */ {go,         go,        starts,     stops,     skips,        unheld},
    /* starting */ {hold,       go,        starts,     stops,     never,        same},
    /* running  */ {go,         go,        starts,     stops,     same,         same},
    /* ready    */ {go,         go,        starts,     stops,     same,         same},
    /* done     */ {go,         go,        starts,     stops,     same,         same},
    /* stopping */ {hold,       join,      never,      stops,     busy,         unheld},
    /* ending   */ {go,         go,        starts,     stops,     same,         unheld},
    /* failed   */ {go,         go,        starts,     stops,     same,         same},
    /* dead     */ {go,         go,        starts,     stops,     same,         same},
    /* waiting  */ {go,         go,        starts,     stops,     same,         same},
    /* given_up */ {go,         go,        starts,     stops,     same,         same},
    /* skipped  */ {go,         go,        starts,     stops,     same,         same},
};
constexpr Pair run_over[][11] = {
    //              start: start:start: start:start: stop:    stop:    stop:  renew: renew:renew:
    //              proc.  none  failed lost  refuse none     linger   failed proc.  none  failed
    /* stopped  */ {lives, late, late,  late, late,  same,    lingers, lives, is_up, same, same},
    /* starting */ {is_up, done, fails, dies, skips, late,    late,    late,  busy,  busy, busy},
    /* running  */ {is_up, late, late,  late, late,  gone,    lingers, off,   is_up, down, fails},
    /* ready    */ {is_up, late, late,  late, late,  gone,    lingers, off,   is_up, down, fails},
    /* done     */ {lives, late, late,  late, late,  gone,    lingers, lives, is_up, same, same},
    /* stopping */ {busy,  busy, busy,  busy, busy,  stopped, lingers, off,   busy,  busy, busy},
    /* ending   */ {lives, late, late,  late, late,  gone,    same,    off,   is_up, gone, gone},
    /* failed   */ {lives, late, late,  late, late,  gone,    lingers, lives, is_up, same, same},
    /* dead     */ {lives, late, late,  late, late,  gone,    lingers, lives, is_up, same, same},
    /* waiting  */ {lives, late, late,  late, late,  gone,    lingers, lives, is_up, same, same},
    /* given_up */ {lives, late, late,  late, late,  gone,    lingers, lives, is_up, same, same},
    /* skipped  */ {lives, late, late,  late, late,  gone,    lingers, lives, is_up, same, same},
};
constexpr Pair process[][7] = {
    //             found    ended    died     ready    restart_set restart_due gave_up
    /* stopped  */ {is_up,  late,    late,    never,   never,      late,       never},
    /* starting */ {busy,   busy,    busy,    busy,    never,      never,      never},
    /* running  */ {same,   down,    dies,    ready,   never,      never,      never},
    /* ready    */ {is_up,  down,    dies,    same,    never,      never,      never},
    /* done     */ {is_up,  late,    late,    never,   never,      never,      never},
    /* stopping */ {busy,   busy,    busy,    busy,    never,      late,       never},
    /* ending   */ {is_up,  gone,    gone,    late,    never,      never,      never},
    /* failed   */ {is_up,  late,    late,    late,    waits,      late,       gives_up},
    /* dead     */ {is_up,  late,    late,    late,    waits,      late,       gives_up},
    /* waiting  */ {is_up,  late,    late,    late,    same,       again,      gives_up},
    /* given_up */ {is_up,  late,    late,    late,    never,      late,       same},
    /* skipped  */ {is_up,  late,    late,    never,   never,      late,       never},
};
// clang-format on

static_assert(std::size(asked) == service_states && std::size(run_over) == service_states &&
              std::size(process) == service_states);
static_assert(std::size(asked[0]) + std::size(run_over[0]) + std::size(process[0]) == service_events);

const Pair& cell_of(ServiceState state, ServiceEvent event) noexcept
{
    const auto row = static_cast<std::size_t>(state);
    auto column = static_cast<std::size_t>(event);
    if (column < std::size(asked[0]))
        return asked[row][column];
    column -= std::size(asked[0]);
    if (column < std::size(run_over[0]))
        return run_over[row][column];
    return process[row][column - std::size(run_over[0])];
}

} // namespace

std::string_view to_string(ServiceState state) noexcept
{
    switch (state) {
    case ServiceState::stopped:
        return "stopped";
    case ServiceState::starting:
        return "starting";
    case ServiceState::running:
        return "running";
    case ServiceState::ready:
        return "ready";
    case ServiceState::done:
        return "done";
    case ServiceState::stopping:
    case ServiceState::ending:
        return "stopping";
    case ServiceState::failed:
        return "failed";
    case ServiceState::dead:
        return "dead";
    case ServiceState::waiting:
        return "waiting";
    case ServiceState::given_up:
        return "given up";
    case ServiceState::skipped:
        return "skipped";
    }
    return "unknown";
}

ServiceStep next_step(ServiceState state, Wanted wanted, ServiceEvent event) noexcept
{
    const Pair& pair = cell_of(state, event);
    const Cell& cell = wanted == Wanted::down ? pair.down : pair.up;
    return {cell.moves ? cell.state : state, cell.changes_wanted ? cell.wanted : wanted, cell.action};
}

} // namespace init::model
