// SPDX-License-Identifier: MIT
// Asks the kernel what the process may do and looks at which devices there are. Nothing is changed or opened
// for writing.
#include "system/machine_probe.h"

#include "system/folder_list.h"
#include "system/read_text.h"
#include "system/unique_fd.h"
#include "world/tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

namespace init::system {

namespace {

std::uint64_t effective_capabilities() noexcept
{
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};
    if (::syscall(SYS_capget, &header, data) != 0)
        return 0;
    return data[0].effective | static_cast<std::uint64_t>(data[1].effective) << 32U;
}

bool holds(std::uint64_t capabilities, unsigned which) noexcept
{
    return (capabilities >> which & 1U) != 0;
}

/// The first user namespace maps every id to itself; without /proc it cannot be told and is assumed.
bool is_first_user_namespace(const std::string& root)
{
    const auto map = read_text(root + "/proc/self/uid_map", 4096);
    if (!map)
        return true;
    std::string joined;
    for (const char c : *map)
        if (c != ' ' && c != '\n')
            joined.push_back(c);
    return joined == "004294967295"; // inside from 0, outside from 0, the whole range
}

bool is_writable(const std::string& path) noexcept
{
    struct statvfs look {};
    return ::statvfs(path.c_str(), &look) == 0 && (look.f_flag & ST_RDONLY) == 0 &&
           ::access(path.c_str(), W_OK) == 0;
}

bool is_device(const std::string& path) noexcept
{
    struct stat look {};
    return ::stat(path.c_str(), &look) == 0 && S_ISCHR(look.st_mode);
}

bool has_block_device(const std::string& folder)
{
    const UniqueFd opened{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    bool found = false;
    const auto look_at = [&](const char* name, unsigned char type) {
        struct stat look {};
        found = found || type == DT_BLK ||
                (type == DT_UNKNOWN && ::fstatat(opened.get(), name, &look, AT_SYMLINK_NOFOLLOW) == 0 &&
                 S_ISBLK(look.st_mode));
    };
    (void)for_each_entry(opened.get(), world::most_names, look_at); // what is beyond is nobody's device
    return found;
}

} // namespace

model::MachineFacts probe_machine(const std::string& root) noexcept
{
    model::MachineFacts facts;
    try {
        const std::uint64_t held = effective_capabilities();
        const bool first = is_first_user_namespace(root);
        facts.cap_sys_admin = holds(held, CAP_SYS_ADMIN);
        facts.cap_net_admin = holds(held, CAP_NET_ADMIN);
        facts.cap_sys_time = first && holds(held, CAP_SYS_TIME);
        facts.cap_sys_module = first && holds(held, CAP_SYS_MODULE);
        facts.cap_audit_control = first && holds(held, CAP_AUDIT_CONTROL);
        facts.proc_sys_writable = is_writable(root + "/proc/sys/kernel/hostname");
        facts.sys_writable = is_writable(root + "/sys/kernel") || is_writable(root + "/sys/power/state");
        facts.has_rtc = is_device(root + "/dev/rtc") || is_device(root + "/dev/rtc0");
        facts.has_tty0 = is_device(root + "/dev/tty0") || is_device(root + "/dev/tty1");
        facts.has_block_device = has_block_device(root + "/dev");
    } catch (const std::exception&) {
        // Memory ran out: what was not looked at counts as missing.
    }
    return facts;
}

} // namespace init::system
