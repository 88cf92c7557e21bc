// SPDX-License-Identifier: MIT
// Any bytes as a script's output, in pieces of any size: every line is labelled, whole and within the limit,
// and what comes out is what went in.
#include "keeper/line_splitter.h"

#include <algorithm>
#include <cstdint>
#include <string>

using namespace init::keeper;

namespace {

constexpr std::string_view label = "fuzz: ";

/// Takes the line that is ready apart and adds its text; a mark of a part that goes on is left out.
void take_line(LineSplitter& splitter, std::string& text)
{
    const std::string_view line = splitter.line();
    if (line.size() > LineSplitter::line_limit || !line.starts_with(label) || !line.ends_with('\n'))
        __builtin_trap();
    std::string_view body = line.substr(label.size(), line.size() - label.size() - 1);
    if (body.find('\n') != std::string_view::npos)
        __builtin_trap();
    if (line.size() == LineSplitter::line_limit && body.ends_with('\\'))
        body.remove_suffix(1);
    text += body;
    splitter.next();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    // The first byte says how large the pieces are; with its highest bit partial lines are shown in between.
    const std::size_t piece = static_cast<std::size_t>(data[0] & 0x7f) * 64 + 1;
    const bool shows_partial = (data[0] & 0x80) != 0;
    std::string_view bytes{reinterpret_cast<const char*>(data + 1), size - 1};
    std::string expected{bytes};
    std::erase(expected, '\n');
    std::string text;
    LineSplitter splitter;
    splitter.start("fuzz");
    while (!bytes.empty()) {
        std::string_view part = bytes.substr(0, piece);
        bytes.remove_prefix(part.size());
        while (!part.empty()) {
            part.remove_prefix(splitter.feed(part));
            if (splitter.is_ready())
                take_line(splitter, text);
        }
        if (shows_partial && splitter.has_partial()) {
            splitter.finish_partial();
            while (splitter.is_ready())
                take_line(splitter, text);
        }
        if (splitter.last().size() > LineSplitter::last_limit)
            __builtin_trap();
    }
    splitter.finish_partial();
    while (splitter.is_ready())
        take_line(splitter, text);
    // A line that fills its limit to the last byte may end in a backslash of its own, which looks like a
    // mark.
    if (expected.find('\\') == std::string::npos && text != expected)
        __builtin_trap();
    return 0;
}
