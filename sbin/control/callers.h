// SPDX-License-Identifier: MIT
// Those who called for a run of a script and wait for its end, each on a connection of its own. They may stay
// as long as the script runs; a caller that leaves costs nothing but its answer.
#pragma once

#include "control/call_request.h"
#include "control/waiter.h"
#include "system/unique_fd.h"
#include "world/host.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace init::control {

class Callers {
public:
    /// ServiceCalled and CallSignalled go there.
    using Sink = std::function<void(world::Event)>;

    static constexpr std::size_t most_callers = 64;

    /// `waiter` must outlive this.
    Callers(Waiter& waiter, Sink sink) : waiter_(waiter), sink_(std::move(sink)) {}
    Callers(const Callers&) = delete;
    Callers& operator=(const Callers&) = delete;
    ~Callers();

    /// Takes over a connection that the waiter does not have, with the write end of the caller's pipe. A call
    /// above `most_callers`, or one that cannot be waited for, is refused.
    void admit(system::UniqueFd connection, system::UniqueFd output, CallRequest request);
    /// The run has a copy of the caller's pipe: ours would keep the stream from ending.
    void close_output(int pipe) noexcept;
    /// False where the caller has gone. After anything but `taken` the connection ends.
    bool answer(world::CallId call, const world::CallAnswer& answer);

    [[nodiscard]] std::size_t size() const noexcept { return callers_.size(); }

private:
    struct Caller {
        world::CallId id{};
        /// Nothing once the caller has gone; its call may be held or at work still.
        system::UniqueFd connection;
        system::UniqueFd output;
        std::string line; ///< begun by the caller, not ended
    };

    void read(world::CallId call);
    void read_lines(Caller& caller, std::string_view bytes);
    void hang_up(Caller& caller) noexcept;
    void drop(std::size_t index) noexcept;

    Waiter& waiter_;
    Sink sink_;
    std::vector<Caller> callers_;
    std::uint32_t last_id_ = 0;
};

} // namespace init::control
