// SPDX-License-Identifier: MIT
// Makes what scripts take for granted and a runtime's fresh mounts hide. A folder or link that is there stays
// as it is; a dangling link gets its target.
#include "system/prepare.h"

#include "system/mount.h"
#include "system/read_text.h"
#include "system/rooted_path.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

namespace init::system {

namespace {

struct FolderRow {
    const char* path;
    mode_t mode;
    const char* instead; ///< what to link to if the folder is missing and this one is there; nullptr: none
};

constexpr FolderRow folder_rows[] = {
    {"/run", 0755, nullptr},      {"/var", 0755, nullptr},          {"/var/run", 0755, "/run"},
    {"/run/lock", 0755, nullptr}, {"/var/lock", 0755, "/run/lock"}, {"/var/lock/subsys", 0755, nullptr},
    {"/tmp", 01777, nullptr},
};

/// The number in the third field of the group's line; the file is read as text, since a static program has no
/// NSS.
std::optional<gid_t> group_number(const std::string& root, std::string_view group)
{
    const auto text = read_text(root + "/etc/group", 1U << 20U);
    if (!text)
        return std::nullopt;
    const std::string head = fmt::format("{}:", group);
    std::size_t at = text->starts_with(head) ? 0 : text->find("\n" + head);
    if (at == std::string::npos)
        return std::nullopt;
    at = text->find(':', at);
    at = at == std::string::npos ? at : text->find(':', at + 1);
    if (at == std::string::npos)
        return std::nullopt;
    gid_t number = 0;
    const char* begin = text->data() + at + 1;
    const auto [end, error] = std::from_chars(begin, text->data() + text->size(), number);
    return error == std::errc{} && end != begin ? std::optional{number} : std::nullopt;
}

class Preparation {
public:
    Preparation(const PrepareOptions& options, PrepareReport& report)
        : options_(options), report_(report), root_(options.root == "/" ? std::string{} : options.root)
    {
    }

    void run()
    {
        mount_proc();
        for (const FolderRow& row : folder_rows)
            make_folder(row);
        if (options_.first)
            sweep();
        make_utmp();
        link_console();
        if (!options_.first)
            report_.messages.clear(); // said the first time
    }

private:
    bool exists(const std::string& path, int flags = 0) const
    {
        struct stat look {};
        return ::fstatat(AT_FDCWD, (root_ + path).c_str(), &look, flags) == 0;
    }

    void say(const std::string& attempt, int error, std::string_view what_now)
    {
        report_.messages.push_back(fmt::format("{}: {}; {}", attempt, std::strerror(error), what_now));
    }

    void mount_proc()
    {
        // A tree that is not the real root has no use for one.
        if (!options_.mount_proc || !root_.empty() || exists("/proc/self/stat"))
            return;
        (void)::mkdir("/proc", 0555); // there already, or mount says why not
        if (::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0)
            report_.messages.emplace_back("/proc was missing and has been mounted");
        else
            say("mounting /proc", errno, "scripts that look for processes there go wrong");
    }

    mode_t mode_of(const FolderRow& row) const
    {
        // Debian's own start scripts open this one to everybody, and its daemons expect that.
        if (std::string_view{row.path} == "/run/lock" && exists("/etc/debian_version"))
            return 01777;
        return row.mode;
    }

    void make_folder(const FolderRow& row)
    {
        const auto resolved = resolve_in_root(root_, row.path);
        if (!resolved) {
            report_.messages.push_back(
                fmt::format("making {}: {}; it stays as it is", row.path, resolved.error().message()));
            return;
        }
        struct stat look {};
        if (::lstat((root_ + *resolved).c_str(), &look) == 0) {
            if (!S_ISDIR(look.st_mode))
                say(fmt::format("making {}", row.path), ENOTDIR, "scripts that need this folder fail");
            return;
        }
        if (row.instead != nullptr && *resolved == row.path && link_folder(row))
            return;
        if (!make_path(*resolved, mode_of(row)))
            say(fmt::format("making {}", row.path), errno, "scripts that need this folder fail");
    }

    bool link_folder(const FolderRow& row)
    {
        return exists(row.instead) &&
               ::symlink(fmt::format("..{}", row.instead).c_str(), (root_ + row.path).c_str()) == 0;
    }

    bool make_path(const std::string& path, mode_t mode)
    {
        for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
             slash = path.find('/', slash + 1)) {
            const std::string above = root_ + path.substr(0, slash);
            if (::mkdir(above.c_str(), 0755) == 0)
                (void)::chmod(above.c_str(), 0755); // against the umask; 0700 would still do for us
        }
        const std::string full = root_ + path;
        return ::mkdir(full.c_str(), 0700) == 0 && ::chmod(full.c_str(), mode) == 0;
    }

    void sweep()
    {
        SweepOptions options;
        options.root = root_;
        options.shared_pid_namespace = options_.shared_pid_namespace;
        options.is_own = options_.is_own;
        SweepReport swept = sweep_stale_state(options);
        report_.removed = std::move(swept.removed);
        report_.messages.insert(report_.messages.end(), swept.messages.begin(), swept.messages.end());
    }

    void make_utmp()
    {
        const auto folder_path = resolve_in_root(root_, "/var/run");
        if (!folder_path)
            return; // said when the folders were made
        const auto folder = open_folder(root_, *folder_path);
        if (!folder)
            return;
        if (is_foreign_utmp(folder->get(), *folder_path)) {
            report_.messages.emplace_back("/var/run/utmp is mounted from outside, or that cannot be told; "
                                          "its records stay as they are");
            return;
        }
        // No O_TRUNC: whether it is a regular file, and not a FIFO or device, is known only when it is open.
        const UniqueFd file{::openat(
            folder->get(), "utmp", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0664)};
        struct stat look {};
        if (!file || ::fstat(file.get(), &look) != 0) {
            say("opening /var/run/utmp", errno, "the runlevel is not recorded there");
        } else if (!S_ISREG(look.st_mode)) {
            report_.messages.emplace_back("/var/run/utmp is no regular file; it stays as it is");
        } else {
            if (options_.first && ::ftruncate(file.get(), 0) != 0)
                say("emptying /var/run/utmp", errno, "records of an earlier life stay");
            give_to_group(file.get());
        }
    }

    /// Without mountinfo the runtime's own tmpfs looks like a neighbour's folder: what lies there stays.
    bool is_foreign_utmp(int folder, const std::string& folder_path) const
    {
        const auto table = MountTable::read();
        if (table && !table->points().empty())
            return is_from_outside(*table, root_ + folder_path + "/utmp", root_);
        if (::faccessat(folder, "utmp", F_OK, AT_SYMLINK_NOFOLLOW) != 0)
            return false;
        return is_mount_root(folder, "utmp").value_or(true) || is_mount_root(folder, ".").value_or(true);
    }

    void give_to_group(int file)
    {
        const auto group = group_number(root_, "utmp");
        // Harmless: EPERM, since without the right to do it the file is the caller's own, and EINVAL of a
        // user namespace that does not have the group.
        if (group && ::fchown(file, static_cast<uid_t>(-1), *group) != 0 && errno != EPERM && errno != EINVAL)
            say("giving /var/run/utmp to the group utmp", errno, "programs of that group cannot write it");
        (void)::fchmod(file, 0664);
    }

    void link_console()
    {
        if (exists("/dev/console", AT_SYMLINK_NOFOLLOW) || !exists("/dev"))
            return;
        const std::string target = fmt::format("/proc/{}/fd/1", options_.init_pid);
        if (::symlink(target.c_str(), (root_ + "/dev/console").c_str()) != 0)
            say("making /dev/console", errno, "what scripts write to it is lost");
    }

    const PrepareOptions& options_;
    PrepareReport& report_;
    std::string root_;
};

} // namespace

PrepareReport prepare_system(const PrepareOptions& options) noexcept
{
    PrepareReport report;
    try {
        Preparation{options, report}.run();
    } catch (const std::exception&) {
        // Memory ran out: the steps done so far stand, and the boot goes on.
    }
    return report;
}

} // namespace init::system
