// SPDX-License-Identifier: MIT
// The machine of one service: what is true of it, what is wanted of it, and what follows from each event. It
// decides nothing about time and knows no process; who holds it turns what happens into its events and does
// what it answers.
//
//   stopped   Nothing of it lives that init knows of, and nothing is being done. Ends when a run begins or a
//             process of it is found.
//   starting  Its start is at work. Ends with that run, whatever lives or dies meanwhile, or when a stop
//             begins.
//   running   A process of it lives, or a restart of it is at work. Ends with that process or restart, or
//             when a start or a stop begins.
//   ready     Running, and it has said that it serves. Ends as `running` does, or when another process is
//             its own.
//   done      Its start succeeded and left no process, as a script that only sets something up does. Ends
//             when a run begins or a process of it is found.
//   stopping  Its stop is at work. Ends with that run alone. A start that is asked for meanwhile waits.
//   ending    Its stop has succeeded, and its process has not ended yet. Ends with that process, when a start
//             begins, or when another process of it is found.
//   failed    Its start failed and left no process. Ends when a run begins, a process of it is found, or it
//             is given up.
//   dead      Its process ended, and nobody had asked for that. Ends as `failed` does.
//   waiting   Failed or dead, and to be started again at a set time. Ends then, when a run begins, a process
//             of it is found, or it is given up.
//   given_up  Failed or dead, and not started again unless somebody asks. Ends when a run begins or a process
//             of it is found.
//   skipped   Its start was left out, or its script says that it is not installed or not configured. Ends
//             when a run begins or a process of it is found.
#pragma once

#include <cstddef>
#include <string_view>

namespace init::model {

enum class ServiceState {
    stopped,
    starting,
    running,
    ready,
    done,
    stopping,
    ending,
    failed,
    dead,
    waiting,
    given_up,
    skipped
};
inline constexpr std::size_t service_states = static_cast<std::size_t>(ServiceState::skipped) + 1;
/// The word that people read; `ending` is a part of stopping for them.
std::string_view to_string(ServiceState state) noexcept;

enum class Wanted { down, up };

enum class ServiceEvent {
    // What is asked for, and what begins.
    start_asked,
    stop_asked,
    start_begun,
    stop_begun,
    start_skipped,
    start_withdrawn, ///< one that was held will not be run
    // What a run came to, and whether something lives then.
    start_left_process, ///< whatever its status says
    start_left_nothing, ///< it succeeded
    start_failed,       ///< and left nothing; or nobody saw how it ended
    start_lost_process, ///< one that it had before ended meanwhile, unasked, and nothing lives
    start_refused,      ///< not installed or not configured, and left nothing
    stop_left_nothing,  ///< whatever its status says
    stop_lingers,       ///< it succeeded, and the process lives yet
    stop_failed,        ///< or nobody saw how it ended, and the process lives
    renew_left_process,
    renew_left_nothing, ///< it succeeded, and nothing lives
    renew_failed,       ///< and nothing lives
    // What its processes do while no run of it is at work; what ends meanwhile is settled by the run's end.
    process_found, ///< one that the machine did not know of: somebody started it by hand
    process_ended, ///< as one does that was asked to
    process_died,  ///< in any other way
    // For those who supervise it.
    became_ready,
    restart_set, ///< it is to be started again at a set time
    restart_due, ///< that time has come
    gave_up
};
inline constexpr std::size_t service_events = static_cast<std::size_t>(ServiceEvent::gave_up) + 1;

enum class ServiceAction {
    none,
    run,       ///< who asked, or who was held, may run the script now
    hold,      ///< who asked waits until the run at work is over, and asks anew then
    join,      ///< the stop at work is the one that was asked for
    tell_death ///< it is said, once, and whoever supervises the service acts on it
};

/// What follows from one event.
struct ServiceStep {
    ServiceState state = ServiceState::stopped;
    Wanted wanted = Wanted::down;
    ServiceAction action = ServiceAction::none;

    bool operator==(const ServiceStep&) const = default;
};

/// Reads one cell of the table. Allocates nothing and cannot fail.
ServiceStep next_step(ServiceState state, Wanted wanted, ServiceEvent event) noexcept;

} // namespace init::model
