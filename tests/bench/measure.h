// SPDX-License-Identifier: MIT
//
// What every group of figures shares: where the roots are, medians, rows of the table, and one boot or stop.
#pragma once

#include "container.h"

#include <string>
#include <vector>

namespace bench {

using Figures = std::vector<double>;

struct Run {
    std::string roots;    ///< the folder that holds one root each
    std::string log_file; ///< what the containers write
    std::size_t rounds = 7;
    int idle_seconds = 60;
    int missed = 0; ///< figures above their limit
};
/// Of this call of the benchmark.
extern Run run_;

double median(Figures values);
double milliseconds(Clock::duration time);

void heading();
/// The line of a test.
void verdict(const std::string& figure, bool held, const std::string& why);
/// A figure that is held against a peer's.
void ratio_row(const std::string& figure, double ours, double peer, double limit);
/// A figure that is held against a fixed limit of its own unit.
void absolute_row(const std::string& figure, double ours, double limit);
/// A figure that is only told.
void told_row(const std::string& figure, double ours, double peer);

Setting setting(const std::string& root, std::vector<std::string> arguments);
/// Ours on the rc tree alone: no sysinit, and the engine whatever the tree's rc is.
Setting ours(const std::string& root);

struct Boot {
    double wall; ///< ms from exec to the mark of the last script
    double cpu;  ///< ms of the whole tree
};
Boot boot_once(const Setting& how);

/// The groups that figures.cc does not hold.
void graphs();
void parallel();
void functions();
void tools();
void scale();
void small_inits();

} // namespace bench
