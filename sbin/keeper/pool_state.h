// SPDX-License-Identifier: MIT
// What init holds of its keepers and their runs. A run is what the supervisor asked for; a keeper is the
// process that has it for now, and another one may have it later.
#pragma once

#include "keeper/keeper_pool.h"
#include "keeper/ledger.h"
#include "keeper/line_splitter.h"
#include "keeper/protocol.h"
#include "keeper/scribe_desk.h"
#include "system/cgroup.h"

#include <chrono>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

namespace init::keeper {

using EventSink = std::function<void(world::Event)>;

bool is_short_of_descriptors(int error) noexcept;

struct KeeperPool::State {
    using Clock = std::chrono::steady_clock;

    static constexpr std::size_t least_spare = 2; ///< one ahead of need, one that has just come back

    /// One who kills every keeper costs a run this many of them, and init no more.
    static constexpr unsigned tries_limit = 16;

    /// A keeper asked for, waiting, at work or on its way out. It is forgotten when its end has been reaped,
    /// not before: until then its place in the ledger is its own.
    struct Keeper {
        std::uint32_t number = 0;
        pid_t pid = 0;             ///< 0 until it has announced itself; the ledger has it from its clone on
        std::uint32_t run = 0;     ///< 0: a spare one
        bool is_requested = false; ///< the spawner has been told
        bool is_ordered = false;   ///< it has been sent its run's order
        bool is_leaving = false;   ///< it has sent its last message
        system::UniqueFd socket;   ///< init's end
        Clock::time_point woken_at{};
        Ledger::Place place;

        [[nodiscard]] bool is_unborn() const noexcept { return pid == 0; }
        /// The spawner has made it, or somebody else's end has told of it.
        [[nodiscard]] bool is_cloned() const noexcept { return place && place.entry().keeper() != 0; }
        /// Also of one that has not announced itself; 0 before it is there.
        [[nodiscard]] pid_t process() const noexcept
        {
            return pid != 0 || !place ? pid : place.entry().keeper();
        }
    };

    struct Run {
        std::uint32_t id = 0;
        std::string label;
        std::string path;
        system::UniqueFd output; ///< the read end, which outlives any keeper; let go of where few are left
        system::UniqueFd writer; ///< until the order is sent: then the pipe ends with the script's processes
        std::string order;       ///< for this keeper, or for another one if this one dies; until the start
        system::UniqueFd caller; ///< as well; nothing where nobody waits for the output
        system::Cgroup cgroup;   ///< open as well
        unsigned tries = 0;      ///< keepers that died before they had begun
        pid_t script = 0;
        std::uint64_t early_signals = 0; ///< by number: asked for before the script was known to run
        std::vector<pid_t> watched;      ///< asked of its keeper, not answered yet
        bool is_direct = false;          ///< the script is a child of init's from the start
        bool is_orphaned = false;        ///< it has become one: its keeper is gone
        bool is_start_told = false;
        bool is_script_over = false;
        bool is_output_over = false;
        bool misses_reader = false; ///< no process for one can be had now
        bool is_reopened = false;   ///< it has got a writer after what may have been its end
        int error = 0;              ///< a direct script that could not be started
        const char* step = "";

        /// It has begun, or will not: what another keeper would need for it is let go of.
        void start_told() noexcept
        {
            is_start_told = true;
            tries = 0;
            order = {};
            caller.reset();
            cgroup.close_procs();
        }
        /// The script runs, and no keeper stands above it.
        [[nodiscard]] bool is_child_of_init() const noexcept
        {
            return (is_direct || is_orphaned) && !is_script_over;
        }
        /// Nobody has told yet whether its script could be started under a keeper.
        [[nodiscard]] bool awaits_start() const noexcept
        {
            return !is_direct && !is_start_told && !is_script_over;
        }
    };

    explicit State(const PoolOptions& options) noexcept : output(options.output)
    {
        own_lines.start("init", own_line_limit);
    }

    // The processes of its own.
    bool open_pipes() noexcept;
    bool fork_scribe() noexcept;
    void remake_scribe() noexcept;
    bool fork_spawner() noexcept;
    void remake_spawner();
    bool wake_helper(std::string_view what, pid_t pid, Clock::time_point& woken_at) noexcept;

    // Keepers.
    Keeper* add_keeper();
    void request(Keeper& keeper) noexcept;
    void request_missing() noexcept;
    void ensure_spare() noexcept;
    void dismiss_spare() noexcept;

    // Orders. Each gives 0, or the errno that leaves the run without a keeper.
    int assign(Run& run);
    int assign_reader(Run& run);
    int send_pending(Keeper& keeper) noexcept;
    bool order_run(std::uint32_t run, OrderKind kind, pid_t pid = 0) noexcept;

    // The tables.
    Keeper* find_keeper(std::uint32_t number) noexcept;
    Keeper* find_keeper_of(std::uint32_t run) noexcept;
    Keeper* find_process(pid_t pid) noexcept;
    void forget_keeper(std::uint32_t number) noexcept;
    Run& add_run(const std::string& label);
    Run* find_run(std::uint32_t id) noexcept;
    Run* find_script(pid_t pid) noexcept;
    void forget_run(std::uint32_t id) noexcept;
    bool is_replaced_spawner(pid_t pid) const noexcept;

    // Runs.
    world::Result<world::RunId> begin(const world::ScriptRequest& request);
    bool open_output(Run& run) noexcept;
    void start_direct(Run& run, const world::ScriptRequest& request, system::UniqueFd writer);
    world::Result<world::RunId> give_up(std::uint32_t id, int error) noexcept;
    bool watch(std::uint32_t run, pid_t pid) noexcept;

    // What arrives.
    void take(const Message& message, const EventSink& sink);
    void keeper_born(const Message& message, const EventSink& sink);
    void keeper_reads(std::uint32_t run, const EventSink& sink);
    void keeper_free(Keeper& keeper, bool waits) noexcept;
    void keeper_not_born(const Message& message, const EventSink& sink);
    void script_started(std::uint32_t run, pid_t script, const EventSink& sink);
    void script_failed(std::uint32_t run, int error, std::string_view step, const EventSink& sink);
    void script_ended(std::uint32_t run, std::optional<int> status, pid_t left, const EventSink& sink);
    void output_ended(std::uint32_t run, const EventSink& sink);
    void tell_direct_start(std::uint32_t run, const EventSink& sink);
    void process_ended(const Message& message, const EventSink& sink);

    // Where descriptors run short.
    bool has_slack(int latest) noexcept;
    bool let_go_of_outputs() noexcept;

    // What is lost.
    void spawner_lost(const EventSink& sink);
    void settle_unborn(const EventSink& sink);
    void keeper_lost(Keeper& keeper, const EventSink& sink);
    void say_of(const Run& run, std::string_view what) noexcept;
    void begin_again(std::uint32_t run, const EventSink& sink);
    void read_on(std::uint32_t run, const EventSink& sink);
    void script_orphaned(std::uint32_t run, const Remains& remains, const EventSink& sink);
    void answer_watches(std::uint32_t run, const Remains& remains, const EventSink& sink);
    void read_later(std::uint32_t run, const EventSink& sink);
    void find_readers() noexcept;
    void run_without_keeper(std::uint32_t run, int error, const char* step, const EventSink& sink);
    void child_is_script(pid_t pid, int status, const EventSink& sink);

    // Lines of init's own.
    void say(std::string_view line) noexcept { (void)say_parts({line}); }
    bool say_parts(std::initializer_list<std::string_view> parts) noexcept; ///< false when it was dropped
    void tell_dropped(const Run& run, std::uint32_t lines) noexcept;
    void look_at_scribe() noexcept;
    void feed_own(std::string_view shown) noexcept;
    bool put_own_line() noexcept;
    void report_dropped() noexcept;
    bool put_line(std::string_view line) noexcept;

    int output = 1;
    system::UniqueFd message_reader, message_writer;
    system::UniqueFd line_reader, line_writer; ///< of scripts; the write end is the spawner's to hand on
    system::UniqueFd own_reader, own_writer;   ///< of init's own, so that no flood of others takes its room
    SharedDesk desk;
    system::UniqueFd spawner_socket;
    pid_t scribe = 0;
    pid_t spawner = 0;
    Clock::time_point scribe_woken_at{};
    Clock::time_point spawner_woken_at{};
    pid_t replaced_spawners[4] = {}; ///< their ends may still be on their way to us; the oldest goes first
    unsigned spawners_lost = 0;      ///< since a keeper was born
    bool is_closed = false;
    bool is_remaking_spawner = false;
    bool is_austere = false; ///< the reserve has begun: nothing allocates any more
    bool is_killing = false;
    bool is_short = false; ///< of descriptors, once; it was said
    int highest_descriptor = 0;
    std::size_t most_spare = least_spare;
    std::uint32_t last_keeper = 0;
    std::uint32_t last_run = 0;
    std::uint64_t dropped = 0;            ///< lines of init's own
    std::uint64_t dropped_of_scripts = 0; ///< not told yet
    Clock::time_point scribe_again_at{};  ///< while there is none
    Clock::time_point scribe_looked_at{};
    std::optional<Clock::time_point> reader_again_at; ///< while some run misses its reader
    Ledger ledger;
    std::vector<Keeper> keepers;
    std::vector<std::unique_ptr<Run>> runs;
    system::CgroupTree cgroups;
    LineSplitter own_lines;
};

} // namespace init::keeper
