// SPDX-License-Identifier: MIT
// What init, spawner and keepers tell each other. Upwards go messages of one fixed size through a pipe that
// all keepers share, each written whole; downwards go orders through a socket of each keeper's own, with
// descriptors beside them.
#pragma once

#include "system/unique_fd.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace init::keeper {

/// Of messages and orders alike. A reader passes over what carries another version.
constexpr std::uint8_t protocol_version = 1;

enum class MessageKind : std::uint8_t {
    born,          ///< a keeper waits for its order: `pid`
    not_born,      ///< the spawner could not clone it: `value` is an errno
    reading,       ///< a keeper without a script of its own has begun to read
    started,       ///< `pid` is the script
    failed,        ///< `value` is an errno, `text` the step
    ended,         ///< the script: `value` is wait(2)'s status, `pid` the oldest process left
    process_ended, ///< a watched process: `pid`; `value` is its status when `known`
    last_line,     ///< `text`
    empty, ///< of a run: `value` lines were dropped and not yet reported; `known`: the keeper waits for
           ///< another run, else this is its last message
};

/// From keepers and spawner to init.
struct Message {
    std::uint8_t version = protocol_version;
    MessageKind kind{};
    std::uint8_t known = 0;
    std::uint8_t text_size = 0;
    std::uint32_t keeper = 0; ///< the number that init gave the keeper; never reused
    std::uint32_t run = 0;
    std::int32_t pid = 0;
    std::int32_t value = 0;
    char text[204] = {};

    void set_text(std::string_view words) noexcept;
    [[nodiscard]] std::string_view get_text() const noexcept;
};
static_assert(sizeof(Message) == 224);

enum class OrderKind : std::uint8_t {
    clone, ///< to the spawner: make keeper `keeper`; its socket comes along
    run, ///< label, limits, argv and environment follow; read end, write end and what `flags` says come along
    read,     ///< the label follows; the read end comes along
    kill_all, ///< KILL everything below, drain, leave
    ask_last_line,
    watch, ///< `pid`, a child of the keeper's; `run` comes back with the answer
    leave, ///< to a keeper without a run
};

/// Of a run; the descriptors follow each other in this order.
enum OrderFlag : std::uint16_t {
    with_cgroup = 1,  ///< a cgroup.procs comes along
    with_caller = 2,  ///< a pipe that gets a copy of the output comes along
    with_grouping = 4 ///< the script's lines are held together until it ends
};

/// From init to the spawner or a keeper. Strings follow, each ended by a NUL.
struct Order {
    std::uint8_t version = protocol_version;
    OrderKind kind{};
    std::uint16_t words = 0;     ///< of argv
    std::uint16_t variables = 0; ///< of the environment, on top of the boot's
    std::uint16_t flags = 0;     ///< OrderFlag
    std::uint32_t keeper = 0;
    std::uint32_t run = 0;
    std::int32_t pid = 0;
    std::uint32_t place = 0; ///< of a clone: where its entry in the ledger is
};
static_assert(sizeof(Order) == 24);

constexpr std::size_t order_limit = 32 * 1024; ///< with its strings
constexpr std::size_t order_descriptors = 4;

/// Sends one order with `count` descriptors. False with errno set: EAGAIN when the socket is full. Never
/// blocks, never raises SIGPIPE, allocates nothing.
bool send_order(int socket, std::string_view bytes, const int* descriptors, std::size_t count) noexcept;
inline bool send_order(int socket, const Order& order) noexcept
{
    return send_order(socket, {reinterpret_cast<const char*>(&order), sizeof order}, nullptr, 0);
}

struct ReceivedOrder {
    std::size_t size = 0; ///< 0: the other side has gone
    system::UniqueFd descriptors[order_descriptors];
};
/// Receives one order into `buffer`; waits unless `flags` holds MSG_DONTWAIT. False when there is none.
bool receive_order(int socket, char* buffer, std::size_t limit, int flags, ReceivedOrder& received) noexcept;

} // namespace init::keeper
