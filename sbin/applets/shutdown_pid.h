// SPDX-License-Identifier: MIT
// /var/run/shutdown.pid: which shutdown is under way, so that another can refuse to start or cancel it.
#pragma once

#include <sys/types.h>

#include <string>

namespace init::applets {

inline constexpr const char* shutdown_pid_path = "/var/run/shutdown.pid";

/// The pid in the file when it is that of a living shutdown of ours; 0 otherwise. Numbers are used again, so
/// the process must look like one.
pid_t running_shutdown(const std::string& path = shutdown_pid_path);

/// Sends INT to it. Empty, or why there was nothing to cancel.
std::string cancel_shutdown(const std::string& path = shutdown_pid_path);

/// The file while this process waits; removed with the object. Empty `failure()` when it was made.
class ShutdownPidFile {
public:
    explicit ShutdownPidFile(std::string path = shutdown_pid_path);
    ShutdownPidFile(const ShutdownPidFile&) = delete;
    ShutdownPidFile& operator=(const ShutdownPidFile&) = delete;
    ~ShutdownPidFile();

    [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

private:
    std::string path_;
    std::string failure_;
};

} // namespace init::applets
