// SPDX-License-Identifier: MIT
// The set of levels as one bit for each letter of `0123456789Sabc`. Nothing here allocates but to_string.
#include "model/runlevel.h"

namespace init::model {
namespace {

constexpr std::string_view letters = "0123456789Sabc";

constexpr char plain_case(char c) noexcept
{
    switch (c) {
    case 's':
        return 'S';
    case 'A':
        return 'a';
    case 'B':
        return 'b';
    case 'C':
        return 'c';
    default:
        return c;
    }
}

/// The bit of a letter; 0 for one that no inittab knows.
constexpr std::uint16_t bit_of(char c) noexcept
{
    const auto place = letters.find(plain_case(c));
    return place == std::string_view::npos ? std::uint16_t{0} : static_cast<std::uint16_t>(1U << place);
}

} // namespace

RunlevelSet RunlevelSet::all() noexcept
{
    RunlevelSet set;
    set.bits_ = 0x3ff;
    return set;
}

bool RunlevelSet::add(char c) noexcept
{
    const std::uint16_t bit = bit_of(c);
    bits_ = static_cast<std::uint16_t>(bits_ | bit);
    return bit != 0;
}

bool RunlevelSet::has(Runlevel level) const noexcept
{
    return (bits_ & bit_of(level.letter())) != 0;
}

bool RunlevelSet::has_demand(char group) const noexcept
{
    const char letter = plain_case(group);
    return letter >= 'a' && letter <= 'c' && (bits_ & bit_of(letter)) != 0;
}

std::string RunlevelSet::to_string() const
{
    std::string text;
    for (const char c : letters)
        if ((bits_ & bit_of(c)) != 0)
            text += c;
    return text;
}

} // namespace init::model
