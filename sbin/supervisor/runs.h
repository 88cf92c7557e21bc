// SPDX-License-Identifier: MIT
// Every run of a script, from its launch until nothing is left under its keeper: whose it is, what it is for,
// who asked for it, and how far it is. Each event about a run is told here, once, and goes on from here to
// those that listen, with the one verdict on how it ended.
#pragma once

#include "model/run_outcome.h"
#include "world/host.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace init::supervisor {

struct Service;

inline double seconds_of(world::TimePoint::duration time) noexcept
{
    return std::chrono::duration<double>(time).count();
}

/// Who asked for a run.
enum class Asker {
    level, ///< entering a level, or the stop; somebody waits for it with others
    caller ///< somebody who called for it and waits for it alone
};

struct Run {
    enum class State {
        ordered, ///< asked for; its script is not known to run
        working, ///< its script runs
        over     ///< its script has ended; something may be left under its keeper
    };

    world::RunId id{};
    Service* service = nullptr; ///< whose script it is; nothing for rc.sysinit and the like
    std::string name;           ///< the service, or what the log calls it
    std::string verb;
    model::RunPurpose purpose = model::RunPurpose::other;
    Asker asker = Asker::level;
    State state = State::ordered;
    world::TimePoint begun{};
    std::optional<world::TimePoint> limit; ///< until when it may hold up who waits for it
    bool told_to_end = false;              ///< TERM was sent when its time was over
    bool was_killed = false;               ///< KILL as well
    bool overtaken = false;                ///< its time was over, and nobody waits for it any more

    [[nodiscard]] bool is_at_work() const noexcept { return state != State::over; }
};

/// Told of runs, in the order in which they were added. What one throws costs only what it would have done.
class RunListener {
public:
    RunListener() = default;
    RunListener(const RunListener&) = delete;
    RunListener& operator=(const RunListener&) = delete;
    virtual ~RunListener() = default;

    virtual void run_began(const Run&) {}
    /// Its script has ended, or could not be started; once for each run. `why`: of one that could not be
    /// started, in words. `left`: the oldest process under its keeper, 0 when there is none. The run may
    /// be asked for until this returns.
    virtual void run_over(const Run& run, const model::RunOutcome& outcome, pid_t left,
                          const std::string& why) = 0;
    /// Its limit is over, and it is at work.
    virtual void run_out_of_time(Run&) {}
};

class Runs {
public:
    explicit Runs(world::Host& host) noexcept : host_(host) {}

    /// The listener must outlive this.
    void add(RunListener& listener) { listeners_.push_back(&listener); }
    /// For the verdict on what ends from now on.
    void use_layout(model::Layout layout) noexcept { layout_ = layout; }

    /// Launches the script; `run` says what for, and its id, state and beginning are filled in. Throws only
    /// before it was launched. Error: errno of the launch.
    world::Result<world::RunId> begin(Run run, const world::ScriptRequest& request);

    // Events.
    void script_started(const world::ScriptStarted& event) noexcept;
    void script_failed(const world::ScriptFailed& event) noexcept;
    void script_ended(const world::ScriptEnded& event) noexcept;
    void run_empty(const world::RunEmpty& event) noexcept;
    void timer_fired(world::Timer timer) noexcept;
    void last_line(const world::LastLine& event);

    /// nullptr when nothing of it is left.
    [[nodiscard]] Run* find(world::RunId run) const noexcept;
    /// A run of this service that is at work for this.
    [[nodiscard]] Run* at_work(const Service& service, model::RunPurpose purpose) const noexcept;
    /// The runs of a service of which something is left.
    [[nodiscard]] std::vector<world::RunId> of(const Service& service) const;
    /// How many are at work that `counts` holds for.
    template <class Counts> [[nodiscard]] std::size_t count_at_work(Counts&& counts) const noexcept
    {
        std::size_t count = 0;
        for (const Run* run : working_)
            if (counts(*run))
                ++count;
        return count;
    }

    template <class Visit> void each_at_work(Visit&& visit) const
    {
        for (const Run* run : working_)
            visit(*run);
    }

    /// From now on its time is over at `limit`.
    void set_limit(Run& run, world::TimePoint limit) noexcept;
    /// TERM, and CONT for one that was stopped.
    void ask_to_end(const Run& run) noexcept;
    /// The same because its time is over; after `limit` it is out of time again.
    void tell_to_end(Run& run, world::TimePoint limit) noexcept;
    void signal(const Run& run, int signo) noexcept;

private:
    void over(world::RunId id, const model::RunOutcome& outcome, pid_t left, const std::string& why) noexcept;
    void out_of_time(world::RunId id) noexcept;
    /// Where it stands, or would.
    [[nodiscard]] std::vector<std::unique_ptr<Run>>::const_iterator place_of(world::RunId id) const noexcept;
    void report_long(const Run& run) noexcept;
    void wake(const Run& run) noexcept;

    world::Host& host_;
    model::Layout layout_ = model::Layout::plain;
    std::vector<RunListener*> listeners_;
    std::vector<std::unique_ptr<Run>> runs_; ///< by id, which only grows; a listener may begin another
    std::vector<Run*> working_; ///< those of them that are at work: few, where `runs_` may be many
};

} // namespace init::supervisor
