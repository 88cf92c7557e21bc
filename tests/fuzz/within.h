// SPDX-License-Identifier: MIT
// What the fuzz targets of readers share: a claim that must hold, and the guard that a reader's time grows
// with its text and no faster.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

namespace init::fuzz {

inline void hold(bool claim)
{
    if (!claim)
        __builtin_trap();
}

inline double processor_seconds()
{
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Makes `size` bytes of a text by adding to it: itself, itself with a fresh word at each line's end, or
/// fresh words to its last line.
enum class Growth { copies, longer_lines, one_long_line };

inline std::string grown(std::string_view text, std::size_t size, Growth growth)
{
    std::string large;
    unsigned word = 0;
    large.reserve(size + text.size());
    if (growth == Growth::one_long_line) {
        large = text.substr(0, text.find_last_not_of('\n') + 1);
        while (large.size() < size)
            large.append(" w").append(std::to_string(++word));
    } else {
        while (large.size() < size)
            for (const char c : text) {
                if (c == '\n' && growth == Growth::longer_lines)
                    large.append(" w").append(std::to_string(++word));
                large += c;
            }
    }
    return large;
}

/// For one input in 1024, chosen by its bytes: `work` gets the text grown to `size` bytes in each way, and
/// must be done in 5 s of processor time. Under the sanitizers a linear reader takes a tenth of a second, one
/// that compares all with all takes minutes.
template <class Work> void guard_time(std::string_view text, std::size_t size, Work&& work)
{
    unsigned sum = 0;
    for (const char c : text)
        sum = sum * 31 + static_cast<unsigned char>(c);
    if (text.empty() || sum % 1024 != 0)
        return;
    for (const Growth growth : {Growth::copies, Growth::longer_lines, Growth::one_long_line}) {
        const std::string large = grown(text, size, growth);
        const double began = processor_seconds();
        work(std::string_view(large));
        hold(processor_seconds() - began < 5);
    }
}

/// Source: RFC 3629.
inline bool is_utf8(std::string_view text)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    for (std::size_t i = 0; i < text.size();) {
        std::size_t more = 0;
        unsigned long code = byte(i);
        unsigned long least = 0;
        if (code >= 0xf0) {
            more = 3;
            code &= 0x0f;
            least = 0x10000;
        } else if (code >= 0xe0) {
            more = 2;
            code &= 0x0f;
            least = 0x800;
        } else if (code >= 0xc0) {
            more = 1;
            code &= 0x1f;
            least = 0x80;
        } else if (code >= 0x80) {
            return false;
        }
        if (i + more >= text.size())
            return false;
        for (std::size_t k = 1; k <= more; ++k) {
            if ((byte(i + k) & 0xc0) != 0x80)
                return false;
            code = code << 6 | (byte(i + k) & 0x3f);
        }
        if (code < least || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
            return false;
        i += more + 1;
    }
    return true;
}

} // namespace init::fuzz
