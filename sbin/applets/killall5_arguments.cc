// SPDX-License-Identifier: MIT
// Reads signals by number and name, and lists of pids joined by commas, blanks or semicolons.
#include "applets/killall5_arguments.h"

#include <fmt/format.h>

#include <signal.h>

#include <charconv>
#include <optional>
#include <string_view>

namespace init::applets {
namespace {

struct Name {
    std::string_view name;
    int signo;
};
constexpr Name names[] = {
    {"HUP", SIGHUP},   {"INT", SIGINT},     {"QUIT", SIGQUIT}, {"ILL", SIGILL},   {"TRAP", SIGTRAP},
    {"ABRT", SIGABRT}, {"BUS", SIGBUS},     {"FPE", SIGFPE},   {"KILL", SIGKILL}, {"USR1", SIGUSR1},
    {"SEGV", SIGSEGV}, {"USR2", SIGUSR2},   {"PIPE", SIGPIPE}, {"ALRM", SIGALRM}, {"TERM", SIGTERM},
    {"CHLD", SIGCHLD}, {"CONT", SIGCONT},   {"STOP", SIGSTOP}, {"TSTP", SIGTSTP}, {"TTIN", SIGTTIN},
    {"TTOU", SIGTTOU}, {"WINCH", SIGWINCH}, {"PWR", SIGPWR},
};

template <class Number> std::optional<Number> number_of(std::string_view text) noexcept
{
    Number number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

/// 0 stands for itself: kill(2) then only looks.
std::optional<int> signal_of(std::string_view text) noexcept
{
    if (const auto number = number_of<int>(text))
        return *number >= 0 && *number < NSIG ? number : std::nullopt;
    if (text.starts_with("SIG"))
        text.remove_prefix(3);
    for (const Name& row : names)
        if (row.name == text)
            return row.signo;
    return std::nullopt;
}

void take_omitted(Killall5Arguments& result, std::string_view list)
{
    constexpr std::string_view between = ", ;\t";
    while (result.error.empty()) {
        const auto from = list.find_first_not_of(between);
        if (from == std::string_view::npos)
            return;
        list.remove_prefix(from);
        const std::string_view word = list.substr(0, list.find_first_of(between));
        const auto pid = number_of<pid_t>(word);
        if (!pid || *pid < 1)
            result.error = fmt::format("\"{}\" is no process number", word);
        else
            result.omitted.push_back(*pid);
        list.remove_prefix(word.size());
    }
}

} // namespace

Killall5Arguments parse_killall5_arguments(std::span<const std::string> words)
{
    Killall5Arguments result;
    for (std::size_t at = 0; at < words.size() && result.error.empty(); ++at) {
        const std::string& word = words[at];
        if (word.starts_with("-o") && word.size() > 2) {
            take_omitted(result, std::string_view{word}.substr(2));
        } else if (word == "-o") {
            if (++at < words.size())
                take_omitted(result, words[at]);
            else
                result.error = "option -o has no process numbers";
        } else if (const auto signo =
                       word.size() > 1 && word[0] == '-' ? signal_of(word.substr(1)) : std::nullopt) {
            result.signo = *signo;
        } else {
            result.error = fmt::format("\"{}\" is neither a signal nor an option", word);
        }
    }
    return result;
}

} // namespace init::applets
