// SPDX-License-Identifier: MIT
// Runlevels: one character each, and the sets of them that the second field of an inittab line holds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace init::model {

/// One of `0`-`9` or `S`; `N` stands for "none yet". Source: runlevel(8).
class Runlevel {
public:
    constexpr Runlevel() = default; ///< N
    /// Reads `0`-`9`, `S`, `s`; anything else is nothing.
    static constexpr std::optional<Runlevel> from(char c) noexcept
    {
        if (c == 's')
            c = 'S';
        if ((c >= '0' && c <= '9') || c == 'S')
            return Runlevel{c};
        return std::nullopt;
    }
    static constexpr Runlevel none() noexcept { return {}; }

    [[nodiscard]] constexpr char letter() const noexcept { return letter_; }
    [[nodiscard]] constexpr bool is_none() const noexcept { return letter_ == 'N'; }
    [[nodiscard]] constexpr bool is_single() const noexcept { return letter_ == 'S' || letter_ == '1'; }
    /// Levels 0 and 6 end the container.
    [[nodiscard]] constexpr bool ends() const noexcept { return letter_ == '0' || letter_ == '6'; }
    constexpr bool operator==(const Runlevel&) const = default;

private:
    explicit constexpr Runlevel(char c) noexcept : letter_(c) {}
    char letter_ = 'N';
};

/// The second field of an inittab line: levels `0`-`9`, `S`, and the on-demand groups `a` `b` `c`.
class RunlevelSet {
public:
    constexpr RunlevelSet() = default;
    /// `0123456789`, what an empty field means. Source: inittab(5).
    static RunlevelSet all() noexcept;

    /// Adds one character of the field; false when it is none that an inittab knows.
    bool add(char c) noexcept;
    [[nodiscard]] bool has(Runlevel level) const noexcept;
    [[nodiscard]] bool has_demand(char group) const noexcept; ///< group is `a`, `b` or `c`, in either case
    [[nodiscard]] bool empty() const noexcept { return bits_ == 0; }
    /// In the order `0123456789Sabc`.
    [[nodiscard]] std::string to_string() const;
    bool operator==(const RunlevelSet&) const = default;

private:
    std::uint16_t bits_ = 0;
};

} // namespace init::model
