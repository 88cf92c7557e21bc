// SPDX-License-Identifier: MIT
#include "text/json_text.h"

#include "model/shown_text.h"
#include "model/utf8.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace init::text {
namespace {

/// Of a character of two or three bytes, or one.
unsigned code_point(std::string_view character) noexcept
{
    const auto bits = [&](std::size_t i, unsigned mask) {
        return static_cast<unsigned char>(character[i]) & mask;
    };
    if (character.size() == 1)
        return bits(0, 0x7f);
    if (character.size() == 2)
        return bits(0, 0x1f) << 6U | bits(1, 0x3f);
    return bits(0, 0x0f) << 12U | bits(1, 0x3f) << 6U | bits(2, 0x3f);
}

} // namespace

std::string quoted(std::string_view text)
{
    std::string bytes = boost::json::serialize(boost::json::string_view{text.data(), text.size()});
    if (std::all_of(bytes.begin(), bytes.end(), [](char c) { return c >= ' ' && c < 0x7f; }))
        return bytes;
    std::string out;
    for (std::string_view left = bytes; !left.empty();) {
        const std::size_t size = model::utf8_length(left);
        const std::string_view character = left.substr(0, std::max<std::size_t>(size, 1));
        if (size == 0)
            out += "\xef\xbf\xbd";
        else if (model::is_obeyed(character)) // none of them is longer than three bytes
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", code_point(character));
        else
            out += character;
        left.remove_prefix(character.size());
    }
    return out;
}

std::string quoted_list(std::span<const std::string> texts)
{
    std::string list = "[";
    for (const std::string& text : texts)
        list.append(list.size() > 1 ? "," : "").append(quoted(text));
    return list += ']';
}

std::string member(std::string_view key)
{
    return quoted(key) + ':';
}

} // namespace init::text
