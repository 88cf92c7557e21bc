// SPDX-License-Identifier: MIT
// PID 1's end of the Unix socket `control` in the state directory: one line in, one JSON text out, then the
// end of the stream. It is for root and init's own user; everybody else reads the status file. Who calls
// for a run of a script is handed on to those that wait for one.
#pragma once

#include "control/call_request.h"
#include "control/control_request.h"
#include "control/waiter.h"
#include "model/initctl_request.h"
#include "system/unique_fd.h"

#include <sys/stat.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace init::control {

class ControlSocket {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    struct Callbacks {
        std::function<std::string()> status_json;
        std::function<void(const model::InitctlRequest&)> act;
        /// The connection, which the waiter does not have any more, and the pipe that came along.
        std::function<void(system::UniqueFd, system::UniqueFd, CallRequest)> call;
        Say say;
        std::function<TimePoint()> now = std::chrono::steady_clock::now;
    };

    static constexpr std::size_t most_clients = 16;
    static constexpr std::chrono::seconds client_life{5};

    /// Opens nothing yet: `mend` does. `waiter` must outlive this.
    ControlSocket(Waiter& waiter, Callbacks callbacks);
    ControlSocket(const ControlSocket&) = delete;
    ControlSocket& operator=(const ControlSocket&) = delete;
    ~ControlSocket();

    /// Listens at `folder`/control, and makes the socket anew where it was removed, replaced, or `folder` is
    /// another one. An empty folder closes it. Cheap when nothing has changed.
    void mend(const std::string& folder);
    /// Drops every client and the socket.
    void close() noexcept;

    /// Drops clients that are older than `client_life`; due at `next_expiry`.
    void expire(TimePoint now);
    [[nodiscard]] std::optional<TimePoint> next_expiry() const noexcept;

    [[nodiscard]] std::size_t clients() const noexcept { return clients_.size(); }

private:
    struct Client {
        system::UniqueFd fd;
        TimePoint until{};
        std::string line; ///< and the bytes of a call behind it
        system::UniqueFd pipe;
        std::string answer;
        std::size_t sent = 0;
    };
    enum class Next { wait, done, handed_on };

    void listen(const std::string& path);
    [[nodiscard]] bool is_in_place() const noexcept;
    void accept();
    void admit(system::UniqueFd fd);
    void serve(int fd);
    void wait_to_write(Client& client);
    void pause(TimePoint until);
    void resume();
    Next read_line(Client& client);
    Next read_call(Client& client, std::size_t begin, std::size_t size);
    Next refuse(Client& client, const std::string& complaint);
    Next write_answer(Client& client);
    std::string answer(const ControlRequest& request);
    void drop(std::size_t index) noexcept;
    void complain(std::string text);

    Waiter& waiter_;
    Callbacks callbacks_;
    std::string folder_;
    system::UniqueFd listener_;
    bool listening_ = false;                ///< the waiter has the listener
    std::optional<TimePoint> paused_until_; ///< descriptors were short
    dev_t device_ = 0;
    ino_t inode_ = 0;
    std::vector<Client> clients_;
    std::string complaint_;
};

} // namespace init::control
