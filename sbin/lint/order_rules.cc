// SPDX-License-Identifier: MIT
// Circles of needs, and links that stand in another order than the headers ask for. Numbers themselves mean
// nothing where insserv or chkconfig moves them; only who comes before whom does.
#include "lint/rule_groups.h"
#include "model/script_order.h"

#include <fmt/format.h>

namespace init::lint {
namespace {

using model::LinkKind;
using model::LsbKeyword;

/// The links of one kind in one level.
class OrderJudge {
public:
    OrderJudge(const tree::RcTree& tree, Findings& findings) : tree_(tree), findings_(findings) {}

    void judge()
    {
        for (const LinkKind kind : {LinkKind::start, LinkKind::stop})
            for (const char letter : tree::RcTree::levels) {
                level_ = *model::Runlevel::from(letter);
                kind_ = kind;
                if (level_.ends() == (kind == LinkKind::stop))
                    judge_level();
            }
    }

private:
    [[nodiscard]] bool starts() const noexcept { return kind_ == LinkKind::start; }
    [[nodiscard]] const tree::Script& script(std::size_t at) const
    {
        return tree_.scripts[*links_[at]->script];
    }
    [[nodiscard]] LsbKeyword keyword() const noexcept
    {
        return starts() ? LsbKeyword::required_start : LsbKeyword::required_stop;
    }

    void judge_level()
    {
        links_.clear();
        for (const tree::Link& link : tree_.links)
            if (link.level == level_ && link.link.kind == kind_ && link.script)
                links_.push_back(&link);
        // Most levels are made of the same links as another.
        std::string names;
        for (const tree::Link* link : links_)
            names.append(model::to_string(link->link)).append("/");
        if (links_.empty() || !judged_.try_emplace(names).second)
            return;
        judge_loops();
        judge_positions();
    }

    /// Only blocks that are complete give a script needs.
    void judge_loops()
    {
        in_loop_.assign(links_.size(), false);
        std::vector<model::PlanStep> steps;
        std::vector<std::optional<model::LsbHeader>> headers;
        std::vector<std::size_t> place;
        for (std::size_t i = 0; i < links_.size(); ++i)
            if (const tree::Script& s = script(i); s.lsb && s.lsb->is_complete()) {
                steps.push_back({links_[i]->link, links_[i]->path, starts() ? "start" : "stop"});
                headers.push_back(s.lsb);
                place.push_back(i);
            }
        model::OrderInput input;
        input.steps = steps;
        input.headers = headers;
        input.starts = starts();
        input.parallel = model::ParallelChoice::yes;
        input.facilities = &tree_.facilities;
        for (const model::Loop& loop : model::order_scripts(input).graph.loops) {
            if (loop.cut.kind == model::EdgeKind::all)
                continue;
            std::string way;
            for (const std::size_t node : loop.nodes) {
                way += steps[node].link.name + " -> ";
                in_loop_[place[node]] = true;
            }
            way += steps[loop.nodes.front()].link.name;
            const tree::Script& waits = script(place[loop.cut.second]);
            if (judged_.try_emplace((starts() ? "start " : "stop ") + way).second)
                findings_.add(
                    Code::loop, waits.lsb_file, waits.line_of(keyword()),
                    fmt::format("a circle, each before the next: {}; init {} {} without waiting for {}, and "
                                "insserv refuses to",
                                way, starts() ? "starts" : "stops", steps[loop.cut.second].link.name,
                                steps[loop.cut.first].link.name));
        }
    }

    void judge_positions()
    {
        tree::NameIndex place; // of the first that has the name
        for (std::size_t i = 0; i < links_.size(); ++i) {
            place.emplace(links_[i]->link.name, i);
            place.emplace(script(i).name, i);
        }
        for (std::size_t i = 0; i < links_.size(); ++i)
            if (script(i).lsb)
                for (const std::string& name : script(i).lsb->provides)
                    place.emplace(name, i);
        for (std::size_t i = 0; i < links_.size(); ++i) {
            if (!script(i).lsb)
                continue;
            for (const std::string& name :
                 starts() ? script(i).lsb->required_start : script(i).lsb->required_stop)
                if (const auto other = place.find(name); other != place.end())
                    judge_pair(i, other->second, name);
                else if (are_facilities_ordered())
                    for (const model::Facilities::Member& member : tree_.facilities.members(name))
                        if (const auto behind = place.find(member.name); behind != place.end())
                            judge_pair(i, behind->second, name);
        }
    }

    /// insserv follows its own facilities everywhere but in the boot's level, where it loses some of their
    /// members; chkconfig knows none.
    [[nodiscard]] bool are_facilities_ordered() const noexcept
    {
        return tree_.has_insserv && starts() && level_.letter() != 'S';
    }

    /// `i` needs `other`: it is started after it, and stopped before it.
    void judge_pair(std::size_t i, std::size_t other, const std::string& said)
    {
        const bool is_right = starts() ? other < i : i < other;
        if (is_right || &script(i) == &script(other) || (in_loop_[i] && in_loop_[other]))
            return;
        const std::string text =
            fmt::format("{} names {}, and the links {} and {} of level {} stand the other way round; in link "
                        "order it is {} too "
                        "{}",
                        model::to_string(keyword()), said, model::to_string(links_[i]->link),
                        model::to_string(links_[other]->link), level_.letter(),
                        starts() ? "started" : "stopped", starts() ? "early" : "late");
        if (judged_.try_emplace(fmt::format("{} {} {}", *links_[i]->script, *links_[other]->script, starts()))
                .second)
            findings_.add(Code::link_order, script(i).lsb_file, script(i).line_of(keyword()), text);
    }

    const tree::RcTree& tree_;
    Findings& findings_;
    model::Runlevel level_;
    LinkKind kind_ = LinkKind::start;
    std::vector<const tree::Link*> links_;
    std::vector<bool> in_loop_; ///< by link
    tree::NameIndex judged_;    ///< levels, loops and pairs that were told of
};

} // namespace

void judge_order(const tree::RcTree& tree, Findings& findings)
{
    OrderJudge(tree, findings).judge();
}

} // namespace init::lint
