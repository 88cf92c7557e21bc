// SPDX-License-Identifier: MIT
// Reads what /proc says about processes, with small buffers and no allocation. A /proc that belongs to
// another PID namespace is treated as none: its numbers would name somebody else's processes.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>

namespace init::system {

struct ProcessStat {
    pid_t pid = 0;
    char comm[16] = {}; ///< the program's name, cut to 15 bytes; any bytes that its owner likes
    char state = '?';   ///< R S D Z T ...; of the first thread, S where that one alone has ended
    pid_t parent = 0;
    pid_t group = 0;
    pid_t session = 0;
    std::uint64_t start_time = 0; ///< clock ticks since boot
};

/// True when /proc shows this process under the number that it has for itself.
bool is_proc_ours() noexcept;

/// Nothing for a process that is gone, and without a /proc of ours.
std::optional<ProcessStat> read_process(pid_t pid) noexcept;

using PidVisitor = void (*)(pid_t pid, void* context);

/// Visits every process that /proc lists. False when there is no /proc of ours.
bool visit_processes(PidVisitor visit, void* context) noexcept;
/// The same until one returns false.
bool visit_processes_until(bool (*visit)(pid_t pid, void* context), void* context) noexcept;

/// Visits the children of `parent`, zombies too. Reads the kernel's list of children, or scans /proc where it
/// has none. False when there is no /proc of ours.
bool visit_children(pid_t parent, PidVisitor visit, void* context) noexcept;

/// Fills `into` with children of `parent`, zombies too, as far as they fit, from the kernel's list of
/// children; it reads no more of that list than fits. Nothing where the kernel has no such list, or the
/// process is gone.
std::optional<std::size_t> first_children(pid_t parent, std::span<pid_t> into) noexcept;

/// The child of `parent` that was born first, zombies left out; 0 for none.
pid_t oldest_child(pid_t parent) noexcept;

} // namespace init::system
