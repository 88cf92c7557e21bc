// SPDX-License-Identifier: MIT
#include "mixed.h"

#include "container.h"
#include "root_files.h"

#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <functional>

namespace hostile {
namespace {

using namespace boot;
using Clock = std::chrono::steady_clock;

constexpr const char* nobody = "65534";
constexpr int all_pids = 4000; ///< the machine's own are not to run out
constexpr milliseconds longest_boot{6000};
constexpr milliseconds longest_after_deadline{30'000};

// --- The scripts -------------------------------------------------------------------------------------

std::string daemon_of(const std::string& name, const std::string& option = "")
{
    return "/opt/helper daemon --pidfile /var/run/" + name + ".pid " + option + "\n";
}

std::string start_body(const Script& script, const std::string& name)
{
    switch (script.start) {
    case Start::quick:
        return "";
    case Start::slow:
        return "sleep 0.5\n";
    case Start::hangs:
        return "sleep 1000\n";
    case Start::deaf:
        return "trap '' TERM\nwhile :; do sleep 1; done\n";
    case Start::fails_1:
        return "exit 1\n";
    case Start::fails_5:
        return "exit 5\n";
    case Start::fails_6:
        return "exit 6\n";
    case Start::daemon:
        return daemon_of(name);
    case Start::deaf_daemon:
        return daemon_of(name, "--deaf");
    case Start::floods:
        return "/opt/helper lines 20000\n" + daemon_of(name);
    case Start::chains:
        return "/opt/helper crowd 1 30\n";
    }
    return "";
}

std::string stop_body(const Script& script, const std::string& name)
{
    const std::string ending = "/opt/helper stop /var/run/" + name + ".pid --limit 300\n";
    switch (script.stop) {
    case Stop::quick:
        return ending;
    case Stop::slow:
        return ending + "sleep 0.5\n";
    case Stop::hangs:
        return "sleep 1000\n";
    case Stop::computes:
        return "while :; do :; done\n";
    case Stop::daemonises:
        return "(sleep 0.5; echo \"" + name + " late\" >>/var/events) &\n";
    case Stop::floods:
        return "/opt/helper lines 20000\n" + ending;
    case Stop::fails:
        return "echo \"" + name + " down\" >>/var/events\nexit 1\n";
    }
    return "";
}

std::string header_of(const Recipe& recipe, std::size_t place)
{
    const int needs = recipe.scripts[place].needs;
    const std::string needed = needs < 0 ? "" : " " + name_of(static_cast<std::size_t>(needs));
    return "### BEGIN INIT INFO\n# Provides: " + name_of(place) + "\n# Required-Start:" + needed +
           "\n# Required-Stop:" + needed +
           "\n# Default-Start: 2 3 4 5\n# Default-Stop: 0 1 6\n# Short-Description: " + name_of(place) +
           "\n### END INIT INFO\n";
}

void put_script(Container& box, const Recipe& recipe, std::size_t place)
{
    const Script& script = recipe.scripts[place];
    const std::string name = name_of(place);
    const std::string lock = "/var/lock/subsys/" + name;
    const auto tells = [&](const char* what) { return "echo \"" + name + " " + what + "\" >>/var/events\n"; };
    std::string body = "#!/bin/sh\n" + (recipe.headers ? header_of(recipe, place) : std::string{});
    body += "case $1 in\nstart)\n" + tells("start") + start_body(script, name);
    body += (recipe.debian ? "" : ": >" + lock + "\n") + tells("up") + ";;\n";
    body += "stop)\n" + tells("stop") + stop_body(script, name) + tells("down");
    body += (recipe.debian ? "" : "rm -f " + lock + "\n") + ";;\nesac\nexit 0\n";
    box.script(name, body);
    box.enable(name, script.start_number, script.stop_number);
}

// --- The container -----------------------------------------------------------------------------------

/// What is scarce is so before PID 1 begins: a shell sees to it and becomes init.
std::string first_commands(const Recipe& recipe)
{
    std::string commands;
    if (!recipe.full.folder.empty())
        commands += std::string{"mount -t tmpfs -o size=256k,mode="} +
                    (recipe.full.folder == "/tmp" ? "1777" : "0755") + " none " + recipe.full.folder + "\n";
    if (!recipe.full.folder.empty() && recipe.full.at == 0)
        commands += "/opt/attacker 0 fill " + recipe.full.folder + "/filling\n";
    if (recipe.files != 0)
        commands += "ulimit -n " + std::to_string(recipe.files) + "\n";
    if (recipe.memory != 0)
        commands += "ulimit -v " + std::to_string(recipe.memory * 1024) + "\n";
    return commands;
}

/// Files whose mode and content tell whether root was misled.
void put_secrets(Container& box)
{
    box.file("/etc/secret", "secret\n", 0600);
    box.file("/etc/shadow", "root:*:0:0:::::\n", 0600);
    box.file("/root/key", "key\n", 0400);
    box.file("/srv/data/table", "1\n2\n3\n", 0640);
    box.file("/var/lib/app/state", "state\n", 0600);
}

void furnish(Container& box, const Recipe& recipe)
{
    box.users();
    box.bring(HOSTILE_ATTACKER, "/opt/attacker");
    box.most_processes(recipe.pids != 0 ? recipe.pids : all_pids);
    put_secrets(box);
    const std::string locks = box.root() + "/run/lock";
    std::filesystem::create_directories(locks);
    ::chmod(locks.c_str(), 01777);
    for (std::size_t i = 0; i < recipe.scripts.size(); ++i)
        put_script(box, recipe, i);
    box.environment("RCINIT_GRACE=" + std::to_string(recipe.grace) + "s");
    if (recipe.parallel != Parallel::automatic)
        box.environment(std::string{"RCINIT_PARALLEL="} + (recipe.parallel == Parallel::yes ? "yes" : "no"));
    if (recipe.jobs != 0)
        box.environment("RCINIT_JOBS=" + std::to_string(recipe.jobs));
    if (recipe.output != Output::read)
        box.output(recipe.output == Output::stuck ? boot::Output::stuck : boot::Output::gone);
    if (const std::string commands = first_commands(recipe); !commands.empty())
        box.arguments({"/bin/sh", "-c", commands + "exec /sbin/init"});
}

// --- What happens meanwhile --------------------------------------------------------------------------

struct Action {
    int at = 0;
    std::vector<std::string> command;
};

std::vector<std::string> command_of(Attack attack)
{
    const std::string tool = "/opt/attacker";
    switch (attack) {
    case Attack::crowd:
        return {tool, nobody, "run", "/opt/helper", "crowd", "150", "1"};
    case Attack::chains:
        return {tool, nobody, "run", "/opt/helper", "crowd", "4", "60"};
    case Attack::storm:
        return {tool, nobody, "run", "/opt/helper", "storm", "10"};
    case Attack::lock_names:
        return {tool, nobody, "names", "/run/lock", "5000"};
    case Attack::tmp_names:
        return {tool, nobody, "names", "/tmp", "5000"};
    case Attack::swap:
        return {tool, nobody, "swap", "/run/lock", "subsys", "/etc/secret"};
    case Attack::fifos:
        return {tool, nobody, "fifos", "/run/lock"};
    case Attack::knock:
        return {tool, nobody, "knock", "/run/rcinit/control", "half a li"};
    case Attack::words:
        return {tool, nobody, "words", "20000"};
    case Attack::daemon_pids:
        return {tool, nobody, "pids", "/run/lock"};
    }
    return {};
}

const char* name_of(Helper helper)
{
    switch (helper) {
    case Helper::keeper:
        return "rc-keeper";
    case Helper::spawner:
        return "rc-spawner";
    case Helper::scribe:
        return "rc-scribe";
    }
    return "";
}

/// In the order of their moments.
std::vector<Action> actions_of(const Recipe& recipe)
{
    std::vector<Action> actions;
    for (const Attacked& attacked : recipe.attacks)
        actions.push_back({attacked.at, command_of(attacked.kind)});
    for (const Hit& hit : recipe.hits)
        actions.push_back({hit.at,
                           {"/opt/attacker", "0", "hit", name_of(hit.helper),
                            std::to_string(hit.kills ? SIGKILL : SIGSTOP)}});
    if (!recipe.full.folder.empty() && recipe.full.at != 0)
        actions.push_back({recipe.full.at, {"/opt/attacker", "0", "fill", recipe.full.folder + "/filling"}});
    if (!recipe.over.folder.empty())
        actions.push_back({recipe.over.at, {"mount", "-t", "tmpfs", "none", recipe.over.folder}});
    std::ranges::stable_sort(actions, {}, &Action::at);
    return actions;
}

/// One life: what is to be done in it, and when.
class Life {
public:
    Life(Container& box, const Recipe& recipe) : box_{box}, recipe_{recipe}, actions_{actions_of(recipe)} {}

    void boot()
    {
        begun_ = Clock::now();
        box_.start();
        if (!recipe_.from_boot)
            return wait(milliseconds{recipe_.term}, [] { return false; });
        wait(longest_boot, [this] { return box_.wait_for_state("running", 1ms); });
        wait(elapsed() + milliseconds{recipe_.term}, [] { return false; });
    }

    Seen stop()
    {
        Seen seen;
        // Before that the kernel throws the signal away.
        box_.wait_for([this] { return box_.hears_TERM(); });
        seen.events_before_term = box_.events().size();
        box_.stop_signal();
        const auto until = elapsed() + std::chrono::seconds{recipe_.grace} + longest_after_deadline;
        wait(until, [] { return false; });
        const Ended end = box_.wait_exit(1ms);
        seen.over = end.over;
        seen.status = end.status;
        seen.took = end.took;
        // Whoever enters from outside in the last moment is nobody's to end.
        const bool has_entered = entered_at_ + milliseconds{500} > elapsed();
        if (end.leftovers && !has_entered)
            for (const Process& left : seen.leftovers.emplace(), *end.leftovers)
                seen.leftovers->push_back(joined({left}));
        return seen;
    }

private:
    milliseconds elapsed() const { return std::chrono::duration_cast<milliseconds>(Clock::now() - begun_); }

    /// Until that moment, or the end, or the condition; what is due meanwhile is done.
    void wait(milliseconds until, const std::function<bool()>& condition)
    {
        while (elapsed() < until && !box_.is_over() && !condition()) {
            while (next_ < actions_.size() && milliseconds{actions_[next_].at} <= elapsed()) {
                sessions_.push_back(box_.exec_start(actions_[next_++].command));
                entered_at_ = elapsed();
            }
            for (Session& session : sessions_)
                session.status(); // its end is collected
            box_.wait_for([this] { return box_.is_over(); }, 3ms);
        }
    }

    Container& box_;
    const Recipe& recipe_;
    std::vector<Action> actions_;
    std::size_t next_ = 0;
    std::vector<Session> sessions_;
    milliseconds entered_at_{-1000}; ///< somebody from outside, the last time
    Clock::time_point begun_{};
};

} // namespace

Seen carry_out(const Recipe& recipe)
{
    Container box{recipe.debian ? Layout::debian : Layout::red_hat};
    furnish(box, recipe);
    const RootFiles files{box.root(), run_folders()};
    Life life{box, recipe};
    life.boot();
    Seen seen = life.stop();
    seen.events = box.events();
    seen.log = box.log();
    seen.changed = files.changes();
    return seen;
}

} // namespace hostile
