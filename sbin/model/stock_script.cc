// SPDX-License-Identifier: MIT
// Normalises a script's text and looks its checksum up among those of the distributions' own scripts.
#include "model/stock_script.h"

#include "model/stock_checksums.h"
#include "model/text_lines.h"

#include <algorithm>
#include <bit>

namespace init::model {
namespace {

constexpr std::array<std::uint32_t, 64> round_constants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

using State = std::array<std::uint32_t, 8>;
using Block = std::array<std::uint8_t, 64>;

constexpr State first_state = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

std::array<std::uint32_t, 64> schedule_of(const Block& block) noexcept
{
    std::array<std::uint32_t, 64> w{};
    for (std::size_t i = 0; i < 64; ++i)
        w[i / 4] = (w[i / 4] << 8) | block[i];
    for (std::size_t i = 16; i < 64; ++i) {
        const std::uint32_t s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
        const std::uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    return w;
}

void mix(State& state, const Block& block) noexcept
{
    const auto w = schedule_of(block);
    auto [a, b, c, d, e, f, g, h] = state;
    for (std::size_t i = 0; i < 64; ++i) {
        const std::uint32_t s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
        const std::uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + round_constants[i] + w[i];
        const std::uint32_t s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
        const std::uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    const State worked = {a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < state.size(); ++i)
        state[i] += worked[i];
}

/// The last block or two: what is left of the text, a one bit, zeros, and the length in bits.
void finish(State& state, std::string_view rest, std::uint64_t length) noexcept
{
    Block block{};
    std::copy(rest.begin(), rest.end(), block.begin());
    block[rest.size()] = 0x80;
    if (rest.size() >= 56) {
        mix(state, block);
        block = {};
    }
    for (std::size_t i = 0; i < 8; ++i)
        block[63 - i] = static_cast<std::uint8_t>((length * 8) >> (8 * i));
    mix(state, block);
}

// The white space of ASCII as Python's str.strip has it, the four separators included, since that is what the
// checksums were made with. White space beyond ASCII does not occur at the ends of those scripts' lines.
constexpr std::string_view white_space = " \t\n\v\f\r\x1c\x1d\x1e\x1f";

std::string_view stripped(std::string_view line) noexcept
{
    const auto first = line.find_first_not_of(white_space);
    if (first == std::string_view::npos)
        return {};
    return line.substr(first, line.find_last_not_of(white_space) - first + 1);
}

struct Utf8Unit {
    std::size_t size; ///< bytes that belong together
    bool good;
};

/// What the byte after a leading byte may be. Source: Unicode 3.9, table 3-7.
bool may_follow(unsigned char lead, unsigned char second) noexcept
{
    const unsigned char least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned char most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    return second >= least && second <= most;
}

/// The character at the head of `text`, or the longest beginning of one that is then broken off.
Utf8Unit unit_at(std::string_view text) noexcept
{
    const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80)
        return {1, true};
    if (lead < 0xc2 || lead > 0xf4)
        return {1, false};
    const std::size_t wanted = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    std::size_t size = 1;
    while (size < wanted && size < text.size() &&
           (size == 1 ? may_follow(lead, byte(1)) : (byte(size) & 0xc0) == 0x80))
        ++size;
    return {size, size == wanted};
}

void append_as_utf8(std::string& out, std::string_view line)
{
    while (!line.empty()) {
        const Utf8Unit unit = unit_at(line);
        out += unit.good ? line.substr(0, unit.size) : std::string_view{"\xef\xbf\xbd"};
        line.remove_prefix(unit.size);
    }
}

/// As the tables have it.
std::uint64_t checksum_of(std::string_view text)
{
    const auto sum = sha256(normalised_script(text));
    std::uint64_t head = 0;
    for (std::size_t i = 0; i < 8; ++i)
        head = (head << 8) | sum[i];
    return head;
}

bool is_among(std::span<const std::uint64_t> checksums, std::uint64_t sum)
{
    return std::binary_search(checksums.begin(), checksums.end(), sum);
}

} // namespace

std::array<std::uint8_t, 32> sha256(std::string_view bytes) noexcept
{
    State state = first_state;
    std::string_view rest = bytes;
    for (; rest.size() >= 64; rest.remove_prefix(64)) {
        Block block{};
        std::copy_n(rest.begin(), block.size(), block.begin());
        mix(state, block);
    }
    finish(state, rest, bytes.size());
    std::array<std::uint8_t, 32> sum{};
    for (std::size_t i = 0; i < sum.size(); ++i)
        sum[i] = static_cast<std::uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)));
    return sum;
}

std::string normalised_script(std::string_view text)
{
    std::string out;
    for_each_line(text, [&out](std::string_view raw, unsigned) {
        const std::string_view line = stripped(raw);
        if (line.empty() || line.front() == '#')
            return;
        append_as_utf8(out, line);
        out += '\n';
    });
    return out.empty() ? "\n" : out;
}

bool is_stock_rc(std::string_view text)
{
    const std::uint64_t sum = checksum_of(text);
    return sum == own_rc_checksum || is_among(stock_rc_checksums(), sum);
}

bool is_stock_rc_sysinit(std::string_view text)
{
    return is_among(stock_rc_sysinit_checksums(), checksum_of(text));
}

bool is_own_rc_sysinit(std::string_view text)
{
    return checksum_of(text) == own_rc_sysinit_checksum;
}

} // namespace init::model
