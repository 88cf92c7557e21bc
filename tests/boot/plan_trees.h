// SPDX-License-Identifier: MIT
// Trees made from a number, with all that a plan has to know about: layouts, barriers, loops, absent needs,
// overrides, facilities, leftovers, links that lead nowhere. The same number gives the same tree.
#pragma once

#include "order_tree.h"

namespace boot {

/// So many hold each layout under each choice of `parallel` with each kind of tree once.
inline constexpr unsigned plan_trees = 36;

struct PlanTree {
    OrderTree tree;
    bool serial = false; ///< parallel=no
};
PlanTree plan_tree(unsigned seed);

/// What `rcinit plan --json` says.
struct ToldStep {
    std::string name;
    std::string script;
    std::string verb;
    bool linked = false;
    unsigned wave = 0;
    std::vector<std::string> after;
    bool interactive = false;
    std::optional<std::string> skip;
};
struct ToldPlan {
    bool side_by_side = false;
    std::vector<ToldStep> start, stop;
};
/// Throws what Boost.JSON throws where it is none.
ToldPlan read_plan(const std::string& json);

} // namespace boot
