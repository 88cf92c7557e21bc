// SPDX-License-Identifier: MIT
// What cannot fit in the grace period, as far as a script's text and the settings tell. How long a loop takes
// is not guessed.
#include "lint/rule_groups.h"
#include "lint/shell_text.h"

#include <fmt/format.h>

#include <optional>

namespace init::lint {
namespace {

using model::ShellCommand;
using std::chrono::milliseconds;

/// As sleep(1) and killproc's -d write it.
std::optional<milliseconds> sleep_time(std::string_view word)
{
    return model::parse_duration(word.ends_with('m') ? std::string(word) + "in" : std::string(word));
}

/// The times of start-stop-daemon's schedule together: `30` is TERM/30/KILL/30. Nothing where it is not known
/// or has no end.
std::optional<milliseconds> schedule_time(std::string_view schedule)
{
    milliseconds sum{0};
    const bool is_time_alone = schedule.find('/') == std::string_view::npos;
    bool knows_any = false;
    while (!schedule.empty()) {
        const std::string_view part = schedule.substr(0, schedule.find('/'));
        schedule.remove_prefix(std::min(part.size() + 1, schedule.size()));
        if (part == "forever" || part.find_first_of("$`") != std::string_view::npos)
            return std::nullopt;
        // A number of a signal has a dash in front.
        if (part.empty() || part.find_first_not_of("0123456789") != std::string_view::npos)
            continue;
        const std::optional<milliseconds> time = model::parse_duration(part);
        if (!time)
            return std::nullopt;
        sum += is_time_alone ? *time * 2 : *time;
        knows_any = true;
    }
    return knows_any ? std::optional(sum) : std::nullopt;
}

/// The value of an option: `--retry 30`, `--retry=30`, `-R 30`, `-R30`.
std::string_view option_value(const ShellCommand& command, std::string_view shorter, std::string_view longer)
{
    for (std::size_t i = 1; i < command.words.size(); ++i) {
        const std::string_view word = command.words[i];
        if (word == shorter || (!longer.empty() && word == longer))
            return i + 1 < command.words.size() ? std::string_view(command.words[i + 1]) : std::string_view{};
        if (!longer.empty() && word.starts_with(longer) && word.substr(longer.size()).starts_with('='))
            return word.substr(longer.size() + 1);
        if (word.starts_with(shorter))
            return word.substr(shorter.size());
    }
    return {};
}

/// The action is a stop, and no other one that has a stop in it.
bool is_stop_section(std::string_view section) noexcept
{
    return section.find("stop") != std::string_view::npos && section.find("start") == std::string_view::npos;
}

/// The line belongs to another action, which no deadline ends.
bool is_other_section(std::string_view section) noexcept
{
    return section.find("reload") != std::string_view::npos ||
           section.find("restart") != std::string_view::npos ||
           (section.find("start") != std::string_view::npos &&
            section.find("stop") == std::string_view::npos);
}

std::string seconds(milliseconds time)
{
    return time.count() % 1000 == 0 ? fmt::format("{} s", time.count() / 1000)
                                    : fmt::format("{} ms", time.count());
}

/// How a program that waits for a daemon's end is told how long.
struct Waiter {
    std::string_view program, shorter, longer;
    std::optional<milliseconds> (*time)(std::string_view value);
};
constexpr Waiter waiters[] = {
    {"start-stop-daemon", "-R", "--retry", schedule_time},
    {"killproc", "-d", {}, sleep_time},
};

void judge_wait(const tree::Script& script, const ShellCommand& command, milliseconds grace,
                Findings& findings)
{
    const std::string_view name = base_name(command.words[0]);
    for (const Waiter& waiter : waiters) {
        if (name != waiter.program)
            continue;
        const std::string_view said = option_value(command, waiter.shorter, waiter.longer);
        const std::optional<milliseconds> time = said.empty() ? std::nullopt : waiter.time(said);
        if (time && *time > grace && !is_other_section(section_at(script.text, command.line)))
            findings.add(
                Code::waits_beyond_grace, script.path, command.line,
                fmt::format("{} {} {} waits for up to {}, and the grace period is {}; a daemon that takes "
                            "so long is killed by init before",
                            name, waiter.longer.empty() ? waiter.shorter : waiter.longer, said,
                            seconds(*time), seconds(grace)));
    }
}

void judge_sleep(const tree::Script& script, const ShellCommand& command, milliseconds grace,
                 Findings& findings)
{
    if (base_name(command.words[0]) != "sleep" || command.words.size() != 2)
        return;
    const std::optional<milliseconds> time = sleep_time(command.words[1]);
    if (time && *time > grace && is_stop_section(section_at(script.text, command.line)))
        findings.add(Code::sleeps_beyond_grace, script.path, command.line,
                     fmt::format("the stop sleeps for {}, and the grace period is {}; it is always cut off",
                                 seconds(*time), seconds(grace)));
}

void judge_timeout(const model::ServiceSettings& settings, std::string_view text, const std::string& file,
                   milliseconds grace, Findings& findings)
{
    if (settings.stop_timeout && *settings.stop_timeout > grace)
        findings.add(
            Code::stop_timeout_beyond_grace, file, line_with(text, "stop-timeout"),
            fmt::format("stop-timeout is {}, and the grace period is {}; on the container's stop signal the "
                        "script gets less",
                        seconds(*settings.stop_timeout), seconds(grace)));
}

} // namespace

void judge_grace(const tree::RcTree& tree, milliseconds grace, Findings& findings)
{
    if (tree.settings.grace > grace)
        findings.add(
            Code::grace_differs, "/etc/rcinit.conf", 0,
            fmt::format("init's setting grace is {}, and the runtime waits for {}; init would be killed "
                        "before its stop is over",
                        seconds(tree.settings.grace), seconds(grace)));
}

void judge_time(const tree::RcTree& tree, const tree::Script& script, milliseconds grace, Findings& findings)
{
    if (tree.skip_of(script))
        return;
    for (const ShellCommand& command : script.commands) {
        judge_wait(script, command, grace, findings);
        judge_sleep(script, command, grace, findings);
    }
    judge_timeout(script.own, script.text, script.path, grace, findings);
    judge_timeout(script.given, script.given_text, script.given_file, grace, findings);
}

} // namespace init::lint
