// SPDX-License-Identifier: MIT
// The rules, grouped by what they look at. Each adds what it finds and changes nothing else.
#pragma once

#include "lint/finding.h"
#include "lint/rc_tree.h"

#include <chrono>

namespace init::lint {

void judge_script(RcTree& tree, const Script& script, Findings& findings);
void judge_grace(const RcTree& tree, std::chrono::milliseconds grace, Findings& findings);
void judge_time(const RcTree& tree, const Script& script, std::chrono::milliseconds grace,
                Findings& findings);
void judge_headers(const RcTree& tree, Findings& findings);
void judge_needs(const RcTree& tree, Findings& findings);
void judge_order(const RcTree& tree, Findings& findings);
void judge_links(RcTree& tree, Findings& findings);
void judge_image(RcTree& tree, Findings& findings);
void judge_inittab(RcTree& tree, Findings& findings);

} // namespace init::lint
