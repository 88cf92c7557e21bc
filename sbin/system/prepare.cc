// SPDX-License-Identifier: MIT
// Makes what scripts take for granted and a runtime's fresh mounts hide. A folder or link that is there stays
// as it is; a dangling link gets its target. Every step goes by open folders, since others may write to some.
#include "system/prepare.h"

#include "system/fresh_mount.h"
#include "system/mount.h"
#include "system/read_text.h"
#include "system/trusted_path.h"

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
    bool answers(const std::string& path) const
    {
        return !options_.answers || options_.answers(root_ + path);
    }

    bool exists(const std::string& path) const { return ::access((root_ + path).c_str(), F_OK) == 0; }

    void say(const std::string& attempt, int error, std::string_view what_now)
    {
        report_.messages.push_back(fmt::format("{}: {}; {}", attempt, std::strerror(error), what_now));
    }

    void mount_proc()
    {
        // A tree that is not the real root has no use for one.
        if (!options_.mount_proc || !root_.empty() || exists("/proc/self/stat"))
            return;
        const auto there = make_trusted(root_, "/proc", 0555);
        if (!there)
            report_.messages.push_back(fmt::format(
                "making /proc: {}; scripts that look for processes there go wrong", there.error().message()));
        else if (mount_proc_on(there->fd.get()) == 0)
            report_.messages.emplace_back("/proc was missing and has been mounted");
        else
            say("mounting /proc", errno, "scripts that look for processes there go wrong");
    }

    /// As the working directory: mount(2) takes no open folder, and there is no /proc to name one by.
    static int mount_proc_on(int folder) noexcept
    {
        const UniqueFd before{::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC)};
        if (!before || ::fchdir(folder) != 0)
            return -1;
        const int result = ::mount("proc", ".", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr);
        const int error = errno;
        if (::fchdir(before.get()) != 0)
            (void)::chdir("/");
        errno = error;
        return result;
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
        if (!answers(row.path)) {
            report_.messages.push_back(
                fmt::format("making {}: its file server does not answer; it stays as it is", row.path));
            return;
        }
        if (row.instead != nullptr)
            link_folder(row);
        const auto made = make_trusted(root_, row.path, mode_of(row));
        if (!made)
            report_.messages.push_back(fmt::format(
                "making {}: {}; {}", row.path, made.error().message(),
                made.error().link.empty() ? "scripts that need this folder fail" : "it stays as it is"));
    }

    /// A link that cannot be made is no loss: the folder is made instead.
    void link_folder(const FolderRow& row)
    {
        const std::string_view path{row.path};
        const std::string above{path.substr(0, path.rfind('/'))};
        const std::string name{path.substr(above.size() + 1)};
        const auto folder = open_trusted(root_, above);
        if (folder && folder->path == above && open_trusted(root_, row.instead))
            (void)::symlinkat(fmt::format("..{}", row.instead).c_str(), folder->fd.get(), name.c_str());
    }

    void sweep()
    {
        SweepOptions options;
        options.root = root_;
        options.shared_pid_namespace = options_.shared_pid_namespace;
        options.is_own = options_.is_own;
        options.answers = options_.answers;
        SweepReport swept = sweep_stale_state(options);
        report_.removed = std::move(swept.removed);
        report_.messages.insert(report_.messages.end(), swept.messages.begin(), swept.messages.end());
    }

    void make_utmp()
    {
        if (!answers("/var/run/utmp"))
            return;
        const auto folder = open_trusted(root_, "/var/run");
        if (!folder)
            return; // said when the folders were made
        if (is_foreign_utmp(folder->fd.get(), folder->path)) {
            report_.messages.emplace_back("/var/run/utmp is mounted from outside, or that cannot be told; "
                                          "its records stay as they are");
            return;
        }
        // No O_TRUNC: whether it is a regular file, and not a FIFO or device, is known only when it is open.
        const UniqueFd file{::openat(folder->fd.get(), "utmp",
                                     O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
                                     0664)};
        struct stat look {};
        if (!file || ::fstat(file.get(), &look) != 0) {
            say("opening /var/run/utmp", errno, "the runlevel is not recorded there");
        } else if (!S_ISREG(look.st_mode)) {
            report_.messages.emplace_back("/var/run/utmp is no regular file; it stays as it is");
        } else if (look.st_nlink != 1 || (look.st_uid != 0 && look.st_uid != ::geteuid())) {
            // A second name, put here by others, of a file that is none of theirs; or a file of theirs.
            report_.messages.push_back(
                fmt::format("/var/run/utmp belongs to uid {} and has {} names; it stays as it is",
                            look.st_uid, look.st_nlink));
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
            return is_from_outside(*table, root_ + folder_path + "/utmp", root_) ||
                   is_on_older_mount(*table, root_, folder_path);
        if (::faccessat(folder, "utmp", F_OK, AT_SYMLINK_NOFOLLOW) != 0)
            return false;
        return is_mount_root(folder, "utmp").value_or(true) || is_mount_root(folder, ".").value_or(true);
    }

    void give_to_group(int file)
    {
        const auto group = answers("/etc/group") ? group_number(root_, "utmp") : std::nullopt;
        // Harmless: EPERM, since without the right to do it the file is the caller's own, and EINVAL of a
        // user namespace that does not have the group.
        if (group && ::fchown(file, static_cast<uid_t>(-1), *group) != 0 && errno != EPERM && errno != EINVAL)
            say("giving /var/run/utmp to the group utmp", errno, "programs of that group cannot write it");
        (void)::fchmod(file, 0664);
    }

    void link_console()
    {
        const auto devices = open_trusted(root_, "/dev");
        if (!devices && devices.error().code.value() != ENOENT)
            report_.messages.push_back(fmt::format(
                "making /dev/console: {}; what scripts write to it is lost", devices.error().message()));
        if (!devices || ::faccessat(devices->fd.get(), "console", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
            return;
        const std::string target = fmt::format("/proc/{}/fd/1", options_.init_pid);
        if (::symlinkat(target.c_str(), devices->fd.get(), "console") != 0 && errno != EEXIST)
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
