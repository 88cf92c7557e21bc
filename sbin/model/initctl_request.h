// SPDX-License-Identifier: MIT
// The 384-byte requests of /run/initctl, as sysvinit's initreq.h lays them out: native byte order,
// magic, command, runlevel, sleep time, data. Reading and writing the FIFO is left to `control`.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace init::model {

inline constexpr std::uint32_t initctl_magic = 0x03091969;
inline constexpr std::size_t initctl_request_size = 384;
inline constexpr std::size_t initctl_data_size = 368;

enum class InitctlCommand { runlevel = 1, powerfail = 2, powerfailnow = 3, powerok = 4, setenv = 6 };

struct InitctlRequest {
    InitctlCommand command = InitctlCommand::runlevel;
    char runlevel = 0; ///< `0-9 S s Q q A a B b C c U u`, for `runlevel`
    /// TERM to KILL, for commands 1-4; nothing where 0 or absurd (over 1 h).
    std::optional<std::chrono::seconds> sleeptime;
    std::vector<std::pair<std::string, std::optional<std::string>>> variables; ///< setenv; nothing unsets

    bool operator==(const InitctlRequest&) const = default;
};

using InitctlBytes = std::array<std::byte, initctl_request_size>;

InitctlBytes encode(const InitctlRequest& request);

struct DecodedRequest {
    std::optional<InitctlRequest> request;
    std::string complaint; ///< why there is no request, in words for the log; empty otherwise
};
/// `bytes` begins with a good magic. Unknown commands, unknown levels and setenv items that do not begin with
/// `INIT_` are a complaint (items: that item is left out and the others stand).
DecodedRequest decode(std::span<const std::byte, initctl_request_size> bytes);

/// Cuts a byte stream into requests. After a bad magic it looks for the next good one, byte by byte, and
/// counts what it passed over.
class InitctlStream {
public:
    /// Takes what was read. Never holds more than one request's bytes between calls.
    void feed(std::span<const std::byte> bytes);
    /// The next whole request, or nothing when more bytes are needed.
    std::optional<DecodedRequest> next();
    /// Bytes passed over since the last call, for one line in the log.
    std::size_t take_skipped() noexcept;

private:
    std::vector<std::byte> pending_;
    std::size_t skipped_ = 0;
};

} // namespace init::model
