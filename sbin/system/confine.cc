// SPDX-License-Identifier: MIT
// Works in a process right after its birth: allocates nothing.
#include "system/confine.h"

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <iterator>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define RCINIT_NO_FILTER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RCINIT_NO_FILTER 1
#endif
#if defined(__x86_64__)
#define RCINIT_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && !defined(__AARCH64EB__)
#define RCINIT_ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#define RCINIT_NO_FILTER 1
#endif

namespace init::system {
namespace {

constexpr int most_capabilities = 64;

struct Capabilities {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};

    bool read() noexcept { return ::syscall(SYS_capget, &header, data.data()) == 0; }
    bool write() noexcept { return ::syscall(SYS_capset, &header, data.data()) == 0; }
};

#ifndef RCINIT_NO_FILTER

#ifndef SECCOMP_FILTER_FLAG_SPEC_ALLOW
#define SECCOMP_FILTER_FLAG_SPEC_ALLOW (1UL << 2)
#endif

// The most frequent first: they are compared in this order.
constexpr unsigned allowed[] = {
    SYS_read,       SYS_write, SYS_ppoll,        SYS_close,
    SYS_exit_group, SYS_exit,  SYS_rt_sigreturn, SYS_restart_syscall,
#ifdef SYS_poll
    SYS_poll,
#endif
};
constexpr std::size_t head_size = 3; ///< the machine is looked at, then the call is loaded
constexpr std::size_t tail_size = 5; ///< of ioctl(2) its second argument is looked at
constexpr std::size_t program_size = head_size + std::size(allowed) + tail_size;

/// Each call that is allowed jumps to the last instruction.
constexpr std::array<sock_filter, program_size> make_filter() noexcept
{
    constexpr auto load = [](std::size_t offset) {
        return sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(offset)};
    };
    // A jump counts from the next instruction.
    constexpr std::size_t refuse = program_size - 2;
    constexpr std::size_t allow = program_size - 1;
    std::array<sock_filter, program_size> filter{};
    filter[0] = load(offsetof(seccomp_data, arch));
    filter[1] = {BPF_JMP | BPF_JEQ | BPF_K, 0, static_cast<std::uint8_t>(refuse - 2), RCINIT_ARCHITECTURE};
    filter[2] = load(offsetof(seccomp_data, nr));
    for (std::size_t i = 0; i < std::size(allowed); ++i) {
        const std::size_t at = head_size + i;
        filter[at] = {BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint8_t>(allow - at - 1), 0, allowed[i]};
    }
    constexpr std::size_t at_ioctl = program_size - tail_size;
    filter[at_ioctl] = {BPF_JMP | BPF_JEQ | BPF_K, 0, static_cast<std::uint8_t>(refuse - at_ioctl - 1),
                        SYS_ioctl};
    filter[at_ioctl + 1] = load(offsetof(seccomp_data, args[1])); // its lower half, which is what counts
    filter[at_ioctl + 2] = {BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint8_t>(allow - at_ioctl - 3), 0,
                            FIONREAD};
    filter[refuse] = {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EPERM};
    filter[allow] = {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW};
    return filter;
}

#endif

} // namespace

bool has_capability(int capability) noexcept
{
    Capabilities held;
    const auto word = static_cast<std::size_t>(capability) / 32;
    return held.read() && word < held.data.size() &&
           (held.data[word].effective >> (capability % 32) & 1U) != 0;
}

void keep_capabilities(std::initializer_list<int> kept) noexcept
{
    const auto is_kept = [&](int which) { return std::find(kept.begin(), kept.end(), which) != kept.end(); };
    (void)::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    (void)::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    for (int which = 0; which < most_capabilities; ++which)
        if (!is_kept(which))
            (void)::prctl(PR_CAPBSET_DROP, which, 0, 0, 0); // without the right to do it all stay
    Capabilities held;
    if (!held.read())
        return;
    std::array<std::uint32_t, _LINUX_CAPABILITY_U32S_3> mask{};
    for (const int which : kept)
        mask[static_cast<std::size_t>(which) / 32] |= 1U << (which % 32);
    for (std::size_t i = 0; i < mask.size(); ++i) {
        held.data[i].effective &= mask[i];
        held.data[i].permitted &= mask[i];
        held.data[i].inheritable &= mask[i];
    }
    (void)held.write();
}

void allow_only_reading_and_writing() noexcept
{
#ifndef RCINIT_NO_FILTER
    static constexpr auto filter = make_filter();
    const sock_fprog program{static_cast<unsigned short>(filter.size()),
                             const_cast<sock_filter*>(filter.data())};
    (void)::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    // A filter alone makes some kernels run the process with slower memory; it has no secrets.
    if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) != 0)
        (void)::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
#endif
}

} // namespace init::system
