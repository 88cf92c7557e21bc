// SPDX-License-Identifier: MIT
// Which commands of an rc.sysinit only a machine can carry out, or would reach the host where the rights are
// there. Looks at the commands a script calls, so that the words of a message do not count.
#include "model/shell_commands.h"
#include "model/stock_script.h"
#include "model/text_lines.h"

#include <algorithm>
#include <span>

namespace init::model {
namespace {

using Words = std::span<const std::string>;

/// True for a word that belongs to the claim; the command's own name is not among `arguments`.
using Claim = bool (*)(Words arguments);

/// True for `-a`, `-na`: one of a cluster of letters.
bool has_letter(Words arguments, char letter)
{
    return std::any_of(arguments.begin(), arguments.end(), [letter](const std::string& word) {
        return word.size() > 1 && word[0] == '-' && word[1] != '-' && word.find_first_of("otLU") != 1 &&
               word.find(letter) != std::string::npos;
    });
}

bool has_option(Words arguments, std::string_view option)
{
    return std::find(arguments.begin(), arguments.end(), option) != arguments.end();
}

bool always(Words)
{
    return true;
}

bool mounts_all(Words arguments)
{
    return has_letter(arguments, 'a') || has_option(arguments, "--all");
}

bool remounts(Words arguments)
{
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const bool follows = i > 0 && arguments[i - 1].starts_with('-') && arguments[i - 1].ends_with('o');
        if ((follows || arguments[i].starts_with("-o")) && arguments[i].find("remount") != std::string::npos)
            return true;
    }
    return false;
}

bool sets_console_level(Words arguments)
{
    return has_letter(arguments, 'n') || has_option(arguments, "--console-level");
}

bool sets_kernel_parameter(Words arguments)
{
    if (has_letter(arguments, 'p') || has_option(arguments, "--system") || has_option(arguments, "--load"))
        return true;
    return std::any_of(arguments.begin(), arguments.end(), [](const std::string& word) {
        return word.starts_with("kernel.") && word.find('=') != std::string::npos;
    });
}

bool sets_date(Words arguments)
{
    return has_letter(arguments, 's') || has_option(arguments, "--set");
}

/// `halt -w` only writes a record.
bool ends_the_machine(Words arguments)
{
    return !has_letter(arguments, 'w') || has_letter(arguments, 'f');
}

bool prompts(Words arguments)
{
    return has_letter(arguments, 'p');
}

struct Row {
    std::string_view command; ///< with a last `*`: every name that begins so
    Claim claim;
    std::string_view reason;
};

constexpr Row rows[] = {
    {"start_udev", always, "starts udev"},
    {"udev*", always, "starts udev"},
    {"hwclock", always, "sets the clock"},
    {"date", sets_date, "sets the clock"},
    {"fsck*", always, "checks file systems"},
    {"e2fsck", always, "checks file systems"},
    {"swapon", always, "turns swap on"},
    {"swapoff", always, "turns swap off"},
    {"modprobe", always, "loads kernel modules"},
    {"insmod", always, "loads kernel modules"},
    {"rmmod", always, "unloads kernel modules"},
    {"mount", remounts, "remounts file systems"},
    {"mount", mounts_all, "mounts all of fstab"},
    {"umount", always, "unmounts file systems"},
    {"lvm*", always, "activates the host's block devices"},
    {"vgchange", always, "activates the host's block devices"},
    {"vgscan", always, "activates the host's block devices"},
    {"mdadm", always, "activates the host's block devices"},
    {"dmraid*", always, "activates the host's block devices"},
    {"multipath*", always, "activates the host's block devices"},
    {"kpartx*", always, "activates the host's block devices"},
    {"raidautorun", always, "activates the host's block devices"},
    {"cryptsetup", always, "activates the host's block devices"},
    {"quotacheck", always, "checks disk quotas"},
    {"quotaon", always, "turns disk quotas on"},
    {"reboot", ends_the_machine, "restarts the machine"},
    {"halt", ends_the_machine, "halts the machine"},
    {"poweroff", ends_the_machine, "halts the machine"},
    {"shutdown", always, "halts the machine"},
    {"sulogin", always, "asks a question on the console"},
    {"sushell", always, "asks a question on the console"},
    {"getkey", always, "asks a question on the console"},
    {"read", prompts, "asks a question on the console"},
    {"setfont", always, "sets the console's font"},
    {"setsysfont", always, "sets the console's font"},
    {"loadkeys", always, "sets the console's keys"},
    {"kbdrate", always, "sets the console's keys"},
    {"dmesg", sets_console_level, "sets the kernel's console log level"},
    {"sysctl", sets_kernel_parameter, "sets kernel parameters"},
    {"apply_sysctl", always, "sets kernel parameters"},
};

/// The settings that no namespace holds back.
constexpr std::string_view host_files[] = {"/proc/sys/kernel/", "/proc/sys/vm/", "/proc/sysrq-trigger",
                                           "/proc/acpi/", "/sys/"};

std::string_view base_name(std::string_view path) noexcept
{
    return path.substr(path.rfind('/') + 1);
}

bool is_named(std::string_view name, std::string_view pattern) noexcept
{
    if (pattern.ends_with('*'))
        return name.starts_with(pattern.substr(0, pattern.size() - 1));
    return name == pattern;
}

/// How many words of `words` stand before the command proper: `action "text" CMD`, `nice CMD`.
std::size_t wrapper_length(Words words)
{
    const std::string_view name = base_name(words.front());
    if (name == "action" || name == "action_silent")
        return 2;
    const bool wraps = name == "nice" || name == "command" || name == "env" || name == "nohup" ||
                       name == "setsid" || name == "ionice";
    std::size_t length = wraps ? 1 : 0;
    while (length > 0 && length < words.size() &&
           (words[length].starts_with('-') || words[length].find('=') != std::string::npos))
        ++length;
    return length;
}

std::string_view reason_of_words(Words words)
{
    while (!words.empty()) {
        const std::size_t wrapper = wrapper_length(words);
        if (wrapper == 0)
            break;
        words = words.subspan(std::min(wrapper, words.size()));
    }
    if (words.empty())
        return {};
    for (const Row& row : rows)
        if (is_named(base_name(words.front()), row.command) && row.claim(words.subspan(1)))
            return row.reason;
    return {};
}

/// rhel4 runs commands as `initlog -c "fsck -T -a"`.
std::string_view reason_of_quoted(const ShellCommand& command)
{
    const auto& words = command.words;
    if (base_name(words.front()) != "initlog")
        return {};
    const auto option = std::find(words.begin(), words.end(), "-c");
    if (option == words.end() || option + 1 == words.end())
        return {};
    for (const ShellCommand& inner : shell_commands(*(option + 1)))
        if (const std::string_view reason = reason_of_words(inner.words); !reason.empty())
            return reason;
    return {};
}

std::string_view reason_of_redirects(const ShellCommand& command)
{
    const bool reads = command.words.front() == "read";
    for (const std::string& redirect : command.redirects) {
        const std::string_view file = std::string_view{redirect}.substr(1);
        if (reads && (redirect == "</dev/console" || redirect.starts_with("</dev/tty")))
            return "asks a question on the console";
        for (const std::string_view host_file : host_files)
            if (redirect.front() == '>' && file.starts_with(host_file))
                return "writes settings of the host's kernel";
    }
    return {};
}

std::string_view reason_of(const ShellCommand& command)
{
    if (const std::string_view reason = reason_of_words(command.words); !reason.empty())
        return reason;
    if (const std::string_view reason = reason_of_quoted(command); !reason.empty())
        return reason;
    return reason_of_redirects(command);
}

std::string line_text(std::string_view script, unsigned wanted)
{
    std::string text;
    for_each_line(script, [&](std::string_view line, unsigned number) {
        if (number == wanted)
            text = trimmed(line);
    });
    return text;
}

} // namespace

std::optional<MachineLine> find_machine_line(std::string_view script)
{
    for (const ShellCommand& command : shell_commands(script))
        if (const std::string_view reason = reason_of(command); !reason.empty())
            return MachineLine{command.line, line_text(script, command.line), std::string{reason}};
    return std::nullopt;
}

} // namespace init::model
