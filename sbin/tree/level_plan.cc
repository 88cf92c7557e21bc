// SPDX-License-Identifier: MIT
#include "tree/level_plan.h"

#include "world/file_lines.h"
#include "world/folder_names.h"

#include <algorithm>
#include <iterator>

namespace init::tree {
namespace {

constexpr std::size_t table_limit = 1024 * 1024; ///< of insserv's files

void add(model::Diagnostics& all, model::Diagnostics more)
{
    std::move(more.begin(), more.end(), std::back_inserter(all));
}

/// Which of insserv's files speaks for these steps.
const char* depend_path(model::Runlevel level, bool starts) noexcept
{
    if (level.letter() == 'S')
        return "/etc/init.d/.depend.boot";
    return starts ? "/etc/init.d/.depend.start" : "/etc/init.d/.depend.stop";
}

std::optional<model::DependFile> read_depend(world::Tree& tree, model::Runlevel level, bool starts,
                                             model::Diagnostics& complaints)
{
    // What sysv-rc looks for before it trusts insserv's files.
    if (tree.look("/etc/init.d/.legacy-bootordering").kind != world::FileKind::none)
        return std::nullopt;
    const char* const path = depend_path(level, starts);
    const world::Result<std::string> text = world::lines_or_complain(tree, path, table_limit, complaints);
    if (!text || text->empty())
        return std::nullopt;
    return model::read_depend_file(*text, path, complaints);
}

/// Orders one stage and appends it to the plan.
class StageReader {
public:
    StageReader(world::Tree& tree, model::Layout layout, model::Runlevel level,
                model::ParallelChoice parallel, LevelPlan& plan)
        : tree_(tree), layout_(layout), level_(level), parallel_(parallel), plan_(plan)
    {
    }

    void read(std::vector<model::PlanStep> steps)
    {
        if (steps.empty())
            return;
        model::OrderInput input;
        input.steps = steps;
        input.starts = steps.front().verb == "start";
        input.parallel = steps.size() > 1 ? parallel_ : model::ParallelChoice::no;
        std::optional<model::DependFile> depend;
        std::vector<std::optional<model::LsbHeader>> headers;
        if (input.parallel != model::ParallelChoice::no) {
            learn_sources();
            depend = read_depend(tree_, level_, input.starts, plan_.complaints);
            headers = read_headers(steps, input.starts);
        }
        input.headers = headers;
        input.facilities = sources_ ? &sources_->facilities : nullptr;
        input.depend = depend ? &*depend : nullptr;
        // A stop asks nobody whether he is there.
        const std::vector<std::string> earlier = input.starts && input.parallel != model::ParallelChoice::no
                                                     ? earlier_services()
                                                     : std::vector<std::string>{};
        input.earlier = earlier;
        append(std::move(steps), model::order_scripts(input));
    }

private:
    void learn_sources()
    {
        if (sources_)
            return;
        sources_ = read_order_sources(tree_);
        add(plan_.complaints, std::move(sources_->complaints));
    }

    /// What Debian's rcS started, for the levels that follow it: `mountkernfs.sh` and the `mountkernfs` it
    /// provides.
    std::vector<std::string> earlier_services()
    {
        std::vector<std::string> names;
        if (level_.letter() == 'S')
            return names;
        const std::string folder = model::level_folder(layout_, *model::Runlevel::from('S'));
        model::Diagnostics told; // when that level was planned
        for (const std::string& file :
             world::list_or_complain(tree_, folder, plan_.complaints, "nobody waits for its scripts"))
            if (const std::optional<model::ScriptLink> link = model::parse_script_link(file)) {
                if (const auto header = read_header(tree_, *sources_, link->name, folder + '/' + file, told))
                    names.insert(names.end(), header->provides.begin(), header->provides.end());
                names.push_back(link->name);
            }
        std::sort(names.begin(), names.end());
        return names;
    }

    std::vector<std::optional<model::LsbHeader>> read_headers(const std::vector<model::PlanStep>& steps,
                                                              bool starts)
    {
        std::vector<std::optional<model::LsbHeader>> headers;
        headers.reserve(steps.size());
        model::Diagnostics complaints;
        for (const model::PlanStep& step : steps)
            headers.push_back(read_header(tree_, *sources_, step.link.name, step.path, complaints));
        // At a stop they would be told a second time.
        if (starts)
            add(plan_.complaints, std::move(complaints));
        return headers;
    }

    void append(std::vector<model::PlanStep> steps, model::ScriptOrder order)
    {
        const std::size_t first = plan_.steps.size();
        unsigned waves = 0;
        auto edge = order.graph.edges.begin(); // sorted by the one that waits
        for (std::size_t i = 0; i < steps.size(); ++i) {
            PlannedStep planned;
            planned.step = std::move(steps[i]);
            for (; edge != order.graph.edges.end() && edge->second == i; ++edge) {
                planned.after.push_back(first + edge->first);
                planned.why.push_back(edge->kind);
            }
            planned.stage = stage_;
            planned.wave = waves_ + order.graph.wave[i];
            planned.interactive = order.interactive[i];
            waves = std::max(waves, order.graph.wave[i]);
            plan_.steps.push_back(std::move(planned));
        }
        waves_ += waves;
        ++stage_;
        if (steps.size() > 1)
            plan_.side_by_side = order.side_by_side;
        add(plan_.complaints, std::move(order.complaints));
    }

    world::Tree& tree_;
    model::Layout layout_;
    model::Runlevel level_;
    model::ParallelChoice parallel_;
    LevelPlan& plan_;
    std::optional<OrderSources> sources_;
    unsigned stage_ = 0;
    unsigned waves_ = 0;
};

} // namespace

OrderSources read_order_sources(world::Tree& tree)
{
    OrderSources sources;
    const auto read = [&](const std::string& path) {
        if (const world::Result<std::string> text =
                world::lines_or_complain(tree, path, table_limit, sources.complaints))
            add(sources.complaints, sources.facilities.read(*text, path));
    };
    read("/etc/insserv.conf");
    for (const std::string& name : world::list_or_complain(tree, "/etc/insserv.conf.d", sources.complaints,
                                                           "its facilities are unknown"))
        if (!model::is_ignored_name(name))
            read("/etc/insserv.conf.d/" + name);
    if (sources.facilities.is_empty())
        sources.facilities = model::Facilities::built_in();
    for (std::size_t i = 0; i < std::size(override_folders); ++i)
        sources.overrides[i] = world::list_or_complain(tree, override_folders[i], sources.complaints,
                                                       "the scripts' own blocks stand");
    return sources;
}

std::optional<model::LsbHeader> read_header(world::Tree& tree, const OrderSources& sources,
                                            const std::string& name, const std::string& path,
                                            model::Diagnostics& complaints)
{
    const auto read = [&](const std::string& file) -> std::optional<model::LsbHeader> {
        const world::Result<std::string> text = tree.read_file(file, header_limit);
        return text ? model::read_lsb_header(*text, file, complaints) : std::nullopt;
    };
    for (std::size_t i = 0; i < std::size(override_folders); ++i)
        if (std::binary_search(sources.overrides[i].begin(), sources.overrides[i].end(), name))
            if (std::optional<model::LsbHeader> header = read(std::string(override_folders[i]) + "/" + name))
                return header;
    return read(path);
}

LevelPlan read_level_plan(world::Tree& tree, model::Layout layout, model::Runlevel from, model::Runlevel to,
                          model::ParallelChoice parallel)
{
    const std::string folder = model::level_folder(layout, to);
    LevelPlan plan;
    const std::vector<std::string> names = world::list_or_complain(
        tree, folder, plan.complaints,
        to.ends() ? "no K-script of it is run: services are stopped in the reverse order of their start"
                  : "no script of it is run");
    plan.unlisted = !plan.complaints.empty();
    std::vector<std::string> previous;
    if (!from.is_none())
        previous = world::list_or_complain(tree, model::level_folder(layout, from), plan.complaints,
                                           "what it started may be started again");
    std::vector<model::PlanStep> steps = model::plan_runlevel({layout, from, to, folder, names, previous});
    const auto boundary = std::find_if(steps.begin(), steps.end(), [](const model::PlanStep& step) {
        return step.link.kind == model::LinkKind::start;
    });
    StageReader stages(tree, layout, to, parallel, plan);
    std::vector<model::PlanStep> second(std::make_move_iterator(boundary),
                                        std::make_move_iterator(steps.end()));
    steps.erase(boundary, steps.end());
    stages.read(std::move(steps));
    stages.read(std::move(second));
    return plan;
}

} // namespace init::tree
