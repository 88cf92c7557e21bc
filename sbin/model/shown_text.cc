// SPDX-License-Identifier: MIT
#include "model/shown_text.h"

#include "model/utf8.h"

#include <algorithm>

namespace init::model {

bool is_obeyed(std::string_view character) noexcept
{
    const auto is_between = [&](std::string_view first, std::string_view last) {
        return character.size() == first.size() && character >= first && character <= last;
    };
    return is_between({"\0", 1}, "\x1f") || character == "\x7f" || // C0
           is_between("\xc2\x80", "\xc2\x9f") ||                   // C1
           is_between("\xe2\x80\xa8", "\xe2\x80\xae") ||           // line ends, embeddings and overrides
           is_between("\xe2\x81\xa6", "\xe2\x81\xa9");             // isolates
}

std::string_view take_shown(std::string_view& text) noexcept
{
    const std::size_t size = utf8_length(text);
    const std::string_view read = text.substr(0, std::max<std::size_t>(size, 1));
    text.remove_prefix(read.size());
    return size == 0 || is_obeyed(read) ? "?" : read;
}

std::string shown_text(std::string_view text, std::size_t most)
{
    std::string out;
    while (!text.empty()) {
        const std::string_view shown = take_shown(text);
        if (shown.size() > most - out.size())
            return out + "...";
        out += shown;
    }
    return out;
}

} // namespace init::model
