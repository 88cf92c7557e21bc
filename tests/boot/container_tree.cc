// SPDX-License-Identifier: MIT
// The root of a container of the boot tests: folders, the host's programs mounted read-only, the rc tree in
// the three layouts, and the looks a test takes at its files and processes.
#include "container.h"

#include <boost/json.hpp>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace boot {
namespace {

namespace fs = std::filesystem;

constexpr const char* applets[] = {"rcinit",   "telinit", "runlevel", "shutdown", "halt",
                                   "poweroff", "reboot",  "killall5", "initctl",  "service"};

/// Quick to start and alike on every host: no shell reads a profile, no program asks a name service.
constexpr const char* passwd = "root:x:0:0:root:/:/bin/sh\n";

/// The script that `service` writes. NAME, OPTIONS and HEADER are filled in.
constexpr const char* service_body = R"(#!/bin/sh
HEADER
echo "NAME $1" >>/var/events
case "$1" in
start) /opt/helper daemon --pidfile /var/run/NAME.pid OPTIONS || exit 1; LOCK ;;
stop) rm -f /var/lock/subsys/NAME; /opt/helper stop /var/run/NAME.pid ;;
restart) $0 stop; $0 start ;;
status) read pid </var/run/NAME.pid && kill -0 "$pid" ;;
esac
)";

std::string replaced(std::string text, const std::string& from, const std::string& to)
{
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

std::string read_all(int fd)
{
    std::string text;
    char buffer[16384];
    for (;;) {
        const ssize_t n = ::read(fd, buffer, sizeof buffer);
        if (n > 0)
            text.append(buffer, static_cast<std::size_t>(n));
        else if (n == 0 || errno != EINTR)
            return text;
    }
}

/// Reads `/proc/PID/stat`. The name may hold anything, blanks and brackets too, and ends at the last bracket.
std::optional<Process> parse_stat(const std::string& stat)
{
    const std::size_t open = stat.find('(');
    const std::size_t close = stat.rfind(')');
    if (open == std::string::npos || close == std::string::npos)
        return std::nullopt;
    Process process;
    process.pid = std::atoi(stat.c_str());
    process.comm = stat.substr(open + 1, close - open - 1);
    std::istringstream rest{stat.substr(close + 1)};
    rest >> process.state >> process.parent >> process.group >> process.session;
    return process;
}

/// The file that RCINIT names, so that what ships is what is tested; without it this build's own.
const char* program_under_test()
{
    const char* const named = std::getenv("RCINIT");
    return named != nullptr && *named != '\0' ? named : RCINIT_BINARY;
}

} // namespace

std::string Container::host_path(const std::string& path) const
{
    return root_ + path;
}

void Container::make_tree()
{
    for (const char* folder : {"/etc", "/dev", "/proc", "/sys", "/run", "/var/log", "/var/lib", "/tmp",
                               "/opt", "/root", "/sbin", "/usr", "/bin", "/lib", "/lib64"})
        fs::create_directories(host_path(folder));
    fs::permissions(host_path("/tmp"), fs::perms::all | fs::perms::sticky_bit);

    // What the host has as links into /usr are links here; what it has as folders is mounted.
    for (const char* name : {"/usr", "/bin", "/lib", "/lib64"}) {
        if (fs::is_symlink(name)) {
            fs::remove(host_path(name));
            fs::create_symlink(fs::read_symlink(name), host_path(name));
        } else if (fs::is_directory(name)) {
            mounts_.push_back({name, host_path(name), "", true});
        }
    }
    for (const auto& entry : fs::directory_iterator{"/usr/sbin"})
        fs::create_symlink("/usr/sbin/" + entry.path().filename().string(),
                           host_path("/sbin/" + entry.path().filename().string()));
    for (const char* device : {"/dev/null", "/dev/zero", "/dev/tty", "/dev/fuse"}) {
        if (!fs::exists(device))
            continue;
        file(device, "");
        mounts_.push_back({device, host_path(device), "", false});
    }
    if (fs::is_directory("/etc/alternatives")) { // awk and others are links through it
        fs::create_directories(host_path("/etc/alternatives"));
        mounts_.push_back({"/etc/alternatives", host_path("/etc/alternatives"), "", true});
    }
    mounts_.push_back({"proc", host_path("/proc"), "proc", false});

    // The program and its names; mounted rather than copied, it costs a restart nothing.
    for (const auto& [path, source] :
         {std::pair{"/sbin/init", program_under_test()}, {"/opt/helper", RCINIT_BOOT_HELPER}}) {
        fs::remove(host_path(path));
        file(path, "", 0755);
        mounts_.push_back({source, host_path(path), "", true});
    }
    for (const char* name : applets) {
        fs::remove(host_path(std::string{"/sbin/"} + name));
        fs::create_symlink("init", host_path(std::string{"/sbin/"} + name));
    }

    file("/etc/passwd", passwd);
    file("/etc/group", "root:x:0:\n");
    file("/var/events", "", 0666);
    const bool red_hat = layout_ == Layout::red_hat;
    const std::string base = red_hat ? "/etc/rc.d" : "/etc";
    fs::create_directories(host_path(base + "/init.d"));
    for (const char level : {'0', '1', '2', '3', '4', '5', '6'})
        fs::create_directories(host_path(base + "/rc" + level + ".d"));
    if (red_hat) {
        fs::create_directories(host_path("/var/run"));
        fs::create_directories(host_path("/var/lock/subsys"));
        fs::create_symlink("rc.d/init.d", host_path("/etc/init.d"));
        for (const char level : {'0', '1', '2', '3', '4', '5', '6'})
            fs::create_symlink(std::string{"rc.d/rc"} + level + ".d",
                               host_path(std::string{"/etc/rc"} + level + ".d"));
        file("/etc/rc.d/rc.sysinit", "#!/bin/sh\necho sysinit >>/var/events\n", 0755);
        inittab("id:3:initdefault:\nsi::sysinit:/etc/rc.d/rc.sysinit\n"
                "l0:0:wait:/etc/rc.d/rc 0\nl1:1:wait:/etc/rc.d/rc 1\nl2:2:wait:/etc/rc.d/rc "
                "2\nl3:3:wait:/etc/rc.d/rc 3\n"
                "l4:4:wait:/etc/rc.d/rc 4\nl5:5:wait:/etc/rc.d/rc 5\nl6:6:wait:/etc/rc.d/rc 6\n"
                "ca::ctrlaltdel:/sbin/shutdown -t3 -r now\n");
    } else {
        fs::create_symlink("../run", host_path("/var/run"));
        fs::create_directories(host_path("/run/lock"));
        fs::create_symlink("../run/lock", host_path("/var/lock"));
    }
    if (layout_ == Layout::debian) {
        fs::create_directories(host_path("/etc/rcS.d"));
        inittab("id:2:initdefault:\nsi::sysinit:/etc/init.d/rcS\n~~:S:wait:/sbin/sulogin --force\n"
                "l0:0:wait:/etc/init.d/rc 0\nl1:1:wait:/etc/init.d/rc 1\nl2:2:wait:/etc/init.d/rc "
                "2\nl3:3:wait:/etc/init.d/rc 3\n"
                "l4:4:wait:/etc/init.d/rc 4\nl5:5:wait:/etc/init.d/rc 5\nl6:6:wait:/etc/init.d/rc 6\n"
                "z6:6:respawn:/sbin/sulogin --force\nca:12345:ctrlaltdel:/sbin/shutdown -t1 -a -r now\n");
    }
}

void Container::program(const std::string& path)
{
    for (MountStep& step : mounts_)
        if (step.target == host_path("/sbin/init"))
            step.source = path;
}

void Container::bring(const std::string& from, const std::string& path, bool read_only)
{
    if (fs::is_directory(from))
        fs::create_directories(host_path(path));
    else
        file(path, "", 0755);
    mounts_.push_back({from, host_path(path), "", read_only});
}

void Container::most_processes(int limit)
{
    pids_ = limit;
}

void Container::users()
{
    users_ = true;
    fs::permissions(root_, fs::perms{0755});
}

void Container::file(const std::string& path, std::string_view text, mode_t mode)
{
    const std::string target = host_path(path);
    fs::create_directories(fs::path{target}.parent_path());
    std::ofstream out{target, std::ios::binary | std::ios::trunc};
    out << text;
    out.close();
    if (!out || ::chmod(target.c_str(), mode) < 0)
        throw std::runtime_error{"write " + target + ": " + std::strerror(errno)};
}

void Container::remove(const std::string& path)
{
    fs::remove(host_path(path));
}

void Container::script(const std::string& name, std::string_view body, mode_t mode)
{
    const std::string path = (layout_ == Layout::red_hat ? "/etc/rc.d/init.d/" : "/etc/init.d/") + name;
    file(path, (body.starts_with("#!") ? "" : "#!/bin/sh\n") + std::string{body}, mode);
}

void Container::service(const std::string& name, const std::string& options, const std::string& header)
{
    const std::string lock = layout_ == Layout::red_hat ? ": >/var/lock/subsys/" + name : ":";
    std::string body = replaced(service_body, "HEADER", header);
    body = replaced(replaced(body, "OPTIONS", options), "LOCK", lock);
    script(name, replaced(body, "NAME", name));
}

void Container::link(char level, const std::string& name)
{
    const std::string folder =
        (layout_ == Layout::red_hat ? "/etc/rc.d/rc" : "/etc/rc") + std::string{level} + ".d/";
    fs::create_directories(host_path(folder));
    fs::create_symlink("../init.d/" + name.substr(3), host_path(folder + name));
}

void Container::enable(const std::string& name, int start_number, int stop_number)
{
    const auto numbered = [&](char kind, int number) {
        return kind + std::string{number < 10 ? "0" : ""} + std::to_string(number) + name;
    };
    link(default_level(), numbered('S', start_number));
    if (stop_number >= 0)
        for (const char level : {'0', '6'})
            link(level, numbered('K', stop_number));
}

void Container::inittab(std::string_view text)
{
    file("/etc/inittab", text);
}

void Container::tmpfs(const std::string& path)
{
    fs::create_directories(host_path(path));
    tmpfs_.push_back(path);
}

void Container::environment(const std::string& variable)
{
    environment_.push_back(variable);
}

void Container::arguments(std::vector<std::string> argv)
{
    arguments_ = std::move(argv);
}

char Container::default_level() const
{
    return layout_ == Layout::red_hat ? '3' : '2';
}

UniqueFd Container::open_inside(const std::string& path, int flags) const
{
    const std::string root = init_.pid > 0 ? "/proc/" + std::to_string(init_.pid) + "/root" : root_;
    const UniqueFd folder{::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    open_how how{};
    how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_IN_ROOT;
    return UniqueFd{static_cast<int>(::syscall(SYS_openat2, folder.get(), path.c_str(), &how, sizeof how))};
}

std::string Container::read(const std::string& path)
{
    const UniqueFd fd = open_inside(path, O_RDONLY | O_NONBLOCK);
    return fd ? read_all(fd.get()) : std::string{};
}

bool Container::exists(const std::string& path)
{
    return static_cast<bool>(open_inside(path, O_PATH));
}

pid_t Container::pid_in(const std::string& pidfile)
{
    return std::atoi(read(pidfile).c_str());
}

std::vector<std::string> Container::events()
{
    std::vector<std::string> lines;
    std::istringstream text{read("/var/events")};
    for (std::string line; std::getline(text, line);)
        lines.push_back(line);
    return lines;
}

std::size_t Container::count_events(const std::string& event)
{
    const std::vector<std::string> lines = events();
    return static_cast<std::size_t>(std::count(lines.begin(), lines.end(), event));
}

bool Container::wait_for_state(std::string_view state, milliseconds limit)
{
    return wait_for(
        [&] {
            boost::system::error_code error;
            for (const char* path : {"/run/rcinit/status.json", "/var/run/rcinit/status.json"}) {
                const boost::json::value status = boost::json::parse(read(path), error);
                const auto* object = error ? nullptr : status.if_object();
                const auto* value = object != nullptr ? object->if_contains("state") : nullptr;
                if (value != nullptr && value->is_string() && value->get_string() == state)
                    return true;
            }
            return false;
        },
        limit);
}

std::optional<Process> Container::process(pid_t pid)
{
    std::optional<Process> found = parse_stat(read("/proc/" + std::to_string(pid) + "/stat"));
    if (found) {
        found->command = read("/proc/" + std::to_string(pid) + "/cmdline");
        while (!found->command.empty() && found->command.back() == '\0')
            found->command.pop_back();
        std::replace(found->command.begin(), found->command.end(), '\0', ' ');
    }
    return found;
}

bool Container::hears_TERM() const
{
    std::ifstream status{"/proc/" + std::to_string(init_.pid) + "/status"};
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("SigBlk:"))
            return (std::strtoull(line.c_str() + 7, nullptr, 16) >> (SIGTERM - 1) & 1) != 0;
    return false;
}

std::vector<Process> Container::processes(milliseconds limit)
{
    std::vector<Process> result;
    const UniqueFd folder = open_inside("/proc", O_RDONLY | O_DIRECTORY);
    if (!folder)
        return result;
    const auto until = std::chrono::steady_clock::now() + limit;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator{"/proc/self/fd/" + std::to_string(folder.get()), error}) {
        const pid_t pid = std::atoi(entry.path().filename().c_str());
        if (pid <= 0)
            continue;
        if (std::optional<Process> found = process(pid))
            result.push_back(std::move(*found));
        if (std::chrono::steady_clock::now() >= until)
            break;
    }
    return result;
}

std::size_t Container::count_processes()
{
    const UniqueFd folder = open_inside("/proc", O_RDONLY | O_DIRECTORY);
    std::size_t count = 0;
    std::error_code error;
    if (folder)
        for (const auto& entry :
             fs::directory_iterator{"/proc/self/fd/" + std::to_string(folder.get()), error})
            count += std::atoi(entry.path().filename().c_str()) > 0 ? 1U : 0U;
    return count;
}

std::vector<Process> Container::processes(std::string_view command_part)
{
    std::vector<Process> result = processes();
    std::erase_if(result,
                  [&](const Process& p) { return p.command.find(command_part) == std::string::npos; });
    return result;
}

std::optional<std::size_t> position(const std::vector<std::string>& events, const std::string& wanted)
{
    const auto found = std::find(events.begin(), events.end(), wanted);
    if (found == events.end())
        return std::nullopt;
    return static_cast<std::size_t>(found - events.begin());
}

bool in_order(const std::vector<std::string>& events, std::initializer_list<std::string> wanted)
{
    auto from = events.begin();
    for (const std::string& event : wanted) {
        from = std::find(from, events.end(), event);
        if (from == events.end())
            return false;
        ++from;
    }
    return true;
}

std::string joined(const std::vector<std::string>& lines)
{
    std::string text;
    for (const std::string& line : lines)
        text += "\n  " + line;
    return text;
}

std::string joined(const std::vector<Process>& processes)
{
    std::string text;
    for (const Process& p : processes)
        text += "\n  " + std::to_string(p.pid) + " (" + p.comm + ") " + p.state + " " + p.command;
    return text;
}

} // namespace boot
