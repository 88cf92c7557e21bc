// SPDX-License-Identifier: MIT
// initctl: what Upstart's client answers where Upstart knows no job. Packages and Red Hat's rc call it and
// must go on; nothing here reaches for Upstart's socket, which could be the host's.
#include "applets/applets.h"
#include "control/initctl_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <vector>

namespace init::applets {
namespace {

constexpr std::string_view job_commands[] = {"start", "stop", "restart", "reload", "status"};
constexpr std::string_view silent_commands[] = {
    "emit", "list", "show-config", "check-config", "notify-disk-writeable", "notify-cgroup-manager-address"};

bool holds(std::span<const std::string_view> names, std::string_view name)
{
    return std::ranges::find(names, name) != names.end();
}

/// The words that are no options; `--dest` alone has a value in a word of its own.
std::vector<std::string> plain_words(Arguments words)
{
    std::vector<std::string> plain;
    for (const std::string& word : words)
        if (!word.starts_with("-"))
            plain.push_back(word);
    return plain;
}

int about_job(const std::vector<std::string>& words)
{
    if (words.size() < 2)
        fmt::print(stderr, "initctl: {}: missing job name; rcinit has no jobs, only services of rc scripts\n",
                   words[0]);
    else
        fmt::print(stderr, "initctl: Unknown job: {}\n", words[1]);
    return 1;
}

int re_read()
{
    model::InitctlRequest request;
    request.runlevel = 'q';
    const std::string failure = control::send_initctl(request);
    if (!failure.empty())
        fmt::print(stderr, "initctl: {}\n", failure);
    return failure.empty() ? 0 : 1;
}

int help()
{
    fmt::print("Usage: initctl COMMAND [ARGUMENTS]\n"
               "This stands for Upstart's client on a container whose init is rcinit, which has no jobs.\n"
               "  emit EVENT                           nothing happens, success\n"
               "  list, show-config, check-config      an empty answer\n"
               "  start, stop, restart, reload, status unknown job\n"
               "  reload-configuration                 init reads its inittab anew\n"
               "  version                              the version of rcinit\n");
    return 0;
}

} // namespace

int initctl(Arguments arguments)
{
    if (std::ranges::find(arguments, "--help") != arguments.end())
        return help();
    const bool version = std::ranges::find(arguments, "--version") != arguments.end();
    const std::vector<std::string> words = plain_words(arguments);
    if (version || (!words.empty() && words[0] == "version")) {
        fmt::print("init (rcinit {})\n", RCINIT_VERSION);
        return 0;
    }
    if (words.empty()) {
        fmt::print(stderr, "initctl: missing command\nTry 'initctl --help' for more information.\n");
        return 1;
    }
    if (holds(silent_commands, words[0]))
        return 0;
    if (holds(job_commands, words[0]))
        return about_job(words);
    if (words[0] == "reload-configuration")
        return re_read();
    if (words[0] == "log-priority") {
        fmt::print("message\n");
        return 0;
    }
    if (words[0] == "help")
        return help();
    fmt::print(stderr, "initctl: invalid command: {}\nTry 'initctl --help' for more information.\n",
               words[0]);
    return 1;
}

} // namespace init::applets
