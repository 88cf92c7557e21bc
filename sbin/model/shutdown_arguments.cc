// SPDX-License-Identifier: MIT
// Reads shutdown's command line as getopt(3) would: letters may be joined, and options may follow the time.
#include "model/shutdown_arguments.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

namespace init::model {
namespace {

/// The number a text of nothing but digits stands for; nothing for others and for more than six digits.
std::optional<int> number_of(std::string_view text) noexcept
{
    if (text.empty() || text.size() > 6)
        return std::nullopt;
    int number = 0;
    for (const char c : text) {
        if (c < '0' || c > '9')
            return std::nullopt;
        number = number * 10 + (c - '0');
    }
    return number;
}

struct HourMinute {
    int hour, minute;
};

std::optional<HourMinute> hour_minute_of(std::string_view text) noexcept
{
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || text.size() - colon != 3)
        return std::nullopt;
    const std::optional<int> hour = number_of(text.substr(0, colon));
    const std::optional<int> minute = number_of(text.substr(colon + 1));
    if (!hour || !minute || *minute > 59)
        return std::nullopt;
    return HourMinute{*hour, *minute};
}

class Reader {
public:
    explicit Reader(std::span<const std::string> words) : words_(words) {}

    ShutdownArguments read()
    {
        bool options = true;
        for (; at_ < words_.size() && result_.error.empty(); ++at_) {
            const std::string& word = words_[at_];
            if (options && word == "--")
                options = false;
            else if (options && word.size() > 1 && word[0] == '-')
                read_letters(word);
            else
                plain_.push_back(word);
        }
        if (result_.error.empty())
            finish();
        return std::move(result_);
    }

private:
    void read_letters(const std::string& word)
    {
        for (std::size_t i = 1; i < word.size() && result_.error.empty(); ++i) {
            const char letter = word[i];
            if (letter == 't' || letter == 'i' || letter == 'g')
                return read_valued(letter, word.substr(i + 1));
            if (!take_flag(letter))
                result_.error = fmt::format("unknown option -{}", letter);
        }
    }

    bool take_flag(char letter)
    {
        switch (letter) {
        case 'a':
            result_.access_check = true;
            return true;
        case 'k':
            result_.warn_only = true;
            return true;
        case 'r':
            result_.reboot = true;
            return true;
        case 'h':
            result_.halt = true;
            return true;
        case 'P':
            result_.init_halt = "POWEROFF";
            return true;
        case 'H':
            result_.init_halt = "HALT";
            return true;
        case 'f':
            result_.fastboot = true;
            return true;
        case 'F':
            result_.force_fsck = true;
            return true;
        case 'c':
            result_.cancel = true;
            return true;
        case 'q':
        case 'Q':
            result_.quiet = true;
            return true;
        // "Without init" ends in the same place: here only init can end the container.
        case 'n':
            return true;
        default:
            return false;
        }
    }

    void read_valued(char letter, std::string value)
    {
        if (value.empty()) {
            if (++at_ >= words_.size()) {
                result_.error = fmt::format("option -{} has no value", letter);
                return;
            }
            value = words_[at_];
        }
        if (letter == 'g')
            result_.time = value;
        else if (letter == 't')
            take_sleeptime(value);
        else
            take_level(value);
    }

    void take_sleeptime(const std::string& value)
    {
        result_.sleeptime = number_of(value);
        if (!result_.sleeptime)
            result_.error = fmt::format("\"{}\" is no number of seconds", value);
    }

    void take_level(const std::string& value)
    {
        constexpr std::string_view levels = "0156aAbBcCsS";
        if (value.size() == 1 && levels.find(value[0]) != std::string_view::npos)
            result_.level = value[0];
        else
            result_.error =
                fmt::format("\"{}\" is no runlevel to shut down to, use one of {}", value, levels);
    }

    /// What must hold of the whole line, and the words that are no options.
    void finish()
    {
        std::size_t message_at = 0;
        if (result_.cancel)
            result_.time.clear();
        else if (result_.time.empty() && !plain_.empty())
            result_.time = plain_[message_at++];
        for (; message_at < plain_.size(); ++message_at)
            result_.message += (result_.message.empty() ? "" : " ") + plain_[message_at];
        if (result_.cancel)
            return;
        if (result_.time.empty())
            result_.error = "no time given";
        else if (!parse_shutdown_time(result_.time, 0, 0))
            result_.error = fmt::format("\"{}\" is no time, use now, +m or hh:mm", result_.time);
        else if (result_.init_halt && !result_.halt)
            result_.error = "-H and -P go with -h only";
    }

    std::span<const std::string> words_;
    std::size_t at_ = 0;
    std::vector<std::string> plain_;
    ShutdownArguments result_;
};

} // namespace

char ShutdownArguments::target() const noexcept
{
    if (reboot)
        return '6';
    if (halt)
        return '0';
    return level.value_or('1');
}

ShutdownArguments parse_shutdown_arguments(std::span<const std::string> arguments)
{
    return Reader{arguments}.read();
}

std::optional<std::chrono::minutes> parse_shutdown_time(const std::string& time, int hour,
                                                        int minute) noexcept
{
    using std::chrono::minutes;
    if (time == "now")
        return minutes{0};
    std::string_view text = time;
    const bool relative = text.starts_with('+');
    if (relative)
        text.remove_prefix(1);
    if (const std::optional<int> number = number_of(text))
        return minutes{*number};
    const std::optional<HourMinute> clock = hour_minute_of(text);
    if (!clock)
        return std::nullopt;
    const int wanted = clock->hour * 60 + clock->minute;
    if (relative)
        return minutes{wanted};
    if (clock->hour > 23)
        return std::nullopt;
    const int left = wanted - (hour * 60 + minute);
    return minutes{left < 0 ? left + 24 * 60 : left};
}

} // namespace init::model
