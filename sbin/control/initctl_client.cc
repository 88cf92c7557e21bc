// SPDX-License-Identifier: MIT
// Opens without blocking and tries again while that can help: no reader yet, or a full FIFO. A request is
// smaller than PIPE_BUF, so it is written whole or not at all.
#include "control/initctl_client.h"

#include "system/unique_fd.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>

#include <cerrno>
#include <cstring>

namespace init::control {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int pause_ms = 50;

/// A reader that goes away while we write is an error to report, not a signal to die of.
class NoPipeSignal {
public:
    NoPipeSignal() noexcept
    {
        struct sigaction ignore {};
        ignore.sa_handler = SIG_IGN;
        ::sigaction(SIGPIPE, &ignore, &before_);
    }
    NoPipeSignal(const NoPipeSignal&) = delete;
    NoPipeSignal& operator=(const NoPipeSignal&) = delete;
    ~NoPipeSignal() { ::sigaction(SIGPIPE, &before_, nullptr); }

private:
    struct sigaction before_ {};
};

/// 0, or the errno of what failed; EINVAL for something that is no FIFO.
int try_once(const std::string& path, const model::InitctlBytes& bytes) noexcept
{
    const system::UniqueFd fd{::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
    struct stat facts {};
    if (!fd || ::fstat(fd.get(), &facts) != 0)
        return errno;
    if (!S_ISFIFO(facts.st_mode))
        return EINVAL;
    return ::write(fd.get(), bytes.data(), bytes.size()) < 0 ? errno : 0;
}

bool may_pass(int error) noexcept
{
    return error == ENXIO || error == EAGAIN || error == EPIPE || error == EINTR;
}

std::string explain(const std::string& path, int error)
{
    switch (error) {
    case ENXIO:
    case EPIPE:
        return fmt::format("{}: timeout: no init reads it", path);
    case EAGAIN:
        return fmt::format("{}: timeout: it is full and init does not read it", path);
    case EINVAL:
        return fmt::format("{}: it is not a FIFO", path);
    case EACCES:
        return fmt::format("{}: {}; only root and the user that init runs as may ask it", path,
                           std::strerror(error));
    default:
        return fmt::format("{}: {}", path, std::strerror(error));
    }
}

} // namespace

std::string send_initctl(const model::InitctlRequest& request, const InitctlRoute& route)
{
    const NoPipeSignal guard;
    const model::InitctlBytes bytes = model::encode(request);
    const auto deadline = Clock::now() + route.limit;
    for (;;) {
        bool hope = false;
        std::string reasons;
        for (const std::string& path : route.paths) {
            const int error = try_once(path, bytes);
            if (error == 0)
                return {};
            hope = hope || may_pass(error);
            reasons += (reasons.empty() ? "" : ", ") + explain(path, error);
        }
        if (!hope || Clock::now() >= deadline)
            return fmt::format("cannot reach init ({}); nothing was sent", reasons);
        ::poll(nullptr, 0, pause_ms);
    }
}

bool may_send_initctl(const InitctlRoute& route)
{
    for (const std::string& path : route.paths)
        if (::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0)
            return true;
    return false;
}

} // namespace init::control
