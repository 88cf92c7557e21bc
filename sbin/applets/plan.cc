// SPDX-License-Identifier: MIT
// rcinit plan: what a boot and a stop of a tree would do, without running anything.
#include "applets/applets.h"
#include "text/command_line.h"
#include "text/plan_json.h"
#include "text/plan_text.h"
#include "text/shown_line.h"
#include "tree/boot_reader.h"
#include "tree/tree_view.h"

#include <fmt/format.h>

#include <cstdio>

namespace init::applets {
namespace {

constexpr int usage_status = 64;

struct PlanArguments {
    std::string root;
    std::optional<model::Runlevel> level;
    std::vector<std::pair<std::string, std::string>> settings;
    bool json = false;
    bool dot = false;
    std::string error;
};

PlanArguments parse(Arguments words)
{
    enum : int { root = 256, json, dot, serial, parallel };
    constexpr option options[] = {{"root", required_argument, nullptr, root},
                                  {"json", no_argument, nullptr, json},
                                  {"dot", no_argument, nullptr, dot},
                                  {"serial", no_argument, nullptr, serial},
                                  {"parallel", required_argument, nullptr, parallel},
                                  {}};
    text::CommandLine line = text::read_command_line(words, options);
    PlanArguments result;
    result.error = std::move(line.error);
    for (auto& [option, value] : line.options) {
        if (option == root)
            result.root = std::move(value);
        else if (option == json || option == dot)
            (option == json ? result.json : result.dot) = true;
        else
            result.settings.emplace_back("parallel", option == serial ? "no" : value);
    }
    if (line.words.size() > 1) {
        result.error = fmt::format("one runlevel at a time, got also \"{}\"", line.words[1]);
    } else if (!line.words.empty()) {
        result.level = line.words[0].size() == 1 ? model::Runlevel::from(line.words[0][0]) : std::nullopt;
        if (!result.level || result.level->ends())
            result.error = fmt::format("\"{}\" is no runlevel that a boot goes to", line.words[0]);
    }
    return result;
}

void say_all(const model::Diagnostics& complaints)
{
    for (const model::Diagnostic& complaint : complaints)
        text::print_line(stderr, to_string(complaint));
}

} // namespace

int plan(Arguments words)
{
    const PlanArguments arguments = parse(words);
    if (!arguments.error.empty()) {
        fmt::print(stderr,
                   "rcinit plan: {}; nothing was read\n"
                   "Usage: rcinit plan [--root DIR] [RUNLEVEL] [--json | --dot] [--serial | --parallel "
                   "auto|yes|no]\n",
                   arguments.error);
        return usage_status;
    }
    auto view = tree::open_tree(arguments.root);
    if (!view) {
        fmt::print(stderr, "rcinit plan: cannot look at {}: {}; there is no plan\n", arguments.root,
                   view.error().message());
        return 1;
    }
    for (const auto& [key, value] : arguments.settings)
        if (const auto why = set(view->settings, key, value)) {
            fmt::print(stderr, "rcinit plan: --{}: {}; nothing was read\n", key, *why);
            return usage_status;
        }
    const model::BootPlan plan =
        tree::read_boot_plan(view->tree, view->settings, view->facts, arguments.level);
    say_all(view->complaints);
    say_all(plan.complaints);
    if (arguments.json)
        fmt::print("{}\n", text::to_json(plan));
    else if (arguments.dot)
        fmt::print("{}", text::to_dot(plan));
    else
        fmt::print("{}", text::to_text(plan));
    return 0;
}

} // namespace init::applets
