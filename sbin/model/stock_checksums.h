// SPDX-License-Identifier: MIT
// The tables behind `is_stock_rc` and `is_stock_rc_sysinit`: the first eight bytes, read as a big-endian number, of the
// SHA-256 of the normalised script; sorted. How a script is normalised is said in `stock_script`.
#pragma once

#include <cstdint>
#include <span>

namespace init::model {

std::span<const std::uint64_t> stock_rc_checksums() noexcept;
std::span<const std::uint64_t> stock_rc_sysinit_checksums() noexcept;

}  // namespace init::model
