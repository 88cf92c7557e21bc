// SPDX-License-Identifier: MIT
// Trees for the tests of order: scripts that tell when they begin and end and what they find of those they
// need, and the looks that compare one life of such a tree with another.
#pragma once

#include "container.h"

namespace boot {

/// One script of a tree. What it leaves while it is up: /var/state/NAME, and a daemon, or in Red Hat's layout
/// a lock.
struct TreeScript {
    std::string name;
    int start = -1; ///< number of its S-link; below 0 there is none
    int stop = -1;  ///< of its K-links in levels 0 and 6
    std::string header{};
    std::vector<std::string> needs{}; ///< those that must be up from its start to the end of its stop
    bool is_daemon = false;
    int status = 0;         ///< of a start
    bool early = false;     ///< its S-link stands in rcS.d
    bool is_absent = false; ///< its links lead nowhere
    mode_t mode = 0755;
    std::string wait{}; ///< shell commands between its begin and its end
    int ending = -1;    ///< number of its S-links in levels 0 and 6
    int idle = -1;      ///< of its K-link in the level that is booted, which has nothing to stop
    bool leaves_nothing = false;
};

struct BlockText {
    std::string provides;
    std::string needs{};  ///< Required-Start and Required-Stop
    std::string wants{};  ///< Should-Start and Should-Stop
    std::string before{}; ///< X-Start-Before and X-Stop-After
    std::string more{};   ///< further lines
};
/// A complete INIT INFO block.
std::string block(const BlockText& text);

/// Writes the script and its links.
void plant(Container& box, const TreeScript& script, Layout layout);

struct OrderTree {
    std::string name;
    Layout layout = Layout::plain;
    std::string settings;                                   ///< /etc/rcinit.conf
    std::vector<std::pair<std::string, std::string>> files; ///< path and text
    std::vector<TreeScript> scripts;
};
void plant(Container& box, const OrderTree& tree);
/// One for each way that an order comes about.
std::vector<OrderTree> order_trees();

/// start, and wait until init says that the level is reached: sooner than its state file has it.
bool boots(Container& box);

/// A run of a script, as the events tell it: places of its lines among them.
struct ToldRun {
    std::string name;
    std::string verb;
    std::size_t begin = 0;
    std::optional<std::size_t> end{};
};
/// The runs from the line `from` of the events on, in the order of their begin.
std::vector<ToldRun> told_runs(const std::vector<std::string>& events, std::size_t from = 0);
/// The names alone.
std::vector<std::string> names_of(const std::vector<ToldRun>& runs);
/// The most that ran at once.
std::size_t most_at_once(const std::vector<ToldRun>& runs);

/// What a boot or a stop left behind, a fact a line, sorted: files below /var and /run, which of the pid
/// files name a living process, what each script found, how often each ran, and while init runs every
/// service's state, exit status and reason. Two lives of a tree that went alike give the same facts.
std::vector<std::string> state_left(Container& box);
/// The lines that only one of the two has, for a message.
std::string difference(const std::vector<std::string>& a, const std::vector<std::string>& b);

/// What `rcinit status --json` says of a service.
struct ToldService {
    std::string name;
    std::string state;
    std::string exit; ///< empty for none
    std::string reason;
};
std::vector<ToldService> told_services(Container& box);

/// What `rcinit plan --json --root` of the program under test prints, from outside.
std::string plan_outside(const std::string& root);

/// RCINIT_LONG=yes: the long form of a test is asked for.
bool is_long();

} // namespace boot
