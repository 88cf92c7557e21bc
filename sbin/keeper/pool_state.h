// SPDX-License-Identifier: MIT
// What init holds of its keepers and their runs. A run is what the supervisor asked for; a keeper is the
// process that has it for now, and another one may have it later.
#pragma once

#include "keeper/keeper_pool.h"
#include "keeper/line_splitter.h"
#include "keeper/protocol.h"
#include "system/cgroup.h"

#include <memory>
#include <string>
#include <vector>

namespace init::keeper {

using EventSink = std::function<void(world::Event)>;

struct KeeperPool::State {
    static constexpr std::size_t least_spare = 2; ///< one ahead of need, one that has just come back

    /// A keeper asked for, waiting, at work or on its way out.
    struct Keeper {
        std::uint32_t number = 0;
        pid_t pid = 0;             ///< 0 until it has announced itself
        std::uint32_t run = 0;     ///< 0: a spare one
        bool is_requested = false; ///< the spawner has been told
        bool is_leaving = false;   ///< it has sent its last message
        system::UniqueFd socket;   ///< init's end
        std::string order;         ///< not sent yet
    };

    struct Run {
        std::uint32_t id = 0;
        std::string label;
        std::string path;
        system::UniqueFd output; ///< the read end, which outlives any keeper
        system::UniqueFd writer; ///< until the order is sent
        system::UniqueFd caller; ///< as well; nothing where nobody waits for the output
        system::Cgroup cgroup;
        pid_t script = 0;
        std::uint64_t early_signals = 0; ///< by number: asked for before the script was known to run
        bool is_direct = false;          ///< the script is a child of init's from the start
        bool is_start_told = false;
        bool is_script_over = false;
        bool is_output_over = false;
        int error = 0; ///< a direct script that could not be started
        const char* step = "";
    };

    explicit State(const PoolOptions& options) noexcept : output(options.output) { own_lines.start("init"); }

    // The processes of its own.
    bool open_pipes() noexcept;
    bool fork_scribe() noexcept;
    bool fork_spawner() noexcept;
    void remake_spawner();

    // Keepers.
    std::uint32_t add_keeper();
    void request(Keeper& keeper) noexcept;
    void request_missing() noexcept;
    void ensure_spare();
    void dismiss_spare() noexcept;
    void assign(Run& run, std::string order);
    void send_pending(Keeper& keeper) noexcept;
    Keeper* find_keeper(std::uint32_t number) noexcept;
    Keeper* find_keeper_of(std::uint32_t run) noexcept;
    Keeper* find_process(pid_t pid) noexcept;
    void forget_keeper(std::uint32_t number) noexcept;
    bool has_unborn() const noexcept;

    // Runs.
    Run& add_run(const std::string& label);
    bool open_output(Run& run) noexcept;
    void start_direct(Run& run, const world::ScriptRequest& request);
    bool has_keeper(const Run& run) noexcept;
    world::Result<world::RunId> give_up(const Run& run, int error) noexcept;
    void order_run(std::uint32_t run, OrderKind kind, pid_t pid = 0) noexcept;
    Run* find_run(std::uint32_t id) noexcept;
    Run* find_script(pid_t pid) noexcept;
    void forget_run(std::uint32_t id) noexcept;

    // What arrives.
    void take(const Message& message, const EventSink& sink);
    void keeper_born(const Message& message);
    void keeper_free(Keeper& keeper, bool waits) noexcept;
    void keeper_not_born(const Message& message, const EventSink& sink);
    void script_started(const Message& message, const EventSink& sink);
    void script_failed(std::uint32_t run, int error, std::string_view step, const EventSink& sink);
    void script_ended(std::uint32_t run, std::optional<int> status, pid_t left, const EventSink& sink);
    void output_ended(std::uint32_t run, const EventSink& sink);
    void tell_direct_start(std::uint32_t run, const EventSink& sink);
    void keeper_lost(Keeper& keeper, const EventSink& sink);

    // Lines of init's own.
    void say(std::string_view line) noexcept;
    void report_dropped() noexcept;
    bool put_line(std::string_view line) noexcept;

    int output = 1;
    system::UniqueFd message_reader, message_writer;
    system::UniqueFd line_reader, line_writer;
    system::UniqueFd spawner_socket;
    pid_t scribe = 0;
    pid_t spawner = 0;
    pid_t replaced_spawner = 0;
    bool is_closed = false;
    bool is_remaking_spawner = false;
    bool is_austere = false; ///< the reserve has begun: nothing allocates any more
    bool is_killing = false;
    std::size_t most_spare = least_spare;
    std::uint32_t last_keeper = 0;
    std::uint32_t last_run = 0;
    std::uint64_t dropped = 0;
    std::vector<Keeper> keepers;
    std::vector<std::unique_ptr<Run>> runs;
    system::CgroupTree cgroups;
    LineSplitter own_lines;
};

} // namespace init::keeper
