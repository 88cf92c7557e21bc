// SPDX-License-Identifier: MIT
// The table of keys, each with the function that takes its value, and the readers that feed it. A bad value
// costs its line and never stops a boot.
#include "model/settings.h"

#include "model/shown_text.h"
#include "model/text_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace init::model {
namespace {

using std::chrono::milliseconds;
using Refusal = std::optional<std::string>;

constexpr milliseconds longest = std::chrono::hours{24};

Refusal not_one_of(std::string_view value, std::string_view values)
{
    return fmt::format("\"{}\" is not one of {}", shown_text(value), values);
}

template <class Target> Refusal take_duration(Target& target, std::string_view value)
{
    const std::optional<milliseconds> time = parse_duration(value);
    if (!time)
        return fmt::format("\"{}\" is no time such as 10s, 1500ms or 2min, up to 24h", shown_text(value));
    target = *time;
    return std::nullopt;
}

template <class Target> Refusal take_flag(Target& target, std::string_view value)
{
    if (value != "yes" && value != "no")
        return not_one_of(value, "yes, no");
    target = value == "yes";
    return std::nullopt;
}

template <class Target> Refusal take_number(Target& target, std::string_view value, unsigned least)
{
    unsigned number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc{} || end != value.data() + value.size() || number < least)
        return fmt::format("\"{}\" is no whole number from {} up", shown_text(value), least);
    target = number;
    return std::nullopt;
}

template <class Choice> struct Word {
    std::string_view word;
    Choice choice;
};

template <class Choice, std::size_t N>
Refusal take_choice(Choice& target, std::string_view value, std::string_view values,
                    const Word<Choice> (&words)[N])
{
    for (const Word<Choice>& row : words)
        if (row.word == value) {
            target = row.choice;
            return std::nullopt;
        }
    return not_one_of(value, values);
}

constexpr std::string_view times = "a time: 10s, 1500ms, 2min, 1h";
constexpr std::string_view flags = "yes, no";
constexpr std::string_view numbers = "a number";

constexpr std::array<SettingRow, 19> rows = {{
    {"grace", times, "10s", SettingScope::global,
     "how long the runtime waits between its stop signal and SIGKILL"},
    {"margin", times, "5% of grace, at least 0.5s", SettingScope::global,
     "how long before the end of grace init is gone"},
    {"stop-timeout", times, "90s", SettingScope::both,
     "time for one K-script in a stop asked for from inside"},
    {"start-timeout", times, "5min", SettingScope::both, "time for one S-script"},
    {"sysinit-timeout", times, "2min", SettingScope::global,
     "time for rc.sysinit, and for each sysinit and bootwait entry of the inittab"},
    {"rc", "auto, engine, script", "auto", SettingScope::global,
     "who runs the scripts of a level: init or the image's rc"},
    {"sysinit", "auto, image, builtin, none", "auto", SettingScope::global, "whose rc.sysinit is run"},
    {"parallel", "auto, yes, no", "auto", SettingScope::global,
     "whether scripts run side by side: where every header proves it safe, wherever it can, never"},
    {"jobs", numbers,
     "twice the processors, at least 4; those that only wait are not counted, up to 64 in all",
     SettingScope::global, "how many scripts may run at once"},
    {"output", "lines, grouped", "lines", SettingScope::global,
     "whether the lines of scripts that run side by side are mixed, or held together by script"},
    {"shuffle", numbers, "0", SettingScope::global,
     "a seed: scripts that are ready begin in an arbitrary order, to find needs that a header forgot"},
    {"hostname", flags, "no", SettingScope::global, "whether the image's hostname is set"},
    {"int", "stop, ctrlaltdel", "stop", SettingScope::global, "what SIGINT does"},
    {"reboot", "exit, restart", "exit", SettingScope::global,
     "what a reboot does: exit with 133, or boot again in place"},
    {"on-boot-failure", "continue, stop", "continue", SettingScope::global, "what a failed boot does"},
    {"keeper", flags, "yes", SettingScope::both, "whether a keeper stands between init and a script"},
    {"log", "normal, debug", "normal", SettingScope::global, "how much init itself says"},
    {"pidfile", "an absolute path", "found by init", SettingScope::service,
     "the file that names the main process"},
    {"machine", "auto, run", "auto", SettingScope::service,
     "what becomes of a script that is for a machine: left out where it has no place here, or run all the "
     "same"},
}};

const SettingRow* find_row(std::string_view key) noexcept
{
    const auto row =
        std::find_if(rows.begin(), rows.end(), [key](const SettingRow& r) { return r.key == key; });
    return row == rows.end() ? nullptr : &*row;
}

Refusal set_choice(Settings& settings, std::string_view key, std::string_view value, std::string_view values)
{
    if (key == "rc")
        return take_choice<RcChoice>(
            settings.rc, value, values,
            {{"auto", RcChoice::automatic}, {"engine", RcChoice::engine}, {"script", RcChoice::script}});
    if (key == "sysinit")
        return take_choice<SysinitChoice>(settings.sysinit, value, values,
                                          {{"auto", SysinitChoice::automatic},
                                           {"image", SysinitChoice::image},
                                           {"builtin", SysinitChoice::builtin},
                                           {"none", SysinitChoice::none}});
    if (key == "int")
        return take_choice<IntChoice>(settings.int_signal, value, values,
                                      {{"stop", IntChoice::stop}, {"ctrlaltdel", IntChoice::ctrlaltdel}});
    if (key == "reboot")
        return take_choice<RebootChoice>(settings.reboot, value, values,
                                         {{"exit", RebootChoice::exit}, {"restart", RebootChoice::restart}});
    if (key == "parallel")
        return take_choice<ParallelChoice>(
            settings.parallel, value, values,
            {{"auto", ParallelChoice::automatic}, {"yes", ParallelChoice::yes}, {"no", ParallelChoice::no}});
    if (key == "output")
        return take_choice<OutputChoice>(
            settings.output, value, values,
            {{"lines", OutputChoice::lines}, {"grouped", OutputChoice::grouped}});
    if (key == "on-boot-failure")
        return take_choice<BootFailureChoice>(
            settings.on_boot_failure, value, values,
            {{"continue", BootFailureChoice::go_on}, {"stop", BootFailureChoice::stop}});
    return take_choice<LogChoice>(settings.log, value, values,
                                  {{"normal", LogChoice::normal}, {"debug", LogChoice::debug}});
}

/// What a unit is worth in milliseconds; 0 for an unknown one.
std::int64_t unit_of(std::string_view unit) noexcept
{
    if (unit == "ms")
        return 1;
    if (unit.empty() || unit == "s")
        return 1'000;
    if (unit == "min")
        return 60'000;
    return unit == "h" ? 3'600'000 : 0;
}

/// Takes the digits at the head of `text`; nothing without one or with more than nine.
std::optional<std::string_view> take_digits(std::string_view& text) noexcept
{
    const std::string_view digits = text.substr(0, text.find_first_not_of("0123456789"));
    if (digits.empty() || digits.size() > 9)
        return std::nullopt;
    text.remove_prefix(digits.size());
    return digits;
}

std::int64_t number_of(std::string_view digits) noexcept
{
    std::int64_t number = 0;
    for (const char c : digits)
        number = number * 10 + (c - '0');
    return number;
}

/// `value` without a comment that follows it after a blank.
std::string_view without_comment(std::string_view value) noexcept
{
    for (auto hash = value.find('#'); hash != std::string_view::npos; hash = value.find('#', hash + 1))
        if (hash == 0 || blanks.find(value[hash - 1]) != std::string_view::npos)
            return trimmed(value.substr(0, hash));
    return trimmed(value);
}

void note_source(SettingSources& sources, std::string_view key, SettingSource source) noexcept
{
    if (key == "start-timeout")
        sources.start_timeout = source;
    else if (key == "stop-timeout")
        sources.stop_timeout = source;
    else if (key == "keeper")
        sources.keeper = source;
}

/// Sets `key=value` out of one word or line; returns why not.
template <class Target> Refusal set_pair(Target& target, std::string_view pair, SettingSource source)
{
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos)
        return fmt::format("\"{}\" is not key=value", shown_text(pair));
    const std::string_view key = trimmed(pair.substr(0, equals));
    const Refusal refusal = set(target, key, without_comment(pair.substr(equals + 1)), source);
    if (!refusal)
        return std::nullopt;
    return fmt::format("{}: {}", shown_text(key), *refusal);
}

template <class Target>
Diagnostics read_lines(Target& target, std::string_view text, std::string_view file, SettingSource source)
{
    Diagnostics diagnostics;
    for_each_line(text, [&](std::string_view raw, unsigned number) {
        const std::string_view line = trimmed(raw);
        if (line.empty() || line.front() == '#')
            return;
        if (const Refusal refusal = set_pair(target, line, source))
            complain(diagnostics, {std::string{file}, number, *refusal + ", line ignored"});
    });
    return diagnostics;
}

std::string key_of_variable(std::string_view name)
{
    std::string key;
    for (const char c : name)
        key += c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return key;
}

} // namespace

std::span<const SettingRow> setting_rows() noexcept
{
    return rows;
}

std::optional<milliseconds> parse_duration(std::string_view text) noexcept
{
    const std::optional<std::string_view> whole = take_digits(text);
    if (!whole)
        return std::nullopt;
    std::string_view fraction;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        const std::optional<std::string_view> digits = take_digits(text);
        if (!digits)
            return std::nullopt;
        fraction = *digits;
    }
    const std::int64_t unit = unit_of(text);
    if (unit == 0)
        return std::nullopt;
    std::int64_t scale = 1;
    for (std::size_t i = 0; i < fraction.size(); ++i)
        scale *= 10;
    const milliseconds time{number_of(*whole) * unit + number_of(fraction) * unit / scale};
    if (time > longest)
        return std::nullopt;
    return time;
}

unsigned default_jobs(unsigned processors) noexcept
{
    return std::max(2 * processors, 4U);
}

namespace {

Refusal take(Settings& settings, std::string_view key, std::string_view value)
{
    const SettingRow* row = find_row(key);
    if (row == nullptr)
        return "unknown key";
    if (row->scope == SettingScope::service)
        return "this key is for one service and stands in its own file or header";
    if (key == "grace")
        return take_duration(settings.grace, value);
    if (key == "margin")
        return take_duration(settings.margin, value);
    if (key == "stop-timeout")
        return take_duration(settings.stop_timeout, value);
    if (key == "start-timeout")
        return take_duration(settings.start_timeout, value);
    if (key == "sysinit-timeout")
        return take_duration(settings.sysinit_timeout, value);
    if (key == "hostname")
        return take_flag(settings.hostname, value);
    if (key == "keeper")
        return take_flag(settings.keeper, value);
    if (key == "jobs")
        return take_number(settings.jobs, value, 1);
    if (key == "shuffle")
        return take_number(settings.shuffle, value, 0);
    return set_choice(settings, key, value, row->values);
}

Refusal take(ServiceSettings& settings, std::string_view key, std::string_view value)
{
    const SettingRow* row = find_row(key);
    if (row == nullptr)
        return "unknown key";
    if (row->scope == SettingScope::global)
        return "this key is for init as a whole, not for one service";
    if (key == "start-timeout")
        return take_duration(settings.start_timeout, value);
    if (key == "stop-timeout")
        return take_duration(settings.stop_timeout, value);
    if (key == "keeper")
        return take_flag(settings.keeper, value);
    if (key == "machine") {
        static constexpr Word<bool> words[] = {{"auto", false}, {"run", true}};
        return take_choice(settings.machine_runs, value, row->values, words);
    }
    if (!value.starts_with('/'))
        return fmt::format("\"{}\" is no absolute path", shown_text(value));
    settings.pidfile = value;
    return std::nullopt;
}

template <class Target>
Refusal set_from(Target& target, std::string_view key, std::string_view value, SettingSource source)
{
    Refusal refusal = take(target, key, value);
    if (!refusal)
        note_source(target.sources, key, source);
    return refusal;
}

template <class Value>
Value later_of(Value all, SettingSource of_all, const std::optional<Value>& own,
               SettingSource of_own) noexcept
{
    return own && of_own >= of_all ? *own : all;
}

} // namespace

std::optional<std::string> set(Settings& settings, std::string_view key, std::string_view value,
                               SettingSource source)
{
    return set_from(settings, key, value, source);
}

std::optional<std::string> set(ServiceSettings& settings, std::string_view key, std::string_view value,
                               SettingSource source)
{
    return set_from(settings, key, value, source);
}

milliseconds start_timeout_of(const Settings& settings, const ServiceSettings& own) noexcept
{
    return later_of(settings.start_timeout, settings.sources.start_timeout, own.start_timeout,
                    own.sources.start_timeout);
}

milliseconds stop_timeout_of(const Settings& settings, const ServiceSettings& own) noexcept
{
    return later_of(settings.stop_timeout, settings.sources.stop_timeout, own.stop_timeout,
                    own.sources.stop_timeout);
}

bool keeper_of(const Settings& settings, const ServiceSettings& own) noexcept
{
    return later_of(settings.keeper, settings.sources.keeper, own.keeper, own.sources.keeper);
}

Diagnostics read_settings(Settings& settings, std::string_view text, std::string_view file)
{
    return read_lines(settings, text, file, SettingSource::file);
}

Diagnostics read_settings(ServiceSettings& settings, std::string_view text, std::string_view file)
{
    return read_lines(settings, text, file, SettingSource::service_file);
}

Diagnostics read_header_settings(ServiceSettings& settings, std::string_view script, std::string_view file)
{
    Diagnostics diagnostics;
    bool in_header = true;
    for_each_line(script, [&](std::string_view raw, unsigned number) {
        std::string_view line = trimmed(raw);
        in_header = in_header && (line.empty() || line.front() == '#');
        if (!in_header || line.empty())
            return;
        line = trimmed(line.substr(1));
        constexpr std::string_view mark = "rcinit:";
        if (!line.starts_with(mark))
            return;
        for (const std::string_view word : words_of(line.substr(mark.size())))
            if (const Refusal refusal = set_pair(settings, word, SettingSource::header))
                complain(diagnostics, {std::string{file}, number, *refusal + ", setting ignored"});
    });
    return diagnostics;
}

Diagnostics read_environment_settings(Settings& settings, std::span<const std::string> environment)
{
    constexpr std::string_view prefix = "RCINIT_";
    Diagnostics diagnostics;
    for (const std::string_view variable : environment) {
        const auto equals = variable.find('=');
        const std::string_view name = variable.substr(0, equals);
        if (equals == std::string_view::npos || !name.starts_with(prefix) || name == "RCINIT_SERVICE")
            continue;
        const Refusal refusal = set(settings, key_of_variable(name.substr(prefix.size())),
                                    trimmed(variable.substr(equals + 1)), SettingSource::environment);
        if (refusal)
            complain(diagnostics,
                     {"environment", 0, fmt::format("{}: {}, variable ignored", shown_text(name), *refusal)});
    }
    return diagnostics;
}

} // namespace init::model
