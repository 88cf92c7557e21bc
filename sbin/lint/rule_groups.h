// SPDX-License-Identifier: MIT
// The rules, grouped by what they look at. Each adds what it finds and changes nothing else.
#pragma once

#include "lint/finding.h"
#include "tree/rc_tree.h"

#include <chrono>

namespace init::lint {

void judge_script(tree::RcTree& tree, const tree::Script& script, Findings& findings);
void judge_grace(const tree::RcTree& tree, std::chrono::milliseconds grace, Findings& findings);
void judge_time(const tree::RcTree& tree, const tree::Script& script, std::chrono::milliseconds grace,
                Findings& findings);
void judge_headers(const tree::RcTree& tree, Findings& findings);
void judge_needs(const tree::RcTree& tree, Findings& findings);
void judge_order(const tree::RcTree& tree, Findings& findings);
void judge_links(tree::RcTree& tree, Findings& findings);
void judge_image(tree::RcTree& tree, Findings& findings);
void judge_inittab(tree::RcTree& tree, Findings& findings);

} // namespace init::lint
