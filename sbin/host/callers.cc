// SPDX-License-Identifier: MIT
#include "host/callers.h"

#include "control/status_file.h"
#include "keeper/script_environment.h"
#include "system/resident_memory.h"
#include "text/status_json.h"
#include "world/guarded.h"

#include <fmt/format.h>

namespace init::host {
namespace {

using namespace std::chrono_literals;

constexpr auto status_delay = 300ms; ///< a burst of changes is written once
constexpr auto status_retry = 5s;    ///< what could not be written is not left as it was

} // namespace

Callers::Callers(Loop& loop, world::Log& log, CallerPlaces places)
    : loop_(loop), log_(log),
      state_([this](std::string_view line) { log_.say(line); }, std::move(places.state)),
      fifo_(
          loop, [this](std::string_view line) { log_.say(line); },
          [this](const model::InitctlRequest& request) { loop_.push(world::Requested{request}); },
          std::move(places.fifos)),
      callers_(loop, [this](world::Event event) { loop_.push(std::move(event)); }),
      socket_(loop, {[this] { return answer_status(); },
                     [this](const model::InitctlRequest& request) { loop_.push(world::Requested{request}); },
                     [this](system::UniqueFd connection, system::UniqueFd pipe, control::CallRequest call) {
                         callers_.admit(std::move(connection), std::move(pipe), std::move(call));
                     },
                     [this](std::string_view line) { log_.say(line); }})
{
    loop.add_chore(*this, Loop::Weight::rare);
}

bool Callers::answer_call(world::CallId call, const world::CallAnswer& answer)
{
    return callers_.answer(call, answer);
}

void Callers::control_channel(bool open) noexcept
{
    is_channel_open_ = open;
    if (!open)
        return fifo_.close();
    guarded(log_, "the FIFOs cannot be opened anew; requests by them are not heard",
            [this] { fifo_.open(); });
}

void Callers::open()
{
    mend_state();
    fifo_.open();
    write_status();
}

void Callers::mend()
{
    mend_state();
    if (is_channel_open_)
        fifo_.mend();
}

std::vector<std::string> Callers::places() const
{
    std::vector<std::string> all = fifo_.places();
    if (!state_.path().empty())
        all.push_back(state_.path());
    return all;
}

/// The state folder, what is in it, and the socket. A folder that cannot be had was said by the folder
/// itself.
void Callers::mend_state()
{
    if (state_.mend() && !state_.path().empty()) {
        status_changed();
        if (const auto written = control::write_environment_file(state_.path(), keeper::environment_with({}));
            !written)
            log_.say(fmt::format("cannot write {}/environment: {}; going on without it", state_.path(),
                                 written.error().message()));
    }
    socket_.mend(state_.path());
}

// --- Status -----------------------------------------------------------------------------------------

void Callers::status_changed() noexcept
{
    answer_.clear();
    if (!status_due_ && !loop_.is_in_reserve())
        status_due_ = std::max(loop_.now() + status_delay, status_not_before_);
}

std::optional<world::TimePoint> Callers::due() const noexcept
{
    const std::optional<world::TimePoint> expiry = socket_.next_expiry();
    return status_due_ && expiry ? std::min(*status_due_, *expiry) : status_due_ ? status_due_ : expiry;
}

void Callers::work(world::TimePoint now) noexcept
{
    if (status_due_ && *status_due_ <= now) {
        status_due_.reset();
        guarded(log_, "writing the status file failed; it is written at the next change",
                [this] { write_status(); });
    }
    if (const auto expiry = socket_.next_expiry(); expiry && *expiry <= now)
        guarded(log_, "dropping slow clients failed; trying again", [&] { socket_.expire(now); });
}

/// A report costs a look at every process, and how many there are is for others to decide: a fiftieth of
/// init's time goes into reports.
std::string Callers::make_status(bool anew)
{
    if (!report_)
        return text::error_json("init has not begun to boot");
    const world::TimePoint begun = loop_.now();
    std::string text = text::to_json(report_(anew));
    const world::TimePoint over = loop_.now();
    status_not_before_ = over + 49 * (over - begun);
    return text;
}

/// What was answered last stands until something has changed, or the next one may be made.
const std::string& Callers::answer_status()
{
    if (answer_.empty() || loop_.now() >= status_not_before_) {
        std::string made = make_status(true); // which may find that something has changed
        answer_ = std::move(made);
    }
    return answer_;
}

void Callers::write_status()
{
    if (state_.path().empty())
        return;
    const auto written = control::write_status_file(state_.path(), make_status(false) + "\n");
    if (!written) {
        status_due_ = loop_.now() + status_retry;
        if (!is_refusal_said_)
            log_.say(fmt::format("cannot write {}/status.json: {}; it is out of date until it can be",
                                 state_.path(), written.error().message()));
    }
    is_refusal_said_ = !written;
    // A status is the largest thing that is ever built here, and it comes after a burst of work: what both
    // leave free in the memory would stay resident in PID 1 for the container's life.
    system::release_idle_memory();
}

} // namespace init::host
