// SPDX-License-Identifier: MIT
// chkconfig's pass over a script: one loop over the whole file that reads its own line and LSB's keywords
// wherever they stand. Source: chkconfig(8) of rhel6, and its behaviour on real scripts.
#include "model/script_header.h"
#include "model/text_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace init::model {
namespace {

constexpr int last_level = 6;
constexpr int highest_number = 99;

/// Takes a whole number with the blanks before it from the head of `text`; nothing where there is none.
std::optional<int> take_number(std::string_view& text) noexcept
{
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{})
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

struct NumberLine {
    std::optional<unsigned> levels; ///< bits
    int start = 0;
    int stop = 0;
};

/// `LEVELS START STOP`, with a blank or the line's end after the last.
std::optional<NumberLine> parse_number_line(std::string_view rest, bool ends_with_newline)
{
    rest.remove_prefix(std::min(rest.find_first_not_of(blanks), rest.size()));
    const std::string_view levels = rest.substr(0, rest.find_first_of(blanks));
    rest.remove_prefix(levels.size());
    const std::optional<int> start = take_number(rest);
    const std::optional<int> stop = start ? take_number(rest) : std::nullopt;
    const bool is_closed =
        rest.empty() ? ends_with_newline : blanks.find(rest.front()) != std::string_view::npos;
    if (levels.empty() || !stop || !is_closed || *start < 0 || *start > highest_number || *stop < 0 ||
        *stop > highest_number)
        return std::nullopt;
    NumberLine line{0U, *start, *stop};
    if (levels == "-")
        return line;
    for (const char c : levels) {
        if (c < '0' || c > '0' + last_level)
            return std::nullopt;
        *line.levels |= 1U << (c - '0');
    }
    return line;
}

class FileReader {
public:
    FileReader(std::string_view text, std::string_view file, Diagnostics& complaints)
        : text_(text), file_(file), complaints_(complaints)
    {
    }

    std::optional<ChkconfigHeader> read()
    {
        for_each_line(text_, [this](std::string_view line, unsigned number) { read_line(line, number); });
        if (is_refused_ || !levels_ || (!header_.has_lsb && !header_.start))
            return std::nullopt;
        set_levels();
        return std::move(header_);
    }

    /// What an override gives replaces what `base` has.
    void apply_to(std::optional<ChkconfigHeader>& base)
    {
        is_override_ = true;
        for_each_line(text_, [this](std::string_view line, unsigned number) { read_line(line, number); });
        if (is_refused_)
            return;
        if (!base && (!levels_ || !header_.start))
            return;
        if (!base)
            base.emplace();
        if (levels_) {
            set_levels();
            base->levels = std::move(header_.levels);
        }
        if (header_.start) {
            base->start = header_.start;
            base->stop = header_.stop;
        }
        if (!header_.description.empty())
            base->description = std::move(header_.description);
        base->has_lsb = base->has_lsb || header_.has_lsb;
        for (const auto list :
             {&ChkconfigHeader::provides, &ChkconfigHeader::required_start, &ChkconfigHeader::required_stop,
              &ChkconfigHeader::should_start, &ChkconfigHeader::should_stop})
            if (!(header_.*list).empty())
                *base.*list = std::move(header_.*list);
    }

private:
    void read_line(std::string_view line, unsigned number)
    {
        const bool has_newline = line.data() + line.size() != text_.data() + text_.size();
        std::string_view rest = line;
        rest.remove_prefix(std::min(rest.find_first_not_of(blanks), rest.size()));
        const bool continues = in_description_;
        in_description_ = false;
        if (!rest.starts_with('#'))
            return;
        if (rest.starts_with("### BEGIN INIT INFO"))
            header_.has_lsb = true;
        rest.remove_prefix(1);
        rest = trimmed(rest);
        if (continues)
            describe(rest);
        else if (starts(rest, "chkconfig:"))
            read_numbers(line.substr(line.find("chkconfig:") + 10), has_newline, number);
        else if (starts(rest, "description:") || starts(rest, "Description:"))
            begin_description(rest, 12);
        else if (starts(rest, "Short-Description:"))
            begin_description(rest, 18);
        else if (starts(rest, "hide:"))
            header_.hidden = trimmed(rest.substr(5)) == "true";
        else
            read_lsb(rest, number);
    }

    static bool starts(std::string_view text, std::string_view word) noexcept
    {
        return text.starts_with(word);
    }

    void read_numbers(std::string_view rest, bool has_newline, unsigned number)
    {
        const std::optional<NumberLine> line = parse_number_line(rest, has_newline);
        if (!line) {
            complain(complaints_,
                     {std::string(file_), number,
                      fmt::format("\"chkconfig:\" is not followed by levels, start and stop number; {}",
                                  is_override_ ? "the override is left out" : "chkconfig refuses the script"),
                      static_cast<std::uint8_t>(HeaderFault::numbers)});
            is_refused_ = true;
            return;
        }
        if (!header_.start) {
            header_.start = line->start;
            header_.stop = line->stop;
        }
        if (!levels_)
            levels_ = line->levels;
    }

    void begin_description(std::string_view rest, std::size_t skipped)
    {
        if (!header_.description.empty())
            return;
        describe(trimmed(rest.substr(skipped)));
    }

    void describe(std::string_view text)
    {
        in_description_ = text.ends_with('\\');
        if (in_description_)
            text = trimmed(text.substr(0, text.size() - 1));
        if (!text.empty())
            header_.description.append(header_.description.empty() ? "" : " ").append(text);
    }

    void read_lsb(std::string_view rest, unsigned number)
    {
        struct Row {
            std::string_view word;
            std::vector<std::string> ChkconfigHeader::*list;
        };
        constexpr Row rows[] = {
            {"Provides:", &ChkconfigHeader::provides},
            {"Required-Start:", &ChkconfigHeader::required_start},
            {"Required-Stop:", &ChkconfigHeader::required_stop},
            {"Should-Start:", &ChkconfigHeader::should_start},
            {"Should-Stop:", &ChkconfigHeader::should_stop},
        };
        for (const Row& row : rows)
            if (rest.starts_with(row.word))
                for (const std::string_view word : words_of(rest.substr(row.word.size())))
                    (header_.*row.list).emplace_back(word);
        if (rest.starts_with("Default-Start:"))
            change_levels(rest.substr(14), number, true);
        else if (rest.starts_with("Default-Stop:"))
            change_levels(rest.substr(13), number, false);
    }

    /// Number by number, up to the first word that is none.
    void change_levels(std::string_view rest, unsigned number, bool adds)
    {
        while (const std::optional<int> level = take_number(rest)) {
            if (!levels_)
                levels_ = 0;
            if (*level < 0 || *level > last_level) {
                complain(
                    complaints_,
                    {std::string(file_), number,
                     fmt::format("{} is no runlevel from 0 to 6 (levels are written apart), ignored", *level),
                     static_cast<std::uint8_t>(HeaderFault::level)});
                continue;
            }
            const unsigned bit = 1U << *level;
            levels_ = adds ? *levels_ | bit : *levels_ & ~bit;
        }
    }

    void set_levels()
    {
        for (int level = 0; level <= last_level; ++level)
            if (*levels_ & (1U << level))
                header_.levels += static_cast<char>('0' + level);
    }

    std::string_view text_;
    std::string_view file_;
    Diagnostics& complaints_;
    ChkconfigHeader header_;
    std::optional<unsigned> levels_; ///< bits
    bool is_override_ = false;
    bool is_refused_ = false;
    bool in_description_ = false;
};

} // namespace

ScriptHeader read_script_header(std::string_view text, std::string_view file)
{
    ScriptHeader header;
    header.chkconfig = read_chkconfig_header(text, file, header.complaints);
    header.lsb = read_lsb_header(text, file, header.complaints);
    return header;
}

std::optional<ChkconfigHeader> read_chkconfig_header(std::string_view text, std::string_view file,
                                                     Diagnostics& complaints)
{
    return FileReader(text, file, complaints).read();
}

void apply_chkconfig_override(std::optional<ChkconfigHeader>& header, std::string_view text,
                              std::string_view file, Diagnostics& complaints)
{
    FileReader(text, file, complaints).apply_to(header);
}

} // namespace init::model
