// SPDX-License-Identifier: MIT
// Which scripts wait for which: a graph over the scripts of one runlevel folder, free of loops, and the waves
// that follow from it. It knows names, numbers and needs; what a header or a facility is, is told elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace init::model {

/// From the weakest: what is given up first where needs lead in a circle.
enum class EdgeKind : std::uint8_t {
    all,      ///< `$all`: after everything that does not say so itself
    should,   ///< wanted where it is there
    required, ///< needed
    number,   ///< of a script whose needs are not known, or of a tree run in link order
};

struct Need {
    std::string name; ///< what a node is called or provides
    EdgeKind kind = EdgeKind::required;
    std::string said;        ///< as the header has it, for a message: `$network`; empty: `name`
    bool must_exist = false; ///< its absence is told

    bool operator==(const Need&) const = default;
};

/// One script. Nodes stand in link order: by number, then by name.
struct GraphNode {
    std::string name;
    int number = 0;
    std::vector<std::string> provides; ///< other names it answers to
    std::vector<Need> after;           ///< those run before this one
    std::vector<Need> before;          ///< those run after this one
    bool is_barrier = false;           ///< its needs are not known: it keeps its place in link order
    bool after_all = false;            ///< `$all`
    bool before_all = false;           ///< `$all`, at stop
};

struct Edge {
    std::size_t first = 0;  ///< index of the node that runs first
    std::size_t second = 0; ///< index of the one that waits for it
    EdgeKind kind = EdgeKind::required;

    bool operator==(const Edge&) const = default;
};

/// A circle that was found, and the edge that was given up for it.
struct Loop {
    std::vector<std::size_t> nodes; ///< each runs before the next, the last before the first
    Edge cut;
};

struct MissingNeed {
    std::size_t node = 0;
    Need need;
};

/// Each is looked for anew in the whole graph, and scripts that all need each other have one for every two.
inline constexpr std::size_t most_loops = 200;

struct DependencyGraph {
    /// What is left: sorted by second, then first; each pair once, the strongest kind.
    std::vector<Edge> edges;
    std::vector<std::vector<std::size_t>> before; ///< by node: the direct predecessors, ascending
    std::vector<std::vector<std::size_t>> after;  ///< by node: the direct successors, ascending
    std::vector<unsigned> wave; ///< by node, from 1: one more than the highest of its predecessors
    std::vector<Loop> loops;    ///< in the order they were cut; at most `most_loops`
    std::size_t given_up = 0;   ///< edges of circles beyond them, cut all at once: those against link order
    std::vector<MissingNeed> missing;
    /// Two nodes that provide one name; the first keeps it.
    std::vector<std::pair<std::size_t, std::size_t>> doubled;
};

/// Every need becomes an edge; a need of oneself is passed over. A barrier runs after every node before it in
/// `nodes` and before every node after it; only the edges that say so are made, not all that follow from
/// them. A circle is cut at its weakest edge: by kind, then the one that goes most against link order (the
/// largest number waits for the smallest), then the later name. Behind `most_loops` of them link order
/// decides. The same input gives the same result, and the cost is linear in nodes and edges, times the
/// circles cut.
DependencyGraph make_graph(std::span<const GraphNode> nodes);

} // namespace init::model
