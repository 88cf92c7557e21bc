// SPDX-License-Identifier: MIT
// Fills the pipe of the keepers' messages with what init passes over, so that a keeper that tells something
// stands still in the middle of it, until init reads again.
#pragma once

#include "keeper/protocol.h"
#include "system/unique_fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <string>

namespace init::test {

inline void jam_messages(int reader)
{
    const std::string path = "/proc/self/fd/" + std::to_string(reader);
    const system::UniqueFd writer(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
    keeper::Message message;
    message.version = 0;
    while (::write(writer.get(), &message, sizeof message) > 0) {
    }
}

} // namespace init::test
