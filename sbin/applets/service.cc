// SPDX-License-Identifier: MIT
// service, and rcinit start, stop, restart, reload and try-restart: run one verb of a service's script.
// Inside a running container through init, so that the boot's environment, a keeper and the service's state
// apply; elsewhere directly. Source: service(8) of rhel6 and of Debian's init-system-helpers, as observed.
#include "applets/applets.h"
#include "control/call_client.h"
#include "control/state_directory.h"
#include "model/exit_status.h"
#include "model/script_link.h"
#include "model/text_lines.h"
#include "system/read_text.h"
#include "system/rooted_tree.h"
#include "system/unique_fd.h"
#include "text/shown_line.h"
#include "world/folder_names.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

namespace init::applets {
namespace {

constexpr int unrecognized_status = 1;
constexpr int usage_status = 64;
constexpr int not_installed_status = 5; // LSB
constexpr const char* version_text = "service ver. 0.91";
constexpr const char* usage_text =
    "Usage: service < option > | --status-all | [ service_name [ command | --full-restart ] ]";
constexpr std::string_view script_path = "PATH=/sbin:/usr/sbin:/bin:/usr/bin";
constexpr std::size_t script_limit = 256 * 1024;

bool is_file(const std::string& path) noexcept
{
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode);
}

std::string script_folder()
{
    struct stat facts {};
    return ::stat("/etc/init.d", &facts) != 0 && ::stat("/etc/rc.d/init.d", &facts) == 0 ? "/etc/rc.d/init.d"
                                                                                         : "/etc/init.d";
}

/// A name without a slash whose script is a plain file.
bool is_known(const std::string& folder, const std::string& name)
{
    return !name.empty() && name.front() != '.' && name.find('/') == std::string::npos &&
           is_file(folder + "/" + name);
}

std::vector<char*> pointers_to(std::vector<std::string>& words)
{
    std::vector<char*> pointers;
    for (std::string& word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);
    return pointers;
}

/// As `env -i PATH TERM LANG...` would, and waits. With `output` stdout and stderr go there. 126 and 127 as a
/// shell has them.
int run_directly(const std::string& path, std::vector<std::string> arguments, std::string* output = nullptr)
{
    std::vector<std::string> environment = control::make_call({}, {}).environment;
    environment.emplace_back(script_path);
    arguments.insert(arguments.begin(), path);
    const std::vector<char*> argv = pointers_to(arguments);
    const std::vector<char*> envp = pointers_to(environment);

    int ends[2] = {-1, -1};
    if (output != nullptr && ::pipe2(ends, O_CLOEXEC) != 0)
        return model::exit_status::not_executable;
    system::UniqueFd reader{ends[0]};
    system::UniqueFd writer{ends[1]};
    posix_spawn_file_actions_t actions;
    (void)::posix_spawn_file_actions_init(&actions);
    for (const int number : {STDOUT_FILENO, STDERR_FILENO})
        if (output != nullptr)
            (void)::posix_spawn_file_actions_adddup2(&actions, writer.get(), number);
    pid_t child = 0;
    int error = ::posix_spawn(&child, path.c_str(), &actions, nullptr, argv.data(), envp.data());
    if (error == ENOEXEC) { // no #! line
        arguments.insert(arguments.begin(), "/bin/sh");
        error =
            ::posix_spawn(&child, "/bin/sh", &actions, nullptr, pointers_to(arguments).data(), envp.data());
    }
    (void)::posix_spawn_file_actions_destroy(&actions);
    writer.reset();
    if (error != 0) {
        fmt::print(stderr, "service: cannot run {}: {}; nothing was done\n", path, std::strerror(error));
        return model::exit_status::of_failed_exec(error);
    }
    std::array<char, 4096> part;
    ssize_t got = 0;
    while (output != nullptr &&
           ((got = ::read(reader.get(), part.data(), part.size())) > 0 || errno == EINTR) && got != 0)
        output->append(part.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return model::exit_status::of_wait_status(status);
}

/// Through init where one listens; what it does not run is run here, and that is said.
int run_verb(const std::string& folder, const std::string& name, std::vector<std::string> arguments)
{
    using Kind = control::CallOutcome::Kind;
    const std::string path = folder + "/" + name;
    const std::string state = control::find_state_directory();
    control::CallOutcome outcome;
    if (!state.empty())
        outcome = control::call_service(state, control::make_call(name, arguments));
    switch (outcome.kind) {
    case Kind::ended:
        return outcome.exit;
    case Kind::lost:
        fmt::print(stderr, "service: init went away while it ran {}: {}; how it ended is not known\n", path,
                   outcome.why);
        return 1;
    case Kind::refused:
        fmt::print(stderr, "service: init does not run {}: {}; running it directly\n", path, outcome.why);
        break;
    case Kind::no_init:
        break;
    }
    return run_directly(path, std::move(arguments));
}

// --- service ------------------------------------------------------------------------------------------

std::vector<std::string> names_in(const std::string& folder)
{
    system::RootedTree own("");
    model::Diagnostics complaints;
    std::vector<std::string> names =
        world::list_or_complain(own, folder, complaints, "its scripts are left out");
    for (const model::Diagnostic& complaint : complaints)
        fmt::print(stderr, "service: {}\n", to_string(complaint));
    std::erase_if(names, [](const std::string& name) { return name.starts_with('.'); });
    return names;
}

/// ` [ + ]  name` as Debian shows it: up, down, or a script that has no status.
void show_mark(const std::string& path, const std::string& name)
{
    const world::Result<std::string> text = system::read_text(path, script_limit);
    if (!text || text->find("status)") == std::string::npos) {
        text::print_line(stderr, " [ ? ]  " + name);
        return;
    }
    std::string output;
    const int status = run_directly(path, {"status"}, &output);
    text::print_line(stdout, fmt::format(" [ {} ]  {}", status == 0 && !output.empty() ? '+' : '-', name));
    (void)std::fflush(stdout);
}

/// Every script's status, one after another; it changes nothing, so init has no part in it.
int show_all(const std::string& folder)
{
    constexpr std::string_view passed_over[] = {"functions", "halt",  "killall", "single",
                                                "linuxconf", "kudzu", "README",  "skeleton",
                                                "rc",        "rcS",   "rc.local"};
    const bool is_debian = is_file("/etc/init.d/rcS") || is_file("/etc/debian_version");
    for (const std::string& name : names_in(folder)) {
        const std::string path = folder + "/" + name;
        if (std::ranges::find(passed_over, name) != std::end(passed_over) || model::is_ignored_name(name) ||
            !is_file(path) || ::access(path.c_str(), X_OK) != 0)
            continue;
        if (is_debian)
            show_mark(path, name);
        else
            (void)run_directly(path, {"status"});
    }
    return 0;
}

struct ServiceWords {
    std::string name;
    std::vector<std::string> arguments;
    bool full_restart = false;
    bool status_all = false;
    bool help = false;
    bool version = false;
};

/// Options are words of service's own wherever they stand, as in the original, which also cuts its arguments
/// anew at blanks.
ServiceWords parse(Arguments words)
{
    ServiceWords result;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word == "-h" || word.starts_with("--h")) {
            result.help = true;
            return result;
        }
        if (word == "--version" || word == "-V") {
            result.version = true;
            return result;
        }
        if (result.name.empty() && words.size() - i == 1 && word == "--status-all")
            result.status_all = true;
        else if (result.name.empty())
            result.name = word;
        else if (word == "--full-restart" && i == 1 && words.size() == 2)
            result.full_restart = true;
        else
            for (const std::string_view piece : model::words_of(word))
                result.arguments.emplace_back(piece);
    }
    return result;
}

/// rcinit VERB NAME...: the status of the first that fails.
int run_for_each(const char* verb, Arguments names)
{
    if (names.empty() || names.front().starts_with('-')) {
        fmt::print(stderr, "rcinit {0}: no service is named; nothing was done\nUsage: rcinit {0} NAME...\n",
                   verb);
        return usage_status;
    }
    const std::string folder = script_folder();
    int result = 0;
    for (const std::string& name : names) {
        int status = not_installed_status;
        if (!is_known(folder, name)) {
            fmt::print(stderr, "rcinit {}: there is no script {}/{}; nothing was done for it\n", verb, folder,
                       name);
        } else {
            std::string word = verb;
            // What LSB calls try-restart was condrestart before.
            if (word == "try-restart") {
                const world::Result<std::string> text = system::read_text(folder + "/" + name, script_limit);
                if (text && text->find(word) == std::string::npos &&
                    text->find("condrestart") != std::string::npos)
                    word = "condrestart";
            }
            status = run_verb(folder, name, {std::move(word)});
        }
        result = result == 0 ? status : result;
    }
    return result;
}

} // namespace

int service(Arguments words)
{
    if (::chdir("/") != 0)
        fmt::print(stderr, "service: cannot change to /: {}; going on\n", std::strerror(errno));
    const ServiceWords line = parse(words);
    if (line.help || line.version || words.empty()) {
        fmt::print(stderr, "{}\n", line.version ? version_text : usage_text);
        return words.empty() ? 1 : 0;
    }
    const std::string folder = script_folder();
    if (line.status_all)
        return show_all(folder);
    if (!is_known(folder, line.name)) {
        fmt::print(stderr, "{}: unrecognized service\n", line.name);
        return unrecognized_status;
    }
    if (!line.full_restart)
        return run_verb(folder, line.name, line.arguments);
    (void)run_verb(folder, line.name, {"stop"}); // also when it fails, the start is what counts
    return run_verb(folder, line.name, {"start"});
}

int start(Arguments names)
{
    return run_for_each("start", names);
}
int stop(Arguments names)
{
    return run_for_each("stop", names);
}
int restart(Arguments names)
{
    return run_for_each("restart", names);
}
int reload(Arguments names)
{
    return run_for_each("reload", names);
}
int try_restart(Arguments names)
{
    return run_for_each("try-restart", names);
}

} // namespace init::applets
