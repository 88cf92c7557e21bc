// SPDX-License-Identifier: MIT
// PID 1's end of /run/initctl and /dev/initctl: makes the FIFOs, keeps them there, and turns what is written
// to them into requests. Carrying a request out is left to the receiver.
#pragma once

#include "control/waiter.h"
#include "model/initctl_request.h"
#include "system/unique_fd.h"

#include <sys/stat.h>

#include <functional>
#include <string>
#include <vector>

namespace init::control {

/// `/run/initctl` and `/dev/initctl`, the second for clients older than sysvinit 2.89.
std::vector<std::string> initctl_paths();

class InitctlFifo {
public:
    using Receiver = std::function<void(const model::InitctlRequest&)>;

    /// Opens nothing yet: `open` does. `waiter` must outlive this. What is written to a FIFO is read a
    /// bounded amount at a time, and each request handed to the receiver; bytes that are no request are
    /// passed over and said in one line.
    InitctlFifo(Waiter& waiter, Say say, Receiver receiver, std::vector<std::string> paths = initctl_paths());
    InitctlFifo(const InitctlFifo&) = delete;
    InitctlFifo& operator=(const InitctlFifo&) = delete;
    ~InitctlFifo();

    /// Makes, opens and waits for each FIFO, mode 0600; closes first what was open (USR1). One that cannot be
    /// had is said, and the others work.
    void open();
    /// Closes all and leaves them closed until `open` (USR2). The names stay, so a client's time runs out.
    void close() noexcept;
    /// Makes anew what a script removed, replaced or mounted over. Cheap when nothing has changed; does
    /// nothing while closed.
    void mend();

    [[nodiscard]] std::vector<int> descriptors() const;
    /// The names of the FIFOs that are open.
    [[nodiscard]] std::vector<std::string> places() const;

private:
    struct Channel {
        std::string path;
        system::UniqueFd fd;
        dev_t device = 0;
        ino_t inode = 0;
        model::InitctlStream stream;
        std::string complaint; ///< the last one said, so that it is said once
    };

    [[nodiscard]] bool is_in_place(const Channel& channel) const noexcept;
    [[nodiscard]] bool leads_to_another(const Channel& channel) const;
    void reopen(Channel& channel);
    void drop(Channel& channel) noexcept;
    void complain(Channel& channel, std::string text);
    void receive(Channel& channel);
    void hand_on(Channel& channel);

    Waiter& waiter_;
    Say say_;
    Receiver receiver_;
    std::vector<Channel> channels_; ///< as many as there were at the start, so that each stays where it is
    bool open_ = false;
};

} // namespace init::control
