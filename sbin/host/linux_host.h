// SPDX-License-Identifier: MIT
// The real answer to what the supervisor asks: one loop that waits with epoll(7) on the signalfd, the
// keepers' messages and an epoll set of everything that is rare (control channels, pidfds), and turns each
// into events. It allocates nothing of its own, so it is the same loop from the reserve of a stop on, when
// memory may be gone. Asio's reactor in its place cost PID 1 one more system call and a tenth more CPU for
// each orphan; here Asio is the executor that Boost.Process launches on.
#pragma once

#include "control/callers.h"
#include "control/control_socket.h"
#include "control/initctl_fifo.h"
#include "control/state_directory.h"
#include "control/waiter.h"
#include "host/event_queue.h"
#include "host/timers.h"
#include "keeper/keeper_pool.h"
#include "model/settings.h"
#include "model/status_report.h"
#include "system/folder_watch.h"
#include "system/unique_fd.h"
#include "system/utmp.h"
#include "world/host.h"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace init::host {

class LinuxHost final : public world::Clock,
                        public world::Processes,
                        public world::Callers,
                        public world::Records,
                        public world::Machine,
                        public world::Tree,
                        public world::Log,
                        control::Waiter {
public:
    /// `pool` was started before anything else. Signals are blocked.
    LinuxHost(std::unique_ptr<keeper::KeeperPool> pool, const model::Settings& settings);
    ~LinuxHost() override;

    /// For the supervisor.
    [[nodiscard]] world::Host& parts() noexcept { return all_; }

    /// Who answers a status request; without one the channel says so.
    void on_status(std::function<model::StatusReport()> report) { report_ = std::move(report); }
    void use_log_choice(model::LogChoice choice) noexcept { log_ = choice; }
    /// After the supervisor has come to its end: the scribe writes out what it holds, until `deadline` at
    /// most, then everything is ended.
    void finish(std::optional<world::TimePoint> deadline) noexcept;

    world::TimePoint now() noexcept override;
    std::int64_t wall_clock() noexcept override;
    void arm(world::Timer timer, world::TimePoint when) noexcept override { timers_.arm(timer, when); }
    void disarm(world::Timer timer) noexcept override { timers_.disarm(timer); }
    world::Event next_event() override;

    world::Result<world::RunId> run_script(const world::ScriptRequest& request) override;
    world::Result<pid_t> launch(const world::ChildRequest& request) override;
    void expect_runs(std::size_t at_once) noexcept override { pool_->expect(at_once); }
    void ask_last_line(world::RunId run) noexcept override;
    bool answer_call(world::CallId call, const world::CallAnswer& answer) override;
    void signal_script(world::RunId run, int signo) noexcept override;
    void signal_group(pid_t leader, int signo) noexcept override;
    void signal_process(pid_t pid, int signo) noexcept override;
    void signal_rest(int signo) noexcept override;
    void signal_visitors(int signo) noexcept override;
    void kill_under_keepers() noexcept override;
    void watch(pid_t pid) override;
    void watch_folder(const std::string& folder) noexcept override { folders_.add(folder); }
    world::Population population() noexcept override;
    std::size_t keepers_left() noexcept override;
    void begin_reserve() noexcept override;
    std::optional<world::RunByHand> find_run_by_hand(std::string_view service,
                                                     std::span<const world::RunId> own) override;
    std::vector<world::ProcessLook> processes() override;

    world::Result<std::string> read_file(const std::string& path, std::size_t limit) override;
    world::Result<std::vector<std::string>> list_folder(const std::string& path) override;
    world::FileLook look(const std::string& path) override;
    bool is_alive(pid_t pid) noexcept override;
    model::MachineFacts machine_facts() override;
    unsigned processors() noexcept override;
    bool has_terminal() override { return terminal_; }

    void prepare_system() override;
    void mend_files() override;
    void remove_file(const std::string& path) noexcept override;
    void record_boot() noexcept override;
    void record_runlevel(model::Runlevel previous, model::Runlevel level) noexcept override;
    void record_process(const std::string& id, pid_t pid, bool alive) noexcept override;
    void control_channel(bool open) noexcept override;
    void release_console() noexcept override;
    void status_changed() override;
    void set_title(std::string_view title) noexcept override;

    void say(std::string_view line) noexcept override;
    void debug(std::string_view line) noexcept override;

private:
    /// Whose a process is, by the chain of its parents.
    enum class Owner { keeper, init, visitor, stranger };
    struct Belonging {
        Owner owner = Owner::stranger;
        std::optional<world::RunId> run;
    };
    struct Watched {
        pid_t pid = 0;
        system::UniqueFd pidfd;
    };

    // The loop.
    bool collect_due() noexcept;
    void wait() noexcept;
    enum class Source : std::uint32_t { signals, keepers, rare, folders };
    void wait_for(Source source, int fd) noexcept;
    [[nodiscard]] std::optional<world::TimePoint> soonest() const noexcept;
    void read_signals() noexcept;
    void read_keepers() noexcept;
    void serve_channels() noexcept;
    void reap() noexcept;
    void doubt_ownership() noexcept;
    void child_ended(pid_t pid, int status) noexcept;
    void take(world::Event event) noexcept;
    bool forget_watched(pid_t pid) noexcept;
    void watch_through_pidfd(pid_t pid);
    void pidfd_ready(pid_t pid);

    // control::Waiter.
    void add(int fd, control::Interest interest) override;
    void remove(int fd) noexcept override;

    [[nodiscard]] Belonging belonging(pid_t pid) const noexcept;
    template <class Visitor> void visit_others(Visitor&& visitor) noexcept;
    void give_up_terminal() noexcept;
    world::Result<int> label_pipe(const std::string& label);
    void write_status();
    void mend_state();
    [[nodiscard]] std::string status_json();
    void say_all(const std::vector<std::string>& messages);

    world::Host all_{*this, *this, *this, *this, *this, *this, *this};
    std::unique_ptr<keeper::KeeperPool> pool_;
    boost::asio::io_context io_{1}; ///< what Boost.Process launches on; nothing waits in it
    system::UniqueFd events_;       ///< epoll: what one of `Source` each stands for
    system::UniqueFd signals_;
    system::UniqueFd rare_; ///< epoll: control channels and pidfds
    system::FolderWatch folders_;
    EventQueue queue_;
    Timers timers_;
    std::function<void(world::Event)> sink_;
    control::StateDirectory state_;
    control::InitctlFifo fifo_;
    control::Callers callers_;
    control::ControlSocket socket_;
    system::UtmpWriter utmp_;
    std::function<model::StatusReport()> report_;
    std::vector<pid_t> children_;
    std::vector<Watched> watched_;
    std::vector<std::pair<std::string, system::UniqueFd>> labels_; ///< write ends, one for each inittab id
    std::optional<model::MachineFacts> facts_;
    std::optional<world::TimePoint> status_due_;
    std::optional<world::TimePoint> ownership_due_;
    bool set_hostname_ = false;
    model::LogChoice log_;
    bool is_first_ = false; ///< PID 1 of its namespace
    bool terminal_ = false;
    bool channel_open_ = true;
    bool austere_ = false; ///< from the reserve on
    bool orphans_matter_ = false;
    bool reap_again_ = false;
    model::Runlevel recorded_previous_, recorded_level_;
    bool boot_recorded_ = false;
};

} // namespace init::host
