// SPDX-License-Identifier: MIT
// Any bytes, in pieces, as the stream of an initctl FIFO. The first byte is the size of a piece; every byte
// must be accounted for, and every request must survive being written again.
#include "model/initctl_request.h"

#include <algorithm>
#include <cstdint>

using namespace init::model;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::size_t piece = std::size_t{data[0]} * 4 + 1;
    auto rest = std::as_bytes(std::span{data, size}).subspan(1);
    InitctlStream stream;
    std::size_t used = 0;
    const std::size_t total = rest.size();
    while (!rest.empty()) {
        const auto part = rest.first(std::min(piece, rest.size()));
        rest = rest.subspan(part.size());
        stream.feed(part);
        while (const auto next = stream.next()) {
            used += initctl_request_size;
            if (!next->request && next->complaint.empty())
                __builtin_trap();
            if (next->request && next->request->command != InitctlCommand::setenv &&
                decode(encode(*next->request)).request != next->request)
                __builtin_trap();
        }
    }
    used += stream.take_skipped();
    if (used > total || total - used >= initctl_request_size)
        __builtin_trap();
    return 0;
}
