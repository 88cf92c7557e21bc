// SPDX-License-Identifier: MIT
// What the supervisor is asked for from inside the container: another level, a stop, a table read again,
// variables for what is started next.
#include "supervisor/supervisor.h"

#include "model/exit_status.h"
#include "tree/table.h"

#include <fmt/format.h>

namespace init::supervisor {

using model::Runlevel;

void Supervisor::reload()
{
    if (reread_settings_)
        settings_ = reread_settings_();
    services_.outdate_settings();
    host_.records.mend_files(); // and whatever was removed or mounted over is there again
    world::Result<model::Inittab> table = tree::read_table(host_.tree, layout_);
    if (!table) {
        host_.log.say(
            fmt::format("cannot read /etc/inittab again: {}; the old table stands", table.error().message()));
        return;
    }
    say_all(table->diagnostics);
    entries_.clear_throttles();
    entries_.take(std::move(table->entries));
}

void Supervisor::ask_stop(StopCause cause)
{
    if (is_stopping(state_)) {
        if (!is_reserve(state_))
            stop_.press(cause);
        return;
    }
    if (stop_wanted_ && !cause.from_outside)
        return;
    stop_wanted_ = std::move(cause);
}

void Supervisor::ask_level(char letter)
{
    if (letter == 'q' || letter == 'Q') {
        if (is_stopping(state_))
            return host_.log.say("the inittab and the configuration are not read again while stopping");
        host_.log.say("re-reading the inittab and the configuration");
        return reload();
    }
    if (letter == 'u' || letter == 'U') {
        host_.log.say("re-exec was asked for; this version has none, and nothing changes");
        return;
    }
    if (letter >= 'A' && letter <= 'C')
        letter = static_cast<char>(letter - 'A' + 'a');
    if (letter >= 'a' && letter <= 'c') {
        if (context_.level.letter() != 'S' && !is_stopping(state_))
            entries_.demand(letter);
        return;
    }
    const std::optional<Runlevel> level = Runlevel::from(letter);
    if (!level)
        return;
    if (level->ends()) {
        ask_stop({*level, level->letter() == '6' ? model::exit_status::reboot : 0, false, false,
                  fmt::format("telinit {}", letter)});
        return;
    }
    const bool in_a_level = state_ == State::leaving || state_ == State::entering || state_ == State::running;
    if (in_a_level && *level == context_.level) {
        wanted_.reset();
        return;
    }
    if (is_stopping(state_))
        host_.log.say(fmt::format("runlevel {} was asked for while stopping; nothing changes", letter));
    else
        wanted_ = *level;
}

void Supervisor::power(char letter)
{
    using model::Action;
    if (letter == 'O') {
        entries_.run_action(Action::powerokwait);
    } else if (letter == 'L') {
        entries_.run_action(Action::powerfailnow);
    } else {
        entries_.run_action(Action::powerwait);
        entries_.run_action(Action::powerfail);
    }
}

void Supervisor::set_variables(const model::InitctlRequest& request)
{
    constexpr std::size_t slots = 16;
    for (const auto& [name, value] : request.variables) {
        if (!value)
            variables_.erase(name);
        else if (variables_.contains(name) || variables_.size() < slots)
            variables_[name] = *value;
        else
            host_.log.say(fmt::format("cannot keep {}: all {} INIT_* variables are in use; it is left out",
                                      name, slots));
    }
    refresh_environment();
}

void Supervisor::refresh_environment()
{
    const char level = context_.level.letter();
    const char previous = context_.previous.letter();
    context_.environment = lasting_environment();
    context_.environment.push_back(fmt::format("RUNLEVEL={}", level));
    context_.environment.push_back(fmt::format("PREVLEVEL={}", previous));
    context_.environment.push_back(fmt::format("runlevel={}", level));
    context_.environment.push_back(fmt::format("previous={}", previous));
    if (options_.autoboot)
        context_.environment.emplace_back("AUTOBOOT=YES");
    if (settings_.hostname)
        context_.environment.emplace_back("SET_HOSTNAME=yes");
    for (const auto& [name, value] : variables_)
        context_.environment.push_back(name + "=" + value);
}

/// What a script gets whether a runlevel is being entered or somebody calls for it.
std::vector<std::string> Supervisor::lasting_environment() const
{
    return {"PATH=/sbin:/usr/sbin:/bin:/usr/bin", "SHELL=/bin/sh", "CONSOLE=/dev/console",
            "INIT_VERSION=rcinit-" + options_.version};
}

} // namespace init::supervisor
