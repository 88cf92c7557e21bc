// SPDX-License-Identifier: MIT
// rcinit lint: the faults of an image's rc tree, told before it is booted. Nothing of the tree is run.
#include "lint/lint.h"

#include "applets/applets.h"
#include "lint/report.h"
#include "text/command_line.h"
#include "tree/tree_view.h"

#include <fmt/format.h>

#include <cstdio>

namespace init::applets {
namespace {

constexpr int faults_status = 1;
constexpr int blind_status = 2;
constexpr int usage_status = 64;

struct LintArguments {
    std::string root;
    std::optional<std::chrono::milliseconds> grace;
    std::string (*writer)(const lint::Report&) = lint::to_text;
    bool quiet = false;
    std::string error;
};

LintArguments parse(Arguments words)
{
    enum : int { root = 256, grace, json, sarif, quiet };
    constexpr option options[] = {
        {"root", required_argument, nullptr, root}, {"grace", required_argument, nullptr, grace},
        {"json", no_argument, nullptr, json},       {"sarif", no_argument, nullptr, sarif},
        {"quiet", no_argument, nullptr, quiet},     {}};
    text::CommandLine line = text::read_command_line(words, options);
    LintArguments result;
    result.error = std::move(line.error);
    bool has_format = false;
    for (auto& [option, value] : line.options) {
        if (option == root) {
            result.root = std::move(value);
        } else if (option == grace) {
            result.grace = model::parse_duration(value);
            if (!result.grace)
                result.error = fmt::format("--grace: \"{}\" is no time (10s, 1500ms, 2min)", value);
        } else if (option == quiet) {
            result.quiet = true;
        } else {
            if (has_format)
                result.error = "--json and --sarif exclude each other";
            has_format = true;
            result.writer = option == json ? lint::to_json : lint::to_sarif;
        }
    }
    if (!line.words.empty())
        result.error = fmt::format("\"{}\" is no option, and a tree is named by --root", line.words[0]);
    return result;
}

} // namespace

int lint(Arguments words)
{
    const LintArguments arguments = parse(words);
    if (!arguments.error.empty()) {
        fmt::print(stderr,
                   "rcinit lint: {}; nothing was read\n"
                   "Usage: rcinit lint [--root DIR] [--grace TIME] [--quiet] [--json | --sarif]\n",
                   arguments.error);
        return usage_status;
    }
    const char* const shown_root = arguments.root.empty() ? "/" : arguments.root.c_str();
    auto view = tree::open_tree(arguments.root);
    if (!view) {
        fmt::print(stderr, "rcinit lint: cannot look at {}: {}; nothing was judged\n", shown_root,
                   view.error().message());
        return blind_status;
    }
    lint::Report report =
        lint::lint(view->tree, view->settings, view->facts, view->complaints, arguments.grace);
    if (!report.failure.empty()) {
        fmt::print(stderr, "rcinit lint: cannot judge {}: {}; nothing was judged\n", shown_root,
                   report.failure);
        return blind_status;
    }
    if (arguments.quiet)
        std::erase_if(report.findings, [](const lint::Finding& finding) {
            return lint::rule_of(finding.code).severity == lint::Severity::note;
        });
    fmt::print("{}{}", arguments.writer(report), arguments.writer == lint::to_text ? "" : "\n");
    return report.has_fault() ? faults_status : 0;
}

} // namespace init::applets
