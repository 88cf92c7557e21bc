// SPDX-License-Identifier: MIT
#include "model/utf8.h"

#include <algorithm>

namespace init::model {

std::size_t utf8_length(std::string_view text) noexcept
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char head = byte(0);
    const std::size_t size = head < 0x80                   ? 1
                             : head >= 0xc2 && head < 0xe0 ? 2
                             : head >= 0xe0 && head < 0xf0 ? 3
                             : head >= 0xf0 && head < 0xf5 ? 4
                                                           : 0;
    if (size == 0 || text.size() < size)
        return 0;
    for (std::size_t i = 1; i < size; ++i)
        if ((byte(i) & 0xc0) != 0x80)
            return 0;
    // Overlong, surrogates, beyond the last code point.
    if ((head == 0xe0 && byte(1) < 0xa0) || (head == 0xed && byte(1) >= 0xa0) ||
        (head == 0xf0 && byte(1) < 0x90) || (head == 0xf4 && byte(1) >= 0x90))
        return 0;
    return size;
}

std::string utf8_of(std::string_view text)
{
    std::string result;
    while (!text.empty()) {
        const std::size_t size = utf8_length(text);
        if (size == 0)
            result += "\xef\xbf\xbd";
        else
            result.append(text.substr(0, size));
        text.remove_prefix(std::max<std::size_t>(size, 1));
    }
    return result;
}

} // namespace init::model
