// SPDX-License-Identifier: MIT
// Takes from a helper process what it does not need, so that whoever gets hold of it has little. Nothing
// depends on it: what the kernel or the runtime's own filter refuses stays as it is, without a word.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace init::system {

/// Keeps of all five sets of capabilities only those named (CAP_ constants), as far as they are held, and
/// what is executed gains none. For the calling thread, and for good. Source: capabilities(7).
void keep_capabilities(std::initializer_list<int> kept) noexcept;

/// Whether a capability is in effect.
bool has_capability(int capability) noexcept;

/// From now on descriptors that are open can be read, written, waited for, closed and asked how much there is
/// to read, and the process can end: every other system call fails with EPERM. Where the filter is not made
/// (another machine than x86_64 and aarch64, sanitizers) nothing changes. Source: seccomp(2).
void allow_only_reading_and_writing() noexcept;

} // namespace init::system
