// SPDX-License-Identifier: MIT
// PID 1's one loop: waits with epoll(7) until a descriptor is ready or a time has come, calls whoever asked
// for that, and gives the supervisor the events that they have made of it. Asio's reactor in its place cost
// PID 1 one more system call and a tenth more CPU for each orphan. One set is enough: what is not ready costs
// nothing, so the rare sources stand beside the busy ones, and an orphan is one epoll_wait, one read of the
// signalfd and its waitpid calls.
#pragma once

#include "control/waiter.h"
#include "host/event_queue.h"
#include "host/timers.h"
#include "system/unique_fd.h"
#include "world/clock.h"
#include "world/log.h"

#include <functional>
#include <optional>
#include <vector>

namespace init::host {

/// Work that is due at a time of its own and no timer of the supervisor's.
class Chore {
public:
    Chore() = default;
    Chore(const Chore&) = delete;
    Chore& operator=(const Chore&) = delete;
    virtual ~Chore() = default;

    /// Nothing where there is nothing to do; a time that has passed for what cannot wait.
    [[nodiscard]] virtual std::optional<world::TimePoint> due() const noexcept = 0;
    virtual void work(world::TimePoint now) noexcept = 0;
};

class Loop final : public world::Clock, public control::Waiter {
public:
    /// What from the reserve of a stop on is still served.
    enum class Weight { rare, vital };

    /// The epoll set, opened before anything is started. Errors: errno of epoll_create1(2).
    static world::Result<system::UniqueFd> open() noexcept;
    /// `log` outlives it.
    Loop(system::UniqueFd events, world::Log& log);

    // world::Clock
    world::TimePoint now() noexcept override;
    std::int64_t wall_clock() noexcept override;
    void arm(world::Timer timer, world::TimePoint when) noexcept override { timers_.arm(timer, when); }
    void disarm(world::Timer timer) noexcept override { timers_.disarm(timer); }
    world::Event next_event() override;
    void begin_reserve() noexcept override;

    [[nodiscard]] std::optional<world::TimePoint> soonest_timer() const noexcept { return timers_.soonest(); }

    // control::Waiter, for what is rare. After `begin_reserve` nothing is added any more (ESHUTDOWN).
    [[nodiscard]] world::Result<void> add(int fd, control::Interest interest, Handler handler) override;
    void remove(int fd) noexcept override;
    /// Read, whatever happens. The handler allocates nothing from the reserve on.
    [[nodiscard]] world::Result<void> add_vital(int fd, Handler handler);

    /// It outlives the last `next_event`. Chores are looked at in the order in which they came.
    void add_chore(Chore& chore, Weight weight);
    /// What else the reserve of a stop means; done last, in this order.
    void at_reserve(std::function<void()> step) { at_reserve_.push_back(std::move(step)); }
    [[nodiscard]] bool is_in_reserve() const noexcept { return is_in_reserve_; }

    /// For the supervisor, in this order. Without memory the event is lost, and that is said.
    void push(world::Event event) noexcept;
    /// From now on so many find a place, whatever memory is left. Throws where there is none for that.
    void reserve_events(std::size_t places) { queue_.reserve(places); }
    /// Events that find a place without memory; sources hand on no more than fits at a time.
    [[nodiscard]] std::size_t room() const noexcept { return queue_.room(); }

private:
    struct Source {
        int fd = -1; ///< -1: a free place
        Weight weight = Weight::rare;
        /// Another one each time the place is taken, so that what the kernel said about an earlier descriptor
        /// reaches nobody.
        std::uint32_t generation = 0;
        Handler handler;
    };
    struct ChoreRow {
        Chore* chore;
        Weight weight;
    };

    world::Result<void> add(int fd, control::Interest interest, Weight weight, Handler handler);
    Source* find(int fd) noexcept;
    void drop(Source& source) noexcept;
    bool collect_due() noexcept;
    void wait() noexcept;
    [[nodiscard]] int timeout() noexcept;
    void serve(std::uint64_t tag) noexcept;

    world::Log& log_;
    system::UniqueFd events_;
    EventQueue queue_;
    Timers timers_;
    std::vector<Source> sources_; ///< in no order; one that is left is a free place
    std::uint32_t last_generation_ = 0;
    std::vector<ChoreRow> chores_;
    std::vector<std::function<void()>> at_reserve_;
    bool is_in_reserve_ = false;
};

} // namespace init::host
