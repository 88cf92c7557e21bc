// SPDX-License-Identifier: MIT
#include "model/script_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace init::model {
namespace {

/// The keywords that give the order in one direction.
struct Keywords {
    LsbKeyword required, should, reverse;
    std::vector<std::string> LsbHeader::*required_list;
    std::vector<std::string> LsbHeader::*should_list;
    std::vector<std::string> LsbHeader::*reverse_list;
};
constexpr Keywords at_start{LsbKeyword::required_start, LsbKeyword::should_start, LsbKeyword::x_start_before,
                            &LsbHeader::required_start, &LsbHeader::should_start, &LsbHeader::x_start_before};
constexpr Keywords at_stop{LsbKeyword::required_stop, LsbKeyword::should_stop, LsbKeyword::x_stop_after,
                           &LsbHeader::required_stop, &LsbHeader::should_stop, &LsbHeader::x_stop_after};

class Orderer {
public:
    explicit Orderer(const OrderInput& input)
        : input_(input), keywords_(input.starts ? at_start : at_stop),
          facilities_(input.facilities ? *input.facilities : none_)
    {
    }

    ScriptOrder order()
    {
        ScriptOrder result;
        read_depend();
        result.side_by_side = may_run_side_by_side();
        make_nodes(result);
        if (result.side_by_side) {
            for (std::size_t i = 0; i < nodes_.size(); ++i)
                add_needs(i);
            result.graph = make_graph(nodes_);
            complain(result);
        } else {
            result.graph = make_graph(nodes_);
        }
        return result;
    }

private:
    [[nodiscard]] const LsbHeader* header(std::size_t step) const
    {
        return step < input_.headers.size() && input_.headers[step] ? &*input_.headers[step] : nullptr;
    }

    void read_depend()
    {
        if (!input_.depend)
            return;
        interactive_.insert(input_.depend->interactive.begin(), input_.depend->interactive.end());
        targets_.insert(input_.depend->targets.begin(), input_.depend->targets.end());
        for (const auto& [name, needs] : input_.depend->rules)
            rules_[name] = &needs;
    }

    [[nodiscard]] bool may_run_side_by_side() const
    {
        if (input_.parallel != ParallelChoice::automatic)
            return input_.parallel == ParallelChoice::yes;
        if (!targets_.empty())
            return true;
        for (std::size_t i = 0; i < input_.steps.size(); ++i)
            if (!header(i) || !header(i)->is_complete())
                return false;
        return true;
    }

    [[nodiscard]] bool is_target(std::size_t step) const
    {
        return targets_.contains(input_.steps[step].link.name);
    }

    void make_nodes(ScriptOrder& result)
    {
        nodes_.resize(input_.steps.size());
        result.interactive.resize(input_.steps.size());
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            const ScriptLink& link = input_.steps[i].link;
            const LsbHeader* const own = header(i);
            nodes_[i].name = link.name;
            nodes_[i].number = link.number;
            // In link order every script is a barrier.
            nodes_[i].is_barrier = !result.side_by_side || (!is_target(i) && (!own || !own->is_complete()));
            if (own)
                nodes_[i].provides = own->provides;
            here_.insert(link.name);
            here_.insert(nodes_[i].provides.begin(), nodes_[i].provides.end());
            result.interactive[i] = (own && own->x_interactive) || is_interactive(link.name, own);
        }
    }

    [[nodiscard]] bool is_interactive(const std::string& name, const LsbHeader* own) const
    {
        return interactive_.contains(name) || facilities_.is_interactive(name) ||
               (own &&
                std::any_of(own->provides.begin(), own->provides.end(), [&](const std::string& provided) {
                    return facilities_.is_interactive(provided);
                }));
    }

    void add_needs(std::size_t i)
    {
        GraphNode& node = nodes_[i];
        if (is_target(i)) {
            if (const auto rule = rules_.find(node.name); rule != rules_.end())
                for (const std::string& name : *rule->second)
                    node.after.push_back({name, EdgeKind::required, {}, false});
            return;
        }
        const LsbHeader* const own = header(i);
        if (!own || !own->is_complete())
            return;
        // A stop runs the other way round: what a script requires is stopped after it.
        std::vector<Need>& needed = input_.starts ? node.after : node.before;
        std::vector<Need>& reverse = input_.starts ? node.before : node.after;
        for (const std::string& name : own->*keywords_.required_list)
            add_need(node, needed, name, EdgeKind::required);
        for (const std::string& name : own->*keywords_.should_list)
            add_need(node, needed, name, EdgeKind::should);
        for (const std::string& name : own->*keywords_.reverse_list)
            add_need(node, reverse, name, EdgeKind::should);
    }

    void add_need(GraphNode& node, std::vector<Need>& needs, std::string_view said, EdgeKind kind)
    {
        const bool optional = said.starts_with('+');
        const std::string name(optional ? said.substr(1) : said);
        if (optional)
            kind = EdgeKind::should;
        if (name == "$null" || name.empty())
            return;
        if (name == "$all") {
            const bool last = (&needs == &node.after);
            (last ? node.after_all : node.before_all) = true;
            return;
        }
        const bool must_exist = input_.starts && kind == EdgeKind::required && !was_earlier(name);
        if (!name.starts_with('$')) {
            needs.push_back({name, kind, {}, must_exist});
            return;
        }
        // A script may itself provide the facility, as Red Hat's do; that nobody does is told where nobody
        // defined it either.
        needs.push_back({name, kind, {}, must_exist && !facilities_.is_known(name)});
        for (const Facilities::Member& member : members_here(name))
            needs.push_back({member.name, member.optional ? EdgeKind::should : kind, name, false});
    }

    /// Those behind a facility that are here: nobody misses the others, and a table may name any number.
    const std::vector<Facilities::Member>& members_here(const std::string& facility)
    {
        const auto [at, is_new] = members_here_.try_emplace(facility);
        if (is_new) {
            at->second = facilities_.members(facility);
            std::erase_if(at->second,
                          [this](const Facilities::Member& member) { return !here_.contains(member.name); });
        }
        return at->second;
    }

    [[nodiscard]] bool was_earlier(std::string_view name) const
    {
        return std::binary_search(input_.earlier.begin(), input_.earlier.end(), name);
    }

    void complain(ScriptOrder& result) const
    {
        const auto name = [&](std::size_t i) -> const std::string& { return nodes_[i].name; };
        if (input_.starts)
            for (const auto& [keeps, doubles] : result.graph.doubled)
                say(result, doubles, LsbKeyword::provides,
                    fmt::format("provides what {} provides; {} keeps the name", name(keeps), name(keeps)));
        for (const MissingNeed& missing : result.graph.missing)
            say(result, missing.node, keywords_.required,
                fmt::format(
                    "{}: {} names {}, which no script of this level provides; it is started without it",
                    name(missing.node), to_string(keywords_.required), missing.need.name));
        if (result.graph.given_up > 0)
            say(result, result.graph.loops.front().cut.second, keywords_.required,
                fmt::format(
                    "there are more than {} loops; {} needs that go against link order are not waited for",
                    most_loops, result.graph.given_up));
        for (const Loop& loop : result.graph.loops) {
            if (loop.cut.kind == EdgeKind::all)
                continue; // who needs one that comes after all is no circle of anybody's making
            constexpr std::size_t most_named = 20;
            std::string way;
            for (std::size_t i = 0; i < std::min(loop.nodes.size(), most_named); ++i)
                way += name(loop.nodes[i]) + " -> ";
            if (loop.nodes.size() > most_named)
                way += fmt::format("({} more) -> ", loop.nodes.size() - most_named);
            say(result, loop.cut.second, keywords_.required,
                fmt::format("a loop: {}{}; {} is {} without waiting for {}", way, name(loop.nodes.front()),
                            name(loop.cut.second), input_.starts ? "started" : "stopped",
                            name(loop.cut.first)));
        }
    }

    void say(ScriptOrder& result, std::size_t step, LsbKeyword keyword, std::string text) const
    {
        const LsbHeader* const own = header(step);
        model::complain(result.complaints,
                        {input_.steps[step].path, own ? own->line_of[static_cast<std::size_t>(keyword)] : 0,
                         std::move(text)});
    }

    const OrderInput& input_;
    const Keywords& keywords_;
    const Facilities none_;
    const Facilities& facilities_;
    std::vector<GraphNode> nodes_;
    std::unordered_set<std::string_view> here_; ///< what the nodes are called and provide
    std::map<std::string, std::vector<Facilities::Member>, std::less<>> members_here_;
    std::unordered_set<std::string_view> targets_;
    std::unordered_set<std::string_view> interactive_; ///< by insserv's file
    std::unordered_map<std::string_view, const std::vector<std::string>*> rules_;
};

} // namespace

ScriptOrder order_scripts(const OrderInput& input)
{
    return Orderer(input).order();
}

} // namespace init::model
