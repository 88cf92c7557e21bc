// SPDX-License-Identifier: MIT
// Walks the run and lock folders relative to open directories, so that a folder swapped for a link meanwhile
// leads nowhere, and removes what the judge of one file calls stale. Depth, names, entries of others and
// messages are bounded.
#include "system/sweep.h"

#include "system/folder_list.h"
#include "system/fresh_mount.h"
#include "system/mount.h"
#include "system/read_text.h"
#include "system/stale_state.h"
#include "system/sweep_allowance.h"
#include "system/trusted_path.h"

#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <unordered_set>

namespace init::system {

namespace {

constexpr int most_depth = 6;
constexpr std::size_t most_messages = 16;
constexpr std::size_t most_pid_file = 4096;

constexpr std::array<std::string_view, 4> swept_folders{"/run", "/var/run", "/run/lock", "/var/lock"};

/// Never looked at directly below a run or lock folder.
constexpr std::string_view kept[] = {
    "rcinit",        // init's own state
    "initctl",       // init's own FIFO
    "utmp",          // init truncates it itself
    "utmpx",         // a login record
    "runlevel",      // init writes it itself
    ".containerenv", // the runtime's mark
    "secrets",       // what the runtime hands in
    "credentials",   // what the runtime hands in
    "notify",        // the runtime's readiness socket
    "systemd",       // the runtime's readiness socket and the marks of an outer systemd
    "host-services", // sockets of the runtime's host
};

/// A name that its owner has taken away since the folder was listed is what the sweep wants, and no news.
bool is_gone(int error) noexcept
{
    return error == ENOENT;
}

class Sweep {
public:
    Sweep(const SweepOptions& options, SweepReport& report)
        : options_(options), report_(report), allowance_(options.limits)
    {
    }

    void run()
    {
        if (!find_root() || !find_mounts())
            return;
        for (const std::string_view folder : swept_folders)
            sweep_top(folder);
        if (more_messages_ > 0)
            report_.messages.push_back(
                fmt::format("sweep: {} more messages of this kind left out", more_messages_));
    }

private:
    struct Place {
        int folder;
        std::string path; ///< inside the root
        int depth;
        bool subsys;
        uid_t owner;
    };

    struct Entry {
        std::string name;
        mode_t mode;
        uid_t owner;
        bool of_others;
    };

    bool find_root()
    {
        if (options_.root.empty() || options_.root == "/")
            return true;
        const std::unique_ptr<char, void (*)(void*)> real{::realpath(options_.root.c_str(), nullptr), ::free};
        if (!real) {
            say(fmt::format("sweep of {}: {}; nothing is removed", options_.root, std::strerror(errno)));
            return false;
        }
        root_ = real.get();
        return true;
    }

    /// Without any means to tell a mount, a neighbour's folder could be entered: then nothing is swept.
    bool find_mounts()
    {
        auto table = MountTable::read(options_.mountinfo);
        if (table && !table->points().empty()) {
            mounts_ = std::move(*table);
            for (const MountPoint& point : mounts_.points())
                mount_points_.insert(point.path);
            return true;
        }
        if (is_mount_root(AT_FDCWD, "/").has_value())
            return true;
        say(fmt::format("sweep: mounts cannot be told ({}: {}); stale pid files and locks stay",
                        options_.mountinfo, table ? "it names none" : table.error().message()));
        return false;
    }

    void sweep_top(std::string_view name)
    {
        if (options_.answers && !options_.answers(root_ + std::string(name))) {
            say(fmt::format("sweep of {}: its file server does not answer; left as it is", name));
            return;
        }
        const auto folder = open_trusted(root_, name);
        if (!folder) {
            if (!is_gone(folder.error().code.value())) // an image need not have every one of them
                say(fmt::format("sweep of {}: {}; left as it is", name, folder.error().message()));
            return;
        }
        const std::string& path = folder->path;
        if (std::find(seen_.begin(), seen_.end(), path) != seen_.end())
            return;
        seen_.push_back(path);
        struct stat look {};
        if (!is_state_folder(path) || path == "/tmp")
            say(fmt::format("sweep of {}: it leads to {}, no run or lock folder; left as it is", name, path));
        else if (is_foreign_top(path))
            say(fmt::format("sweep of {}: it is mounted from outside; left as it is", path));
        else if (::fstat(folder->fd.get(), &look) == 0)
            sweep_folder({folder->fd.get(), path, 0, false, look.st_uid});
    }

    /// A fresh mount is the runtime's own, though it may hold copies of the image's files. Without
    /// mountinfo no mount is told from another.
    bool is_foreign_top(const std::string& path) const
    {
        if (!mounts_.points().empty())
            return is_from_outside(mounts_, root_ + path, root_) || is_on_older_mount(mounts_, root_, path);
        for (std::string above = path; !above.empty(); above.resize(above.rfind('/')))
            if (is_state_folder(above) && is_mount_root(AT_FDCWD, (root_ + above).c_str()).value_or(true))
                return true;
        return false;
    }

    void sweep_folder(const Place& place)
    {
        for (const Entry& entry : entries_of(place)) {
            if (!allowance_.take(entry.owner, 1))
                say_limit(place.path, entry.owner);
            else
                sweep_entry(place, entry);
        }
    }

    /// What may be stale there: root's first, and within that by name.
    std::vector<Entry> entries_of(const Place& place)
    {
        std::vector<Entry> entries;
        const UniqueFd folder{::openat(place.folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        const std::size_t most = std::min(options_.limits.names, allowance_.left(place.owner));
        std::size_t names = 0;
        const auto look = [&](const char* name, unsigned char type) {
            ++names;
            // A mount point is somebody else's, and whoever answers for it may never do.
            if (may_be_stale(place, name, type) && !mount_points_.contains(root_ + place.path + "/" + name))
                look_at(place, name, entries);
        };
        const auto listed = folder ? for_each_entry(folder.get(), most, look) : world::errno_code();
        (void)allowance_.take(place.owner, names);
        if (!listed)
            say(fmt::format("sweep of {}: {}; what could not be read stays", place.path,
                            listed.error().message()));
        else if (*listed == Listed::cut && most == options_.limits.names)
            say(fmt::format("sweep of {}: more than {} names; the others are not looked at and stay",
                            place.path, most));
        else if (*listed == Listed::cut)
            say_limit(place.path, place.owner);
        std::ranges::sort(entries, {}, [](const Entry& entry) {
            return std::pair<bool, std::string_view>{entry.of_others, entry.name};
        });
        return entries;
    }

    static bool may_be_stale(const Place& place, const char* name, unsigned char type)
    {
        if (place.depth == 0 && is_kept(name))
            return false;
        if (type == DT_DIR || type == DT_SOCK || type == DT_UNKNOWN || place.subsys)
            return true;
        return type == DT_REG && state_kind(name) != StateKind::none;
    }

    void look_at(const Place& place, const char* name, std::vector<Entry>& entries)
    {
        struct stat look {};
        if (::fstatat(place.folder, name, &look, AT_SYMLINK_NOFOLLOW) == 0)
            entries.push_back({name, look.st_mode, look.st_uid, !allowance_.is_ours(look.st_uid)});
        else if (const int error = errno; !is_gone(error))
            say(fmt::format("sweep: looking at {}/{}: {}; it stays", place.path, name, std::strerror(error)));
    }

    void say_limit(const std::string& path, uid_t owner)
    {
        if (auto words = allowance_.words_for(owner))
            say(fmt::format("sweep of {}: {}; the rest of them stays", path, *words));
    }

    void sweep_entry(const Place& place, const Entry& entry)
    {
        const std::string& name = entry.name;
        const std::string path = place.path + "/" + name;
        if (is_foreign(place.folder, name))
            return;
        if (S_ISDIR(entry.mode))
            enter(place, entry, path);
        else if (place.subsys)
            remove(place, name, path, "a lock of a service from an earlier life");
        else if (S_ISSOCK(entry.mode))
            sweep_socket(place, name, path);
        else if (S_ISREG(entry.mode))
            sweep_file(place, name, path);
    }

    static bool is_kept(std::string_view name) { return std::ranges::find(kept, name) != std::end(kept); }

    /// One that is known was passed over: a state folder below another (/run/lock) has its own turn.
    static bool is_foreign(int folder, const std::string& name)
    {
        return is_mount_root(folder, name.c_str()).value_or(false);
    }

    void enter(const Place& place, const Entry& entry, const std::string& path)
    {
        const std::string& name = entry.name;
        if (std::find(seen_.begin(), seen_.end(), path) != seen_.end())
            return;
        if (is_state_folder(path))
            seen_.push_back(path);
        if (place.depth >= most_depth) {
            say(fmt::format("sweep of {}: too deep; left as it is", path));
            return;
        }
        const UniqueFd folder{
            ::openat(place.folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
        if (folder)
            sweep_folder({folder.get(), path, place.depth + 1, is_subsys(place.path, name), entry.owner});
        else if (!is_gone(errno))
            say(fmt::format("sweep of {}: {}; nothing in it is removed", path, std::strerror(errno)));
    }

    static bool is_subsys(std::string_view parent, std::string_view name)
    {
        return name == "subsys" && parent.ends_with("/lock") && is_state_folder(parent);
    }

    void sweep_socket(const Place& place, const std::string& name, const std::string& path)
    {
        if (is_socket_stale(place.folder, name, root_ + path))
            remove(place, name, path, "a socket that nobody listens on");
    }

    void sweep_file(const Place& place, const std::string& name, const std::string& path)
    {
        const StateKind kind = state_kind(name);
        if (kind == StateKind::none)
            return;
        const auto content = read_text_at(place.folder, name.c_str(), most_pid_file, false);
        if (!content) {
            if (!is_gone(content.error().value()))
                say(fmt::format("sweep: reading {}: {}; it stays", path, content.error().message()));
            return;
        }
        const pid_t self = ::getpid();
        const auto why = stale_pid_content(
            *content, [&](pid_t pid) { return pid == self || (options_.is_own && options_.is_own(pid)); });
        if (why)
            remove(place, name, path,
                   fmt::format("a {} file: {}", kind == StateKind::pid_file ? "pid" : "lock", *why));
    }

    void remove(const Place& place, const std::string& name, const std::string& path, std::string why)
    {
        if (::unlinkat(place.folder, name.c_str(), 0) == 0)
            report_.removed.push_back({path, std::move(why)});
        else if (!is_gone(errno))
            say(fmt::format("sweep: removing {} ({}): {}; it stays", path, why, std::strerror(errno)));
    }

    void say(std::string message)
    {
        if (report_.messages.size() < most_messages)
            report_.messages.push_back(std::move(message));
        else
            ++more_messages_;
    }

    const SweepOptions& options_;
    SweepReport& report_;
    std::string root_;
    MountTable mounts_;
    std::unordered_set<std::string> mount_points_; ///< of that table
    std::vector<std::string> seen_;                ///< the folders that had their turn
    SweepAllowance allowance_;
    std::size_t more_messages_ = 0;
};

} // namespace

SweepReport sweep_stale_state(const SweepOptions& options) noexcept
{
    SweepReport report;
    try {
        if (options.shared_pid_namespace)
            report.messages.emplace_back(
                "sweep: off, since the PID namespace is shared with others; stale files stay");
        else
            Sweep{options, report}.run();
    } catch (const std::exception&) {
        // Memory ran out. What was removed so far is in the report; the rest stays where it is.
    }
    return report;
}

} // namespace init::system
