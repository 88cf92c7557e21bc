// SPDX-License-Identifier: MIT
#include "model/dependency_graph.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace init::model {
namespace {

using Index = std::size_t;

/// Which node answers to a name.
class Names {
public:
    Names(std::span<const GraphNode> nodes, DependencyGraph& graph)
    {
        // A node's own name before what others provide.
        for (Index i = 0; i < nodes.size(); ++i)
            known_.emplace(nodes[i].name, i);
        for (Index i = 0; i < nodes.size(); ++i)
            for (const std::string& name : nodes[i].provides)
                if (const auto [at, made] = known_.emplace(name, i); !made && at->second != i)
                    graph.doubled.emplace_back(at->second, i);
    }

    [[nodiscard]] const Index* find(std::string_view name) const
    {
        const auto at = known_.find(name);
        return at == known_.end() ? nullptr : &at->second;
    }

private:
    std::unordered_map<std::string_view, Index> known_;
};

class Builder {
public:
    explicit Builder(std::span<const GraphNode> nodes) : nodes_(nodes) {}

    DependencyGraph build()
    {
        add_needs();
        add_barriers();
        add_all();
        settle_edges();
        while (graph_.loops.size() < most_loops && cut_one_loop())
            continue;
        cut_other_loops();
        number_waves();
        return std::move(graph_);
    }

private:
    void add(Index first, Index second, EdgeKind kind)
    {
        if (first != second)
            graph_.edges.push_back({first, second, kind});
    }

    void add_needs()
    {
        const Names names(nodes_, graph_);
        for (Index i = 0; i < nodes_.size(); ++i) {
            for (const Need& need : nodes_[i].after)
                if (const Index* other = names.find(need.name))
                    add(*other, i, need.kind);
                else if (need.must_exist)
                    graph_.missing.push_back({i, need});
            for (const Need& need : nodes_[i].before)
                if (const Index* other = names.find(need.name))
                    add(i, *other, need.kind);
                else if (need.must_exist)
                    graph_.missing.push_back({i, need});
        }
    }

    /// Each barrier follows all since the barrier before it, that one included.
    void add_barriers()
    {
        Index since = 0; // the last barrier, or the first node
        bool any = false;
        for (Index i = 0; i < nodes_.size(); ++i) {
            if (nodes_[i].is_barrier) {
                for (Index earlier = since; earlier < i; ++earlier)
                    // What the last barrier runs before need not be told of that barrier again.
                    if (!any || earlier != since || earlier + 1 == i)
                        add(earlier, i, EdgeKind::number);
                since = i;
                any = true;
            } else if (any) {
                add(since, i, EdgeKind::number);
            }
        }
    }

    void add_all()
    {
        for (Index i = 0; i < nodes_.size(); ++i) {
            if (!nodes_[i].after_all && !nodes_[i].before_all)
                continue;
            for (Index other = 0; other < nodes_.size(); ++other) {
                if (nodes_[i].after_all && !nodes_[other].after_all)
                    add(other, i, EdgeKind::all);
                if (nodes_[i].before_all && !nodes_[other].before_all)
                    add(i, other, EdgeKind::all);
            }
        }
    }

    /// Sorted, each pair once and with its strongest kind.
    void settle_edges()
    {
        std::vector<Edge>& edges = graph_.edges;
        std::sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) {
            if (a.second != b.second)
                return a.second < b.second;
            return a.first != b.first ? a.first < b.first : a.kind > b.kind;
        });
        edges.erase(std::unique(edges.begin(), edges.end(),
                                [](const Edge& a, const Edge& b) {
                                    return a.first == b.first && a.second == b.second;
                                }),
                    edges.end());
        link();
    }

    void link()
    {
        graph_.before.assign(nodes_.size(), {});
        graph_.after.assign(nodes_.size(), {});
        for (const Edge& edge : graph_.edges) {
            graph_.before[edge.second].push_back(edge.first);
            graph_.after[edge.first].push_back(edge.second);
        }
    }

    /// What no order of single steps can reach: the nodes of circles and those behind them.
    [[nodiscard]] std::vector<bool> caught() const
    {
        std::vector<Index> waits(nodes_.size());
        std::vector<Index> free;
        for (Index i = 0; i < nodes_.size(); ++i) {
            waits[i] = graph_.before[i].size();
            if (waits[i] == 0)
                free.push_back(i);
        }
        std::vector<bool> caught(nodes_.size(), true);
        for (Index at = 0; at < free.size(); ++at) {
            caught[free[at]] = false;
            for (const Index later : graph_.after[free[at]])
                if (--waits[later] == 0)
                    free.push_back(later);
        }
        return caught;
    }

    /// Going back from any caught node along the first predecessor that is caught ends in a circle.
    [[nodiscard]] std::vector<Index> find_loop(const std::vector<bool>& caught, Index from) const
    {
        std::vector<Index> way;
        std::vector<Index> place(nodes_.size(), nodes_.size());
        Index at = from;
        while (place[at] == nodes_.size()) {
            place[at] = way.size();
            way.push_back(at);
            at = *std::find_if(graph_.before[at].begin(), graph_.before[at].end(),
                               [&](Index earlier) { return caught[earlier]; });
        }
        way.erase(way.begin(), way.begin() + static_cast<std::ptrdiff_t>(place[at]));
        std::reverse(way.begin(), way.end());
        std::rotate(way.begin(), std::min_element(way.begin(), way.end()), way.end());
        return way;
    }

    bool cut_one_loop()
    {
        const std::vector<bool> held = caught();
        const auto from = std::find(held.begin(), held.end(), true);
        if (from == held.end())
            return false;
        Loop loop;
        loop.nodes = find_loop(held, static_cast<Index>(from - held.begin()));
        std::vector<Edge>::iterator weakest = graph_.edges.end();
        for (Index i = 0; i < loop.nodes.size(); ++i) {
            const auto edge = find_edge(loop.nodes[i], loop.nodes[(i + 1) % loop.nodes.size()]);
            if (weakest == graph_.edges.end() || is_weaker(*edge, *weakest))
                weakest = edge;
        }
        loop.cut = *weakest;
        graph_.edges.erase(weakest);
        std::erase(graph_.before[loop.cut.second], loop.cut.first);
        std::erase(graph_.after[loop.cut.first], loop.cut.second);
        graph_.loops.push_back(std::move(loop));
        return true;
    }

    /// What is left then among the caught leads from earlier nodes to later ones, and so to no circle.
    void cut_other_loops()
    {
        const std::vector<bool> held = caught();
        graph_.given_up = std::erase_if(graph_.edges, [&](const Edge& edge) {
            return held[edge.first] && held[edge.second] && edge.first > edge.second;
        });
        if (graph_.given_up > 0)
            link();
    }

    [[nodiscard]] std::vector<Edge>::iterator find_edge(Index first, Index second)
    {
        return std::lower_bound(graph_.edges.begin(), graph_.edges.end(), std::pair(second, first),
                                [](const Edge& edge, const std::pair<Index, Index>& wanted) {
                                    return std::pair(edge.second, edge.first) < wanted;
                                });
    }

    [[nodiscard]] bool is_weaker(const Edge& a, const Edge& b) const
    {
        if (a.kind != b.kind)
            return a.kind < b.kind;
        // How far the one that must run first stands behind the one that waits.
        const auto against = [this](const Edge& e) {
            return nodes_[e.first].number - nodes_[e.second].number;
        };
        if (against(a) != against(b))
            return against(a) > against(b);
        if (nodes_[a.first].name != nodes_[b.first].name)
            return nodes_[a.first].name > nodes_[b.first].name;
        return nodes_[a.second].name > nodes_[b.second].name;
    }

    void number_waves()
    {
        graph_.wave.assign(nodes_.size(), 1);
        std::vector<Index> waits(nodes_.size());
        std::vector<Index> order;
        order.reserve(nodes_.size());
        for (Index i = 0; i < nodes_.size(); ++i) {
            waits[i] = graph_.before[i].size();
            if (waits[i] == 0)
                order.push_back(i);
        }
        for (Index at = 0; at < order.size(); ++at)
            for (const Index later : graph_.after[order[at]]) {
                graph_.wave[later] = std::max(graph_.wave[later], graph_.wave[order[at]] + 1);
                if (--waits[later] == 0)
                    order.push_back(later);
            }
    }

    std::span<const GraphNode> nodes_;
    DependencyGraph graph_;
};

} // namespace

DependencyGraph make_graph(std::span<const GraphNode> nodes)
{
    return Builder(nodes).build();
}

} // namespace init::model
