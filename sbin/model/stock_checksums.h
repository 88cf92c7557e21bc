// SPDX-License-Identifier: MIT
// The tables behind `is_stock_rc` and `is_stock_rc_sysinit`: the first eight bytes, read as a big-endian
// number, of the SHA-256 of the normalised script; sorted. How a script is normalised is said in
// `stock_script`.
#pragma once

#include <cstdint>
#include <span>

namespace init::model {

std::span<const std::uint64_t> stock_rc_checksums() noexcept;
std::span<const std::uint64_t> stock_rc_sysinit_checksums() noexcept;

/// Those of this project's own rc.d/rc and rc.d/rc.sysinit, made from the files at build time.
extern const std::uint64_t own_rc_checksum;
extern const std::uint64_t own_rc_sysinit_checksum;

} // namespace init::model
