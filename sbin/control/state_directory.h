// SPDX-License-Identifier: MIT
// The folder for init's own state: the control socket, the state files. The first place that can be trusted
// is taken; where there is none, init lives with its memory alone.
#pragma once

#include "control/waiter.h"

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace init::control {

/// `/run/rcinit`, `/var/run/rcinit`, `/dev/shm/rcinit`, in this order.
std::vector<std::string> state_directory_places();

/// Why a place cannot be trusted with state of `owner`: no folder, a link, somebody else's, writable by
/// others, or where others may put another one. Nothing when it can.
std::optional<std::string> distrust(const std::string& place, uid_t owner);

class StateDirectory {
public:
    explicit StateDirectory(Say say, std::vector<std::string> places = state_directory_places());

    /// Takes the first usable place and makes it, mode 0755, where it is missing. A place that is passed over
    /// for what was found there is said once. Also the way to make it anew after a script removed it or
    /// mounted over it. True when the path is another one than before or was made anew, and so what is in it
    /// must be written again.
    bool mend();

    /// Empty: nothing was usable, state is in memory only.
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    [[nodiscard]] std::optional<std::string> prepare(const std::string& place, bool& made) const;
    void complain(const std::string& place, const std::string& why);

    Say say_;
    std::vector<std::string> places_;
    std::vector<std::string> said_;
    std::string path_;
    bool memory_only_said_ = false;
};

/// The client's side: the first place that exists, is a folder, and belongs to root or to the user that PID 1
/// runs as. Empty where there is none.
std::string find_state_directory(const std::vector<std::string>& places = state_directory_places());

} // namespace init::control
