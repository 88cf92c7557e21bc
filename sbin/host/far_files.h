// SPDX-License-Identifier: MIT
// Reads what lies on a file system whose answers are somebody else's to give, in a process of its own that
// may wait for them: init waits for a short time only. A file server that has not answered in that time
// costs nobody else any: nothing of what it serves is read until it has answered after all.
#pragma once

#include "host/loop.h"
#include "host/ownership.h"
#include "system/foreign_mounts.h"
#include "world/result.h"

#include <functional>
#include <string>
#include <vector>

namespace init::host {

class FarFiles {
public:
    /// Silent file servers at a time; with so many, none is asked.
    static constexpr std::size_t most = 8;
    static constexpr std::chrono::milliseconds patience{2000};
    /// One part of this many of the time may be waited, and as much at once as the patience: many looks in
    /// a row at a server that is slow have no more than one has.
    static constexpr int share = 5;
    /// Where a signal or a timer is due, or another server is silent.
    static constexpr std::chrono::milliseconds short_patience{250};

    /// Before there is a loop nobody is told, and nothing else is due.
    FarFiles() = default;
    /// All outlive it.
    FarFiles(Loop& loop, world::Log& log, Ownership& ownership) noexcept
        : loop_(&loop), log_(&log), ownership_(&ownership)
    {
    }

    /// The mount that a look at `path` would have to wait for; nothing where it would not.
    /// In the reserve of a stop, where nothing allocates, any that there is.
    const system::ForeignMount* on_the_way_to(std::string_view path)
    {
        return is_in_reserve() ? mounts_.any() : mounts_.on_the_way_to(path);
    }

    using Work = std::function<world::Result<std::string>()>;
    /// What `work` gives, done in a process of its own. Errors: its own; ETIMEDOUT where the file server of
    /// `mount` did not answer, now or before, and in the reserve; errno of pipe2(2), fork(2).
    world::Result<std::string> ask(const system::ForeignMount& mount, const Work& work);
    /// True for a process of its own: the server has answered, or is gone.
    bool child_ended(pid_t pid) noexcept;

private:
    struct Reader {
        pid_t pid = 0;
        int mount = 0;     ///< its id while the server is silent, else 0
        std::string place; ///< of that mount
    };
    [[nodiscard]] bool is_in_reserve() const noexcept { return loop_ != nullptr && loop_->is_in_reserve(); }
    [[nodiscard]] world::TimePoint patient_until(world::TimePoint now) noexcept;
    [[nodiscard]] bool is_silent(int mount) const noexcept;
    [[nodiscard]] std::size_t silent() const noexcept;
    world::Result<std::string> wait_for(int answer);
    void collect() noexcept;
    void tell_silence(const system::ForeignMount& mount);
    void tell_answer(const Reader& reader) noexcept;

    Loop* loop_ = nullptr;
    world::Log* log_ = nullptr;
    Ownership* ownership_ = nullptr;
    system::ForeignMounts mounts_;
    std::vector<Reader> readers_;                  ///< that have not been reaped
    world::TimePoint::duration credit_ = patience; ///< that may be waited from `credit_at_` on
    world::TimePoint credit_at_{};
};

} // namespace init::host
