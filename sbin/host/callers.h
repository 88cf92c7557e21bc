// SPDX-License-Identifier: MIT
// Everyone who speaks to init from inside the container: the FIFOs, the control socket, those who wait for a
// run of a script, and the state files that others read. What they want becomes events; what they are told is
// the supervisor's report.
#pragma once

#include "control/callers.h"
#include "control/control_socket.h"
#include "control/initctl_fifo.h"
#include "control/state_directory.h"
#include "host/loop.h"
#include "model/status_report.h"
#include "world/callers.h"

#include <functional>
#include <string>
#include <vector>

namespace init::host {

/// Where the channels stand.
struct CallerPlaces {
    std::vector<std::string> fifos = control::initctl_paths();
    std::vector<std::string> state = control::state_directory_places();
};

class Callers final : public world::Callers, Chore {
public:
    /// `loop` and `log` outlive it.
    Callers(Loop& loop, world::Log& log, CallerPlaces places = {});

    bool answer_call(world::CallId call, const world::CallAnswer& answer) override;
    void control_channel(bool open) noexcept override;
    void status_changed() noexcept override;

    /// Who answers a status request, with `anew` for one who asks; without one the channel says so.
    void on_status(std::function<model::StatusReport(bool anew)> report) { report_ = std::move(report); }
    /// Makes the channels and writes the status at once: one of an earlier life must not say that this one
    /// is running.
    void open();
    /// Makes anew what a script removed or mounted over.
    void mend();
    /// What was made, and is to stay.
    [[nodiscard]] std::vector<std::string> places() const;
    /// The run has a copy of the caller's pipe.
    void close_output(int pipe) noexcept { callers_.close_output(pipe); }

private:
    std::optional<world::TimePoint> due() const noexcept override;
    void work(world::TimePoint now) noexcept override;
    void mend_state();
    void write_status();
    [[nodiscard]] std::string make_status(bool anew);
    [[nodiscard]] const std::string& answer_status();

    Loop& loop_;
    world::Log& log_;
    std::function<model::StatusReport(bool anew)> report_;
    control::StateDirectory state_;
    control::InitctlFifo fifo_;
    control::Callers callers_;
    control::ControlSocket socket_;
    std::optional<world::TimePoint> status_due_;
    world::TimePoint status_not_before_{}; ///< the last one took its share of the time
    std::string answer_;                   ///< the last one, while it stands
    bool is_channel_open_ = true;
    bool is_refusal_said_ = false; ///< that the file could not be written
};

} // namespace init::host
