// SPDX-License-Identifier: MIT
// The inittab at work: which entry is started when, which is waited for, which is started again, and which
// must go when the level changes. Entries that run the distribution's rc are handed to `RcCalls`.
#pragma once

#include "model/inittab.h"
#include "model/rc_layout.h"
#include "model/respawn_limit.h"
#include "model/settings.h"
#include "supervisor/rc_engine.h"
#include "world/host.h"

#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace init::supervisor {

/// Who carries out an entry that runs rc or rc.sysinit.
class RcCalls {
public:
    virtual ~RcCalls() = default;
    /// True when it was taken up (it is then waited for until `rc_is_busy` is false); false when the entry is
    /// to run as it stands.
    virtual bool carry_out(const model::InittabEntry& entry, const model::RcCall& call) = 0;
    [[nodiscard]] virtual bool rc_is_busy() const = 0;
};

class Entries {
public:
    enum class Pass { none, sysinit, boot, level };

    Entries(world::Host& host, RcCalls& rc, const model::Settings& settings) noexcept
        : host_(host), rc_(rc), settings_(settings)
    {
    }

    /// Takes a new table; what is new in it starts now, or when the level that is being left is. Children of
    /// entries that are gone, or whose action changed, are told to end; the others stay.
    void take(std::vector<model::InittabEntry> table);
    /// What children get. Read at each start.
    void use_context(const LevelContext* context) noexcept { context_ = context; }

    /// Goes through the table once, starting what the pass calls for.
    void begin(Pass pass);
    /// Starts what can be started now: pass, respawns, on-demand groups, power entries. Call after every
    /// event.
    void work();
    /// The pass is through, and nothing that it waits for runs.
    [[nodiscard]] bool pass_is_done() const noexcept;
    /// Breaks the pass off; what it waited for is told to end as part of `leave`.
    void break_off() noexcept;

    /// Tells the children that do not belong to `to` to end: TERM to each one's process group.
    void leave(model::Runlevel to);
    /// Children that were told to end and have not.
    [[nodiscard]] std::size_t leaving() const noexcept { return leaving_; }
    /// Children that have not ended, but for those of boot entries, which belong to no level.
    [[nodiscard]] std::size_t alive() const noexcept { return alive_; }
    /// KILL to their groups; each is named once.
    void kill_leaving() noexcept;
    /// This child was told to end.
    [[nodiscard]] bool is_leaving(pid_t pid) const noexcept;
    /// The time of the sysinit or bootwait entry that is waited for is over: TERM, then KILL.
    void out_of_time();
    void set_sleeptime(std::chrono::seconds time) noexcept { sleeptime_ = time; }
    [[nodiscard]] std::chrono::seconds sleeptime() const noexcept { return sleeptime_; }

    /// `telinit a`.
    void demand(char group);
    /// Queues the entries of a power, ctrlaltdel or kbrequest action; false when there are none.
    bool run_action(model::Action action);
    void clear_throttles() noexcept;
    /// Entries that were held back, or had no room, may start again.
    void try_again() noexcept;
    /// No more starts and restarts: a stop has begun to end things.
    void freeze() noexcept { frozen_ = true; }

    void child_ended(const world::ChildEnded& event);

private:
    struct Child {
        model::InittabEntry entry;
        pid_t pid = 0;
        bool done = false; ///< once, wait and boot entries: started in this stay in their levels
        bool demanded = false;
        bool leaving = false;
        bool gone = false; ///< not in the table any more
        bool skip_said = false;
        bool failure_said = false;
        bool is_queued = false; ///< in `idle_`
        model::RespawnLimit limit;
        std::optional<world::TimePoint> no_room_since;
    };
    enum class Started {
        yes,
        failed,  ///< it cannot be launched
        held,    ///< not now, by its throttle, or not here
        no_room, ///< no process, descriptor or memory can be had for it now
    };
    using Places = std::unordered_map<pid_t, std::size_t>;

    [[nodiscard]] bool belongs(const Child& child, Pass pass) const noexcept;
    [[nodiscard]] bool is_respawned(const Child& child) const noexcept;
    [[nodiscard]] bool is_skipped(Child& child);
    [[nodiscard]] static bool is_lasting(const Child& child) noexcept;
    Started start(Child& child);
    [[nodiscard]] bool throttle_passes(Child& child);
    [[nodiscard]] world::ChildRequest request_of(const Child& child);
    Started launched(Child& child, pid_t pid, Places::node_type place) noexcept;
    Started not_launched(Child& child, const boost::system::error_code& error);
    Started has_no_room(Child& child, const boost::system::error_code& error);
    [[nodiscard]] bool may_start() const noexcept { return host_.clock.now() >= retry_at_; }
    Started start_again(Child& child);
    void queue(Child& child) noexcept;
    void tell_to_end(Child& child) noexcept;
    [[nodiscard]] Child* find(pid_t pid) noexcept;
    void start_pass();
    bool start_in_pass(Child& child);
    void wait_for(const Child& child) noexcept;
    void start_respawns();
    void start_actions();
    void arm_throttle(world::TimePoint at) noexcept;

    world::Host& host_;
    RcCalls& rc_;
    const model::Settings& settings_;
    const LevelContext* context_ = nullptr;
    std::vector<Child> children_;
    Places places_; ///< of those that have a process, by its pid
    std::vector<std::size_t>
        idle_;                ///< places of those without one that may have to be started; has room for all
    bool look_at_all_ = true; ///< instead: any of them may
    std::size_t leaving_ = 0;
    std::size_t alive_ = 0;
    world::TimePoint retry_at_{};                   ///< nothing had room; nothing is started before
    std::optional<world::TimePoint> throttle_at_{}; ///< the timer
    bool no_room_said_ = false;
    Pass pass_ = Pass::none;
    std::size_t cursor_ = 0;
    pid_t waiting_for_ = 0;
    bool waiting_for_rc_ = false;
    std::deque<std::string> actions_; ///< ids of queued power entries
    pid_t action_waits_for_ = 0;
    std::chrono::seconds sleeptime_{3};
    bool frozen_ = false;
};

} // namespace init::supervisor
