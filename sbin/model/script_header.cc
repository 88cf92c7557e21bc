// SPDX-License-Identifier: MIT
// The INIT INFO block, by the rules that insserv was seen to follow; chkconfig's pass over the same file
// stands in a file of its own.
#include "model/script_header.h"

#include "model/text_lines.h"
#include "model/utf8.h"

#include <fmt/format.h>

#include <algorithm>

namespace init::model {
namespace {

constexpr std::string_view names[lsb_keywords] = {
    "Provides",     "Required-Start", "Required-Stop", "Should-Start",  "Should-Stop",       "X-Start-Before",
    "X-Stop-After", "Default-Start",  "Default-Stop",  "X-Interactive", "Short-Description", "Description",
};
using List = std::vector<std::string> LsbHeader::*;
constexpr List lists[lsb_keywords] = {
    &LsbHeader::provides,
    &LsbHeader::required_start,
    &LsbHeader::required_stop,
    &LsbHeader::should_start,
    &LsbHeader::should_stop,
    &LsbHeader::x_start_before,
    &LsbHeader::x_stop_after,
    &LsbHeader::default_start,
    &LsbHeader::default_stop,
    nullptr,
    nullptr,
    nullptr,
};

constexpr std::string_view begin_mark = "### BEGIN INIT INFO";
constexpr std::string_view end_mark = "### END INIT INFO";
constexpr std::string_view separators = " \t,;";

char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c == '_' ? '-' : c;
}

/// Case does not matter, and `_` is as good as `-`.
bool is_same(std::string_view a, std::string_view b) noexcept
{
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

bool ends_same(std::string_view text, std::string_view end) noexcept
{
    return text.size() >= end.size() && is_same(text.substr(text.size() - end.size()), end);
}

/// `Should-Start` and the X- ones may carry any vendor's prefix: `X-UnitedLinux-Should-Start`.
bool takes_vendor(LsbKeyword keyword) noexcept
{
    return keyword == LsbKeyword::should_start || keyword == LsbKeyword::should_stop ||
           keyword == LsbKeyword::x_start_before || keyword == LsbKeyword::x_stop_after ||
           keyword == LsbKeyword::x_interactive;
}

std::optional<LsbKeyword> keyword_of(std::string_view word) noexcept
{
    for (std::size_t i = 0; i < lsb_keywords; ++i) {
        const auto keyword = static_cast<LsbKeyword>(i);
        if (is_same(word, names[i]))
            return keyword;
        const std::string_view bare = names[i].starts_with("X-") ? names[i].substr(2) : names[i];
        if (takes_vendor(keyword) && word.size() > bare.size() + 2 && is_same(word.substr(0, 2), "X-") &&
            ends_same(word, bare) && lower(word[word.size() - bare.size() - 1]) == '-')
            return keyword;
    }
    return std::nullopt;
}

/// Up to the first byte that cannot be printed; beyond ASCII only where `text` is no list of names.
std::string_view printable(std::string_view value, bool is_text) noexcept
{
    const auto end = std::find_if(value.begin(), value.end(), [is_text](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t') || byte == 0x7f || (byte >= 0x80 && !is_text);
    });
    return trimmed(value.substr(0, static_cast<std::size_t>(end - value.begin())));
}

std::vector<std::string> tokens_of(std::string_view value)
{
    std::vector<std::string> tokens;
    while (true) {
        value.remove_prefix(std::min(value.find_first_not_of(separators), value.size()));
        if (value.empty())
            return tokens;
        const std::size_t end = std::min(value.find_first_of(separators), value.size());
        tokens.emplace_back(value.substr(0, end));
        value.remove_prefix(end);
    }
}

class BlockReader {
public:
    BlockReader(std::string_view file, Diagnostics& complaints) : file_(file), complaints_(complaints) {}

    std::optional<LsbHeader> read(std::string_view text)
    {
        for_each_line(text, [this](std::string_view line, unsigned number) {
            if (state_ == State::before && line.find(begin_mark) != std::string_view::npos) {
                state_ = State::inside;
                header_.line = number;
            } else if (state_ == State::inside && line.find(end_mark) != std::string_view::npos) {
                state_ = State::after;
            } else if (state_ == State::inside) {
                read_line(line, number);
            }
        });
        if (state_ == State::before)
            return std::nullopt;
        if (state_ == State::inside) {
            say(HeaderFault::no_end, header_.line, "the INIT INFO block has no end, block ignored");
            return std::nullopt;
        }
        for (std::string* part : {&header_.short_description, &header_.description})
            *part = utf8_of(*part);
        return std::move(header_);
    }

private:
    enum class State { before, inside, after };

    void read_line(std::string_view line, unsigned number)
    {
        const bool continues = in_description_;
        in_description_ = false;
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
        if (!line.starts_with('#'))
            return;
        line.remove_prefix(1);
        const std::string_view indented = line;
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
        const std::size_t colon = line.find(':');
        const std::string_view word = line.substr(0, colon);
        const std::optional<LsbKeyword> keyword =
            colon == std::string_view::npos ? std::nullopt : keyword_of(word);
        if (keyword)
            take(*keyword, line.substr(colon + 1), number);
        else if (continues && (indented.starts_with('\t') || indented.starts_with("  ")))
            continue_description(line);
        else if (colon != std::string_view::npos && looks_like_keyword(word))
            say(HeaderFault::unknown_keyword, number,
                fmt::format("unknown keyword \"{}\" in the INIT INFO block, line ignored", word));
    }

    static bool looks_like_keyword(std::string_view word) noexcept
    {
        return word.find_first_of("-_") != std::string_view::npos &&
               std::all_of(word.begin(), word.end(),
                           [](char c) { return (lower(c) >= 'a' && lower(c) <= 'z') || lower(c) == '-'; });
    }

    void take(LsbKeyword keyword, std::string_view value, unsigned number)
    {
        unsigned& line = header_.line_of[static_cast<std::size_t>(keyword)];
        if (line != 0) {
            say(HeaderFault::doubled_keyword, number,
                fmt::format("{} stands on line {} already, line ignored", to_string(keyword), line));
            return;
        }
        line = number;
        if (const List list = lists[static_cast<std::size_t>(keyword)]) {
            header_.*list = tokens_of(printable(value, false));
            if (keyword == LsbKeyword::default_start || keyword == LsbKeyword::default_stop)
                keep_levels(header_.*list, keyword, number);
        } else if (keyword == LsbKeyword::x_interactive) {
            header_.x_interactive = is_same(printable(value, false), "true");
        } else if (keyword == LsbKeyword::short_description) {
            header_.short_description = printable(value, true);
        } else {
            header_.description = printable(value, true);
            in_description_ = true;
        }
    }

    void keep_levels(std::vector<std::string>& levels, LsbKeyword keyword, unsigned number)
    {
        for (const std::string& token : levels)
            if (token.size() != 1)
                say(HeaderFault::level, number,
                    fmt::format("{}: \"{}\" is no single runlevel, ignored", to_string(keyword), token));
        std::erase_if(levels, [](const std::string& token) { return token.size() != 1; });
    }

    void continue_description(std::string_view line)
    {
        const std::string_view more = printable(line, true);
        if (more.empty())
            return;
        header_.description.append(header_.description.empty() ? "" : " ").append(more);
        in_description_ = true;
    }

    void say(HeaderFault fault, unsigned line, std::string text)
    {
        complain(complaints_, {std::string(file_), line, std::move(text), static_cast<std::uint8_t>(fault)});
    }

    std::string_view file_;
    Diagnostics& complaints_;
    State state_ = State::before;
    bool in_description_ = false;
    LsbHeader header_;
};

} // namespace

std::string_view to_string(LsbKeyword keyword) noexcept
{
    return names[static_cast<std::size_t>(keyword)];
}

bool LsbHeader::is_complete() const noexcept
{
    return !provides.empty() && has(LsbKeyword::required_start) && has(LsbKeyword::required_stop) &&
           has(LsbKeyword::default_start) && has(LsbKeyword::default_stop);
}

std::optional<LsbHeader> read_lsb_header(std::string_view text, std::string_view file,
                                         Diagnostics& complaints)
{
    return BlockReader(file, complaints).read(text);
}

} // namespace init::model
