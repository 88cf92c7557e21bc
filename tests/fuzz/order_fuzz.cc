// SPDX-License-Identifier: MIT
// Any bytes as the strings behind an order and as a message: nothing outside them is read, and no more limits
// come out than fit.
#include "keeper/order_reader.h"
#include "keeper/protocol.h"

#include <cstdint>
#include <cstring>
#include <vector>

using namespace init::keeper;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    // A copy of just this size, so that a read beyond it is seen.
    std::vector<char> bytes(data, data + size);
    StringReader strings(bytes.data(), bytes.size());
    std::size_t read = 0;
    while (const char* const string = strings.next()) {
        read += std::strlen(string) + 1;
        init::world::SoftLimit limits[limits_limit];
        if (read_limits(string, limits) > limits_limit)
            __builtin_trap();
    }
    if (read > bytes.size())
        __builtin_trap();
    if (size >= sizeof(Message)) {
        Message message;
        std::memcpy(&message, data, sizeof message);
        if (message.get_text().size() > sizeof message.text)
            __builtin_trap();
    }
    return 0;
}
