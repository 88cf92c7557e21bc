// SPDX-License-Identifier: MIT
#include "supervisor/boot_reader.h"

#include "supervisor/level_plan.h"
#include "supervisor/rc_choice.h"
#include "supervisor/table.h"

#include <algorithm>
#include <iterator>

namespace init::supervisor {
namespace {

using model::Runlevel;

class Reader {
public:
    Reader(system::Tree& tree, const model::Settings& settings, const model::MachineFacts& facts)
        : tree_(tree), settings_(settings), facts_(facts)
    {
    }

    model::BootPlan read(std::optional<Runlevel> level)
    {
        plan_.layout = look_for_layout(tree_);
        model::Inittab table;
        if (system::Result<model::Inittab> read = read_table(tree_, plan_.layout))
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
        unsigned waves = 0;
        for (const model::PlannedScript& script : list)
            waves = std::max(waves, script.wave);
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
        if (auto reason = model::machine_reason(step.link.name, facts_))
            return reason;
        const system::FileLook look = tree_.look(step.path);
        model::ServiceFacts facts;
        facts.link_leads_somewhere = look.kind == system::FileKind::file;
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

    /// In reverse order of their start, one after another.
    void add_unlinked()
    {
        for (auto started = plan_.start.rbegin(); started != plan_.start.rend(); ++started) {
            const std::string path = model::script_folder(plan_.layout) + "/" + started->name;
            const bool is_listed =
                std::any_of(plan_.stop.begin(), plan_.stop.end(),
                            [&](const model::PlannedScript& s) { return s.name == started->name; });
            if (started->skip || is_listed || tree_.look(path).kind != system::FileKind::file)
                continue;
            model::PlannedScript script;
            script.name = started->name;
            script.script = path;
            script.verb = "stop";
            for (const model::PlannedScript& earlier : plan_.stop)
                script.wave = std::max(script.wave, earlier.wave + 1);
            if (!plan_.stop.empty()) {
                script.after = {plan_.stop.size() - 1};
                script.why = {model::EdgeKind::number};
            }
            plan_.stop.push_back(std::move(script));
        }
    }

    system::Tree& tree_;
    const model::Settings& settings_;
    const model::MachineFacts& facts_;
    model::BootPlan plan_;
};

} // namespace

model::BootPlan read_boot_plan(system::Tree& tree, const model::Settings& settings,
                               const model::MachineFacts& facts, std::optional<Runlevel> level)
{
    return Reader(tree, settings, facts).read(level);
}

} // namespace init::supervisor
