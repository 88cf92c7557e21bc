// SPDX-License-Identifier: MIT
// Whole lives that nobody would write down: services, scripts, callers and people that do as a seed says, and
// one stop signal at some moment. What must hold of every one of them is asserted; one that breaks it prints
// its recipe.
#define BOOST_TEST_MODULE random_scenario
#include "scenario/life.h"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <random>

using namespace init;
using namespace init::scenario;
using std::chrono::milliseconds;

namespace {

constexpr unsigned seeds = 300;

/// What a seed says, in words as well.
class Dice {
public:
    explicit Dice(unsigned seed) : numbers_(seed), recipe(fmt::format("seed {}", seed)) {}

    bool in_a_hundred(unsigned chances) { return numbers_() % 100 < chances; }
    std::size_t below(std::size_t end) { return numbers_() % end; }
    milliseconds time(milliseconds longest) { return milliseconds(numbers_() % (longest.count() + 1)); }
    template <class... Args> void note(fmt::format_string<Args...> words, Args&&... args)
    {
        recipe += "\n  " + fmt::format(words, std::forward<Args>(args)...);
    }

private:
    std::mt19937 numbers_;

public:
    std::string recipe;
};

/// A death that is brought about, of whatever daemon the service has then.
struct Death {
    milliseconds when{};
    std::string service;
    int status = 0;
    [[nodiscard]] bool is_asked_for() const { return status == exited(0) || status == killed_by(SIGTERM); }
};

struct RandomLife : Life {
    explicit RandomLife(unsigned seed) : dice(seed)
    {
        red_hat({});
        const std::size_t count = 1 + dice.below(6);
        for (std::size_t i = 0; i < count; ++i)
            add_service(fmt::format("s{}", i), i);
        set_up();
        add_people();
        host.before_event = [this] { look(); };
    }
    int live()
    {
        const int status = run();
        look();
        return status;
    }

    Dice dice;
    std::vector<std::string> names;
    std::vector<Death> deaths;
    milliseconds stops_at{};
    std::map<std::string, std::size_t> due;        ///< deaths that had to be told, by service
    std::map<std::string, std::size_t> stop_calls; ///< by service

    [[nodiscard]] std::size_t told(const std::string& service) const
    {
        return static_cast<std::size_t>(
            std::count_if(host.said.begin(), host.said.end(), [&](const std::string& line) {
                return line.starts_with(service + ": its main process") && line.ends_with("not restarted");
            }));
    }
    [[nodiscard]] std::size_t brought_about(const std::string& service) const
    {
        return static_cast<std::size_t>(std::count_if(deaths.begin(), deaths.end(), [&](const Death& death) {
            return death.service == service && !death.is_asked_for();
        }));
    }

private:
    void add_service(const std::string& name, std::size_t number)
    {
        names.push_back(name);
        host.link("/etc/rc.d/rc3.d", fmt::format("S{}{}", 10 + number, name));
        if (dice.in_a_hundred(30))
            host.link("/etc/rc.d/rc4.d", fmt::format("S{}{}", 10 + number, name));
        const bool is_linked = dice.in_a_hundred(80);
        if (is_linked)
            for (const char* level : {"/etc/rc.d/rc0.d", "/etc/rc.d/rc6.d", "/etc/rc.d/rc2.d"})
                host.link(level, fmt::format("K{}{}", 90 - number, name));
        const bool has_script = dice.in_a_hundred(85);
        if (has_script)
            host.file("/etc/rc.d/init.d/" + name, "#!/bin/sh\n", true);
        fakes::Behaviour& start = behave(name + " start", host.start_of(name));
        start.leaves_daemon = start.status == 0 ? dice.in_a_hundred(75) : dice.in_a_hundred(10);
        start.locks = dice.in_a_hundred(30);
        start.daemon_deaf = dice.in_a_hundred(10);
        start.daemon_ends_in = dice.time(300ms);
        fakes::Behaviour& stop = behave(name + " stop", host.stop_of(name));
        stop.stops_daemon = dice.in_a_hundred(85);
        behave(name + " run", host.script(name));
        dice.note(
            "{}: K-link {}, script {}; daemon {}, locks {}, deaf {}, ends in {} ms; its stop ends it {}",
            name, is_linked, has_script, start.leaves_daemon, start.locks, start.daemon_deaf,
            start.daemon_ends_in.count(), stop.stops_daemon);
    }
    fakes::Behaviour& behave(const std::string& what, fakes::Behaviour& script)
    {
        script.takes = dice.in_a_hundred(50) ? dice.time(50ms) : dice.time(4s);
        script.hangs = dice.in_a_hundred(6);
        script.deaf = dice.in_a_hundred(10);
        script.unseen = dice.in_a_hundred(5);
        script.drains_in = dice.in_a_hundred(30) ? dice.time(400ms) : 0ms;
        if (dice.in_a_hundred(4))
            script.fails_to_exec = EACCES;
        if (dice.in_a_hundred(15))
            script.status = exited(dice.in_a_hundred(50) ? 1 : 5);
        dice.note("{}: {} ms, hangs {}, deaf {}, unseen {}, drains {} ms, errno {}, status {}", what,
                  script.takes.count(), script.hangs, script.deaf, script.unseen, script.drains_in.count(),
                  script.fails_to_exec, script.status);
        return script;
    }
    void set_up()
    {
        settings.start_timeout = 6s;
        settings.stop_timeout = 8s;
        if (dice.in_a_hundred(15))
            settings.on_boot_failure = model::BootFailureChoice::stop;
        host.file("/etc/inittab", "id:3:initdefault:\nr1:3:respawn:/bin/r\nw1:3:wait:/bin/w\n");
        host.entry("r1").takes = dice.time(20s);
        host.entry("r1").deaf = dice.in_a_hundred(20);
        host.entry("w1").takes = dice.time(500ms);
        dice.note("on-boot-failure {}, entry r1 {} ms, deaf {}, entry w1 {} ms",
                  static_cast<int>(settings.on_boot_failure), host.entry("r1").takes.count(),
                  host.entry("r1").deaf, host.entry("w1").takes.count());
    }
    void add_people()
    {
        stops_at = dice.time(25s);
        dice.note("{} ms: the stop signal", stops_at.count());
        host.signal_at(stops_at, SIGTERM);
        const std::size_t calls = dice.below(9);
        for (std::uint32_t call = 1; call <= calls; ++call)
            add_call(call);
        for (std::size_t i = dice.below(4); i > 0; --i) {
            const char level = "234q"[dice.below(4)];
            const milliseconds when = dice.time(20s);
            dice.note("{} ms: telinit {}", when.count(), level);
            host.request_at(when, level);
        }
        for (std::size_t i = dice.below(4); i > 0; --i) {
            constexpr int statuses[] = {killed_by(SIGKILL), killed_by(SIGSEGV), exited(1), exited(0)};
            deaths.push_back({dice.time(20s), names[dice.below(names.size())], statuses[dice.below(4)]});
            dice.note("{} ms: {}'s daemon ends with {}", deaths.back().when.count(), deaths.back().service,
                      deaths.back().status);
            host.daemon_ends_at(deaths.back().when, deaths.back().service, deaths.back().status);
        }
    }
    void add_call(std::uint32_t call)
    {
        constexpr const char* verbs[] = {"start", "stop", "restart", "status", "reload"};
        const std::string verb = verbs[dice.below(5)];
        const std::string& name = names[dice.below(names.size())];
        const milliseconds when = dice.time(20s);
        dice.note("{} ms: call {}: {} {}", when.count(), call, name, verb);
        if (verb == "stop")
            ++stop_calls[name];
        host.at(when, world::ServiceCalled{world::CallId{call}, name, {verb}, {}, {}, -1});
        if (!dice.in_a_hundred(15))
            return;
        const milliseconds later = when + dice.time(3s);
        dice.note("{} ms: its caller interrupts call {}", later.count(), call);
        host.at(later, world::CallSignalled{world::CallId{call}, SIGINT});
    }

    // --- What must be told --------------------------------------------------------------------------

    struct Before {
        pid_t main = 0;
        bool must_be_told = false; ///< where its main process dies now
    };
    std::map<std::string, Before> before_;

    /// Before each event: what has died in the one before, and what is true now.
    void look()
    {
        const bool speaks = host.count("reserve") == 0; // from the reserve on nothing is said
        for (const auto& [name, before] : before_)
            if (before.must_be_told && !host.is_alive(before.main) && is_brought_about(name) && speaks)
                ++due[name];
        before_.clear();
        if (!report || !speaks)
            return;
        for (const model::ServiceStatus& row : report().services) {
            const bool is_up = row.state == "running" && row.pid != 0;
            before_[row.name] = {row.pid, is_up && is_wanted(row.name)};
        }
    }
    [[nodiscard]] bool is_brought_about(const std::string& name) const
    {
        return std::any_of(deaths.begin(), deaths.end(), [&](const Death& death) {
            return death.when == host.elapsed() && death.service == name && !death.is_asked_for();
        });
    }
    /// Its last run was a start, and no run of it is at work; what is told in other cases is the machine's
    /// to decide.
    [[nodiscard]] bool is_wanted(const std::string& name) const
    {
        bool last_was_start = false;
        for (const auto& [id, run] : host.ran) {
            if (!run.what.ends_with(" " + name))
                continue;
            if (!run.span.end)
                return false;
            last_was_start = run.what.starts_with("start ");
        }
        return last_was_start;
    }
};

// --- What must hold of every life ---------------------------------------------------------------------

bool is_at_work(const FakeHost::Span& span, milliseconds when)
{
    return span.begin <= when && (!span.end || *span.end > when);
}

/// No start begins while a start or a stop of the service is at work, and no stop while a stop is. A stop may
/// overtake a start.
void runs_take_turns(const RandomLife& life)
{
    for (const auto& [id, run] : life.host.ran)
        for (const auto& [earlier_id, earlier] : life.host.ran) {
            if (earlier_id >= id || !is_at_work(earlier.span, run.span.begin))
                continue;
            for (const std::string& name : life.names) {
                const bool was_start = earlier.what == "start " + name;
                const bool was_stop = earlier.what == "stop " + name;
                if (run.what == "start " + name)
                    BOOST_TEST(!(was_start || was_stop), run.what << " at " << run.span.begin.count()
                                                                  << " ms while a " << earlier.what);
                if (run.what == "stop " + name)
                    BOOST_TEST(!was_stop, run.what << " twice at " << run.span.begin.count() << " ms");
            }
        }
}

/// A death that nobody asked for is told, no death is told twice, and none that was asked for.
void deaths_are_told_once(RandomLife& life)
{
    for (const std::string& name : life.names) {
        BOOST_TEST(life.told(name) >= life.due[name], name << ": a death is not told");
        BOOST_TEST(life.told(name) <= life.brought_about(name), name << ": a death is told that was none");
    }
}

/// Counted from where the stop begins; what somebody calls for comes on top.
void services_are_stopped_once(RandomLife& life)
{
    const auto& record = life.host.record;
    const auto begins = std::find_if(record.begin(), record.end(), [](const std::string& line) {
        return line.starts_with("level ") && line.ends_with(" 0");
    });
    for (const std::string& name : life.names)
        BOOST_TEST(std::count(begins, record.end(), "stop " + name) <=
                       1 + static_cast<std::ptrdiff_t>(life.stop_calls[name]),
                   name << " is stopped more than once");
}

void whoever_is_told_to_end_is_woken(const RandomLife& life)
{
    const auto& record = life.host.record;
    for (std::size_t i = 0; i < record.size(); ++i)
        if (record[i].starts_with("TERM ")) {
            BOOST_REQUIRE(i + 1 < record.size());
            BOOST_TEST(record[i + 1] == "CONT" + record[i].substr(4));
        }
}

/// Once, and always where no script was at work when the reserve began.
void callers_are_answered_once(const RandomLife& life)
{
    const milliseconds reserve = life.host.when("reserve");
    const bool all_are_over = std::all_of(life.host.ran.begin(), life.host.ran.end(), [&](const auto& run) {
        return run.second.span.end && *run.second.span.end < reserve;
    });
    for (int call = 1; call < 9; ++call) {
        const std::string number = std::to_string(call);
        const bool is_taken = life.host.count("taken " + number) != 0;
        const auto answers =
            std::count_if(life.host.record.begin(), life.host.record.end(), [&](const std::string& line) {
                return line.starts_with("answered " + number + ":");
            });
        BOOST_TEST(answers <= (is_taken ? 1 : 0), "call " << number);
        if (is_taken && all_are_over)
            BOOST_TEST(answers == 1, "call " << number);
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(whatever_happens_a_life_ends_in_time_and_in_order)
{
    for (unsigned seed = 1; seed <= seeds; ++seed) {
        RandomLife life{seed};
        BOOST_TEST_CONTEXT(life.dice.recipe)
        {
            const int status = life.live();
            const bool may_fail = life.settings.on_boot_failure == model::BootFailureChoice::stop;
            BOOST_TEST((status == 0 || status == 73 || (may_fail && status == 71)), "status " << status);
            BOOST_TEST((life.host.elapsed() <= life.stops_at + deadline_after_signal));
            if (!may_fail)
                BOOST_TEST((life.host.elapsed() >= life.stops_at));
            BOOST_TEST(life.host.alive() == 0u);
            BOOST_TEST(life.host.count("reserve") == 1u);
            runs_take_turns(life);
            deaths_are_told_once(life);
            services_are_stopped_once(life);
            whoever_is_told_to_end_is_woken(life);
            callers_are_answered_once(life);
        }
    }
}
