// SPDX-License-Identifier: MIT
#include "tree/boot_reader.h"

#include "tree/level_plan.h"
#include "tree/rc_choice.h"
#include "tree/service_settings.h"
#include "tree/table.h"

#include <algorithm>
#include <iterator>

namespace init::tree {
namespace {

using model::Runlevel;

class Reader {
public:
    Reader(world::Tree& tree, const model::Settings& settings, const model::MachineFacts& facts)
        : tree_(tree), settings_(settings), facts_(facts)
    {
    }

    model::BootPlan read(std::optional<Runlevel> level)
    {
        plan_.layout = look_for_layout(tree_);
        model::Inittab table;
        if (world::Result<model::Inittab> read = read_table(tree_, plan_.layout))
            table = std::move(*read);
        else
            model::complete_inittab(table, plan_.layout);
        plan_.complaints = std::move(table.diagnostics);
        plan_.level = level.value_or(table.default_level.value_or(model::default_level_of(plan_.layout)));
        for (const bool in_sysinit : {true, false})
            for (const model::InittabEntry& entry : table.entries)
                if (runs(entry, in_sysinit))
                    read_entry(entry);
        read_stop(table);
        return std::move(plan_);
    }

private:
    [[nodiscard]] bool runs(const model::InittabEntry& entry, bool in_sysinit) const
    {
        using model::Action;
        const bool is_sysinit = entry.action == Action::sysinit || entry.action == Action::boot ||
                                entry.action == Action::bootwait;
        const bool is_of_level = entry.action == Action::wait || entry.action == Action::once;
        return in_sysinit ? is_sysinit : is_of_level && entry.levels.has(plan_.level);
    }

    void read_entry(const model::InittabEntry& entry)
    {
        const std::optional<model::RcCall> call = model::parse_rc_call(entry);
        if (!call)
            return;
        if (call->kind == model::RcCall::Kind::rc_sysinit) {
            note(choose_sysinit(tree_, settings_, *call).words);
            return;
        }
        const bool is_rcS = call->kind == model::RcCall::Kind::sysinit_scripts;
        if (!is_rcS && call->level != plan_.level)
            return;
        if (engine_runs(*call))
            add_start(is_rcS ? *Runlevel::from('S') : plan_.level);
    }

    bool engine_runs(const model::RcCall& call)
    {
        const RcDecision choice = choose_rc(tree_, settings_, call);
        note(choice.words);
        return choice.engine;
    }

    void note(const std::string& words)
    {
        if (!words.empty() && std::find(plan_.notes.begin(), plan_.notes.end(), words) == plan_.notes.end())
            plan_.notes.push_back(words);
    }

    void add_start(Runlevel level)
    {
        const LevelPlan read =
            read_level_plan(tree_, plan_.layout, Runlevel::none(), level, settings_.parallel);
        plan_.start_side_by_side = read.side_by_side;
        append(plan_.start, read, "start");
    }

    void read_stop(const model::Inittab& table)
    {
        const Runlevel halt = *Runlevel::from('0');
        for (const model::InittabEntry& entry : table.entries) {
            const std::optional<model::RcCall> call = model::parse_rc_call(entry);
            if (!call || call->kind != model::RcCall::Kind::level || call->level != halt ||
                !engine_runs(*call))
                continue;
            const LevelPlan read =
                read_level_plan(tree_, plan_.layout, plan_.level, halt, settings_.parallel);
            plan_.stop_side_by_side = read.side_by_side;
            append(plan_.stop, read, {});
            break;
        }
        add_unlinked();
    }

    /// The steps of one verb, or all of them, after what the list already holds.
    void append(std::vector<model::PlannedScript>& list, const LevelPlan& read, std::string_view verb)
    {
        plan_.complaints.insert(plan_.complaints.end(), read.complaints.begin(), read.complaints.end());
        const unsigned waves = last_wave(list);
        const std::size_t first = list.size();
        std::vector<std::size_t> place(read.steps.size());
        unsigned left_out = 0;
        for (std::size_t i = 0; i < read.steps.size(); ++i) {
            const PlannedStep& planned = read.steps[i];
            if (!verb.empty() && planned.step.verb != verb) {
                left_out = std::max(left_out, planned.wave); // nothing runs yet that it could stop
                continue;
            }
            place[i] = list.size();
            model::PlannedScript script;
            script.name = planned.step.link.name;
            script.script = planned.step.path;
            script.verb = planned.step.verb;
            script.number = planned.step.link.number;
            script.wave = waves + planned.wave - left_out;
            script.after = planned.after;
            script.why = planned.why;
            script.interactive = planned.interactive;
            script.skip = skip_of(planned.step);
            list.push_back(std::move(script));
        }
        // Only now: what runs earlier may stand later in link order.
        for (std::size_t i = first; i < list.size(); ++i)
            for (std::size_t& before : list[i].after)
                before = place[before];
    }

    [[nodiscard]] std::optional<std::string> skip_of(const model::PlanStep& step)
    {
        if (auto reason = machine_skip(tree_, step.link.name, step.path, facts_))
            return reason;
        const world::FileLook look = tree_.look(step.path);
        model::ServiceFacts facts;
        facts.link_leads_somewhere = look.kind == world::FileKind::file;
        facts.executable = look.executable;
        facts.started = step.verb == "stop" && is_started(step.link.name);
        return model::skip_reason(plan_.layout, step, facts);
    }

    [[nodiscard]] bool is_started(const std::string& name) const
    {
        return std::any_of(plan_.start.begin(), plan_.start.end(), [&](const model::PlannedScript& script) {
            return script.name == name && !script.skip;
        });
    }

    /// One after another, in reverse order of their start. Where scripts start side by side that order is
    /// known only as far as one waits for the other, and so is what comes after what here.
    void add_unlinked()
    {
        learn_waits();
        const std::vector<std::size_t> ends = ends_of_stop();
        const std::size_t linked = plan_.stop.size();
        std::vector<std::size_t> started; // by place behind the linked ones: the place in the start list
        for (unsigned wave = last_wave(plan_.start); wave > 0; --wave)
            for (std::size_t i = plan_.start.size(); i-- > 0;) {
                if (plan_.start[i].wave != wave || !is_left_to_stop(plan_.start[i]))
                    continue;
                model::PlannedScript script;
                script.name = plan_.start[i].name;
                script.script = path_of(script.name);
                script.verb = "stop";
                script.wave = last_wave(plan_.stop) + 1;
                add_those_before(script.after, started, linked, i);
                if (script.after.empty())
                    script.after = ends;
                script.why.assign(script.after.size(), model::EdgeKind::number);
                plan_.stop.push_back(std::move(script));
                started.push_back(i);
            }
    }

    static unsigned last_wave(const std::vector<model::PlannedScript>& list)
    {
        unsigned last = 0;
        for (const model::PlannedScript& script : list)
            last = std::max(last, script.wave);
        return last;
    }

    [[nodiscard]] std::string path_of(const std::string& name) const
    {
        return model::script_folder(plan_.layout) + "/" + name;
    }

    [[nodiscard]] bool is_left_to_stop(const model::PlannedScript& started) const
    {
        const bool is_listed =
            std::any_of(plan_.stop.begin(), plan_.stop.end(),
                        [&](const model::PlannedScript& script) { return script.name == started.name; });
        return !started.skip && !is_listed && tree_.look(path_of(started.name)).kind == world::FileKind::file;
    }

    /// The K-scripts that no other waits for.
    [[nodiscard]] std::vector<std::size_t> ends_of_stop() const
    {
        std::vector<bool> is_end(plan_.stop.size(), true);
        for (const model::PlannedScript& script : plan_.stop)
            for (const std::size_t earlier : script.after)
                is_end[earlier] = false;
        std::vector<std::size_t> ends;
        for (std::size_t i = 0; i < is_end.size(); ++i)
            if (is_end[i])
                ends.push_back(i);
        return ends;
    }

    /// Wave by wave, so that what a script waits for is known before it.
    void learn_waits()
    {
        const std::size_t count = plan_.start.size();
        waits_.assign(count * count, false);
        const unsigned waves = last_wave(plan_.start);
        for (unsigned wave = 1; wave <= waves; ++wave)
            for (std::size_t i = 0; i < count; ++i)
                if (plan_.start[i].wave == wave)
                    for (const std::size_t earlier : plan_.start[i].after)
                        for (std::size_t other = 0; other < count; ++other)
                            if (other == earlier || starts_after(earlier, other))
                                waits_[i * count + other] = true;
    }

    [[nodiscard]] bool starts_after(std::size_t later, std::size_t earlier) const
    {
        return waits_[later * plan_.start.size() + earlier];
    }

    /// Of those behind the linked ones, which surely started after `start`, without what follows from others.
    void add_those_before(std::vector<std::size_t>& after, const std::vector<std::size_t>& started,
                          std::size_t linked, std::size_t start) const
    {
        for (std::size_t at = started.size(); at-- > 0;) {
            const bool follows = std::any_of(after.begin(), after.end(), [&](std::size_t known) {
                return starts_after(started[at], started[known - linked]);
            });
            if (starts_after(started[at], start) && !follows)
                after.push_back(linked + at);
        }
    }

    world::Tree& tree_;
    const model::Settings& settings_;
    const model::MachineFacts& facts_;
    model::BootPlan plan_;
    std::vector<bool> waits_; ///< of the start list: by row, for which others one waits, directly or not
};

} // namespace

model::BootPlan read_boot_plan(world::Tree& tree, const model::Settings& settings,
                               const model::MachineFacts& facts, std::optional<Runlevel> level)
{
    return Reader(tree, settings, facts).read(level);
}

} // namespace init::tree
