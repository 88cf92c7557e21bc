// SPDX-License-Identifier: MIT
#include "host/run_by_hand.h"

#include "host/program_search.h"
#include "system/read_text.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

namespace init::host {
namespace {

constexpr std::size_t head_size = 256;   // what the kernel reads of a #! line. Source: execve(2)
constexpr std::size_t words_size = 4096; // a verb stands far before that
constexpr std::size_t comm_size = 15;    // Source: proc(5)
constexpr std::string_view blanks = " \t";
constexpr std::array<std::string_view, 8> shells = {"sh",   "bash", "dash", "ash",
                                                    "hush", "ksh",  "mksh", "zsh"};
constexpr std::array<std::string_view, 2> multi_calls = {"busybox", "toybox"};
const char* const script_folders[] = {"/etc/init.d/", "/etc/rc.d/init.d/"};

std::string_view base_of(std::string_view path)
{
    return path.substr(path.rfind('/') + 1);
}

/// What a program is called by: without folder, and without the dash of a login shell.
std::string_view name_of(std::string_view word)
{
    std::string_view name = base_of(word);
    if (name.starts_with('-'))
        name.remove_prefix(1);
    return name;
}

bool is_shell(std::string_view name)
{
    return std::ranges::find(shells, name) != shells.end();
}

bool is_multi_call(std::string_view name)
{
    return std::ranges::any_of(multi_calls, [name](std::string_view call) { return name.starts_with(call); });
}

std::string_view take_word(std::string_view& text)
{
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    const std::size_t end = std::min(text.find_first_of(blanks), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end);
    return word;
}

/// The program that env runs: its first word that is neither an option nor a variable.
std::string_view searched_by_env(std::string_view arguments)
{
    std::string_view word = take_word(arguments);
    while (word.starts_with('-') || word.find('=') != std::string_view::npos)
        word = take_word(arguments);
    return word;
}

/// `/etc/init.d/ssh`, `/etc/rc3.d/S55ssh`.
bool is_script_of(std::string_view path, std::string_view service)
{
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos)
        return false;
    const std::string_view folder = path.substr(0, slash);
    const std::string_view name = path.substr(slash + 1);
    if (folder.ends_with("/init.d"))
        return name == service;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const bool is_link = name.size() == service.size() + 3 && (name[0] == 'S' || name[0] == 'K') &&
                         is_digit(name[1]) && is_digit(name[2]) && name.ends_with(service);
    return is_link && folder.ends_with(".d") && base_of(folder).starts_with("rc");
}

bool names_script(std::string_view word, std::string_view folder, std::string_view service)
{
    if (word.starts_with('/'))
        return is_script_of(word, service);
    if (word.starts_with("./"))
        word.remove_prefix(2);
    return !folder.empty() && is_script_of(fmt::format("{}/{}", folder, word), service);
}

/// Leaves what follows the name of the program, where that is one that runs scripts.
bool take_program(std::span<const std::string>& words, Executable executable, const ScriptProgram& program)
{
    if (executable == Executable::other || words.empty())
        return false;
    std::string_view name = name_of(words[0]);
    const bool is_box =
        executable == Executable::multi_call || (executable == Executable::unknown && is_multi_call(name));
    if (is_box && is_multi_call(name)) {
        words = words.subspan(1);
        if (words.empty())
            return false;
        name = name_of(words[0]);
    }
    const bool is_named = is_shell(name) || (!is_box && name == base_of(program.path));
    words = words.subspan(1);
    return executable == Executable::interpreter || is_named;
}

/// Leaves the first word that is no option of a shell's. False where the shell reads no script: `-c`, `-s`.
bool take_options(std::span<const std::string>& words)
{
    while (!words.empty()) {
        const std::string_view word = words[0];
        if (word.size() < 2 || (word[0] != '-' && word[0] != '+'))
            return true;
        words = words.subspan(1);
        if (word == "--")
            return true;
        const bool is_long = word.starts_with("--");
        if (!is_long && word.find_first_of("cs") != std::string_view::npos)
            return false;
        const bool has_value = is_long ? word == "--rcfile" || word == "--init-file"
                                       : word.find_first_of("oO") != std::string_view::npos;
        if (has_value && !words.empty())
            words = words.subspan(1);
    }
    return true;
}

std::string link_text(const std::string& path)
{
    std::array<char, PATH_MAX> text;
    const ssize_t size = ::readlink(path.c_str(), text.data(), text.size());
    return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string{};
}

std::vector<std::string> split_words(std::string_view text)
{
    std::vector<std::string> words;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\0'), text.size());
        words.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

} // namespace

ScriptProgram parse_script_program(std::string_view head)
{
    if (!head.starts_with("#!"))
        return {};
    head = head.substr(2, head.find('\n') - 2);
    ScriptProgram program{std::string(take_word(head)), {}};
    head.remove_prefix(std::min(head.find_first_not_of(blanks), head.size()));
    head = head.substr(0, head.find_last_not_of(blanks) + 1);
    if (base_of(program.path) == "env")
        return {std::string(searched_by_env(head)), {}};
    program.argument = head;
    return program;
}

std::optional<std::string> verb_of_run(std::span<const std::string> argv, std::string_view folder,
                                       Executable executable, std::string_view service,
                                       const ScriptProgram& program)
{
    std::span<const std::string> words = argv;
    if (!take_program(words, executable, program))
        return std::nullopt;
    const bool has_argument = !program.argument.empty() && words.size() > 1 && words[0] == program.argument &&
                              names_script(words[1], folder, service);
    if (has_argument)
        words = words.subspan(1);
    else if (!take_options(words))
        return std::nullopt;
    if (words.empty() || !names_script(words[0], folder, service))
        return std::nullopt;
    return words.size() > 1 ? words[1] : std::string{};
}

// --- The search -------------------------------------------------------------------------------------

RunByHandSearch::RunByHandSearch(std::string service) : service_(std::move(service))
{
    for (const char* folder : script_folders)
        if (const auto head = system::read_text(folder + service_, head_size)) {
            program_ = parse_script_program(*head);
            break;
        }
    if (!program_.path.empty())
        add_interpreter(find_program(program_.path, container_path()));
    add_interpreter("/bin/sh");
    add_interpreter("/bin/bash");
}

void RunByHandSearch::add_interpreter(const std::string& path)
{
    if (const auto id = identify(path))
        interpreters_.push_back(*id);
}

/// Never waits for a file server: what the kernel has in its memory is enough.
std::optional<RunByHandSearch::FileId> RunByHandSearch::identify(const std::string& path) noexcept
{
    struct statx facts {};
    if (::statx(AT_FDCWD, path.c_str(), AT_STATX_DONT_SYNC, STATX_INO, &facts) == 0)
        return FileId{::makedev(facts.stx_dev_major, facts.stx_dev_minor), facts.stx_ino};
    struct stat old {};
    if (errno == ENOSYS && ::stat(path.c_str(), &old) == 0) // before Linux 4.11
        return FileId{old.st_dev, old.st_ino};
    return std::nullopt;
}

Executable RunByHandSearch::executable_of(const std::string& process) const
{
    const std::string link = process + "/exe";
    const std::optional<FileId> id = identify(link);
    if (!id)
        return errno == EACCES || errno == EPERM ? Executable::unknown : Executable::other;
    if (is_multi_call(base_of(link_text(link))))
        return Executable::multi_call;
    return std::ranges::find(interpreters_, *id) != interpreters_.end() ? Executable::interpreter
                                                                        : Executable::other;
}

/// By its name, which is the script's where the kernel ran that, else the interpreter's.
bool RunByHandSearch::may_be_one(const std::string& process) const
{
    const auto text = system::read_text(process + "/comm", comm_size + 1);
    if (!text)
        return false;
    const std::string_view comm = std::string_view(*text).substr(0, text->find('\n'));
    const auto is_cut_from = [comm](std::string_view name) { return comm == name.substr(0, comm_size); };
    const bool is_link = comm.size() > 3 && std::string_view(service_).starts_with(comm.substr(3));
    return is_cut_from(service_) || is_link || is_shell(comm) || is_multi_call(comm) ||
           is_cut_from(base_of(program_.path));
}

std::optional<std::string> RunByHandSearch::verb_of(pid_t pid) const
{
    const std::string process = fmt::format("/proc/{}", pid);
    const Executable executable = executable_of(process);
    if (executable == Executable::other || (executable == Executable::unknown && !may_be_one(process)))
        return std::nullopt;
    const auto text = system::read_text(process + "/cmdline", words_size);
    if (!text)
        return std::nullopt;
    return verb_of_run(split_words(*text), link_text(process + "/cwd"), executable, service_, program_);
}

} // namespace init::host
