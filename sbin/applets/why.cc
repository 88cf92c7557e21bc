// SPDX-License-Identifier: MIT
// rcinit why and why-not: what a tree says of one service: why it is started when it is, or why it is not.
#include "applets/applets.h"
#include "text/command_line.h"
#include "text/json_text.h"
#include "text/shown_line.h"
#include "tree/boot_reader.h"
#include "tree/level_plan.h"
#include "tree/tree_view.h"
#include "world/folder_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace init::applets {
namespace {

constexpr int usage_status = 64;
using model::PlannedScript;

struct WhyArguments {
    std::string root;
    std::string name;
    std::optional<model::Runlevel> level;
    bool json = false;
    std::string error;
};

WhyArguments parse(Arguments words)
{
    enum : int { root = 256, json, level };
    constexpr option options[] = {{"root", required_argument, nullptr, root},
                                  {"json", no_argument, nullptr, json},
                                  {"level", required_argument, nullptr, level},
                                  {}};
    text::CommandLine line = text::read_command_line(words, options);
    WhyArguments result;
    result.error = std::move(line.error);
    for (auto& [option, value] : line.options) {
        if (option == root) {
            result.root = std::move(value);
        } else if (option == json) {
            result.json = true;
        } else {
            result.level = value.size() == 1 ? model::Runlevel::from(value[0]) : std::nullopt;
            if (!result.level)
                result.error = fmt::format("\"{}\" is no runlevel", value);
        }
    }
    if (line.words.size() != 1)
        result.error = result.error.empty() ? "one service is to be named" : result.error;
    else
        result.name = std::move(line.words[0]);
    return result;
}

/// Everything that is to be said of one service, sentence by sentence.
class Inquiry {
public:
    Inquiry(tree::TreeView& view, const WhyArguments& arguments)
        : view_(view), name_(arguments.name),
          plan_(tree::read_boot_plan(view.tree, view.settings, view.facts, arguments.level))
    {
        script_ = model::script_folder(plan_.layout) + "/" + name_;
        find_links();
    }

    [[nodiscard]] bool is_known() const
    {
        return !links_.empty() || view_.tree.has_name(script_) || find(plan_.start) || find(plan_.stop);
    }

    [[nodiscard]] bool is_started() const
    {
        const PlannedScript* const script = find(plan_.start);
        return script && !script->skip;
    }

    std::vector<std::string> why()
    {
        tell_links();
        tell_header();
        if (const PlannedScript* script = find(plan_.start)) {
            if (script->skip)
                say(fmt::format("it is not started: {}", *script->skip));
            else
                tell_place(*script, plan_.start, "start");
        } else {
            say(fmt::format("no S-link of runlevel {} names it, so a boot does not start it",
                            plan_.level.letter()));
        }
        tell_stop();
        tell_complaints();
        return std::move(said_);
    }

    std::vector<std::string> why_not()
    {
        const PlannedScript* const script = find(plan_.start);
        if (script && !script->skip) {
            say(fmt::format("it is started in runlevel {}, in wave {}", plan_.level.letter(), script->wave));
            return std::move(said_);
        }
        if (script)
            say(*script->skip);
        else
            tell_absence();
        for (const std::string& note : plan_.notes)
            say(note);
        tell_complaints();
        return std::move(said_);
    }

    /// Services whose names are near, for one that is not known.
    [[nodiscard]] std::vector<std::string> near() const
    {
        std::vector<std::string> names;
        for (const std::string& other : world::names_or_none(view_.tree, model::script_folder(plan_.layout)))
            if (other.find(name_) != std::string::npos || name_.find(other) != std::string::npos ||
                (!name_.empty() && other.substr(0, 3) == name_.substr(0, 3)))
                names.push_back(other);
        return names;
    }

private:
    struct Link {
        char level;
        std::string path;
        model::ScriptLink link;
    };

    void find_links()
    {
        for (const char level : std::string_view("S0123456")) {
            const std::string folder = model::level_folder(plan_.layout, *model::Runlevel::from(level));
            for (const std::string& file : world::names_or_none(view_.tree, folder))
                if (std::optional<model::ScriptLink> link = model::parse_script_link(file);
                    link && link->name == name_)
                    links_.push_back({level, folder + "/" + file, std::move(*link)});
        }
    }

    [[nodiscard]] const PlannedScript* find(const std::vector<PlannedScript>& list) const
    {
        const auto at = std::find_if(list.begin(), list.end(),
                                     [&](const PlannedScript& script) { return script.name == name_; });
        return at == list.end() ? nullptr : &*at;
    }

    void say(std::string sentence) { said_.push_back(std::move(sentence)); }

    void tell_links()
    {
        std::string starts;
        std::string stops;
        for (const Link& link : links_)
            (link.link.kind == model::LinkKind::start ? starts : stops) += fmt::format(
                "{}{} (at {})", starts.empty() && stops.empty() ? "" : " ", link.level, link.link.number);
        if (!starts.empty())
            say(fmt::format("S-links in runlevels {}", starts));
        if (!stops.empty())
            say(fmt::format("K-links in runlevels {}", stops));
    }

    void tell_header()
    {
        model::Diagnostics ignored;
        const std::string path = links_.empty() ? script_ : links_.front().path;
        const auto header =
            tree::read_header(view_.tree, tree::read_order_sources(view_.tree), name_, path, ignored);
        if (!header)
            say("it has no INIT INFO block, so nothing is known of its needs and its number is its place");
        else if (!header->is_complete())
            say(fmt::format("its INIT INFO block at line {} is incomplete, so its number is its place",
                            header->line));
        else
            say(fmt::format("its INIT INFO block at line {} is complete", header->line));
        if (!plan_.start_side_by_side)
            say("this level runs in link order: not every script of it has a complete block, or parallel=no");
    }

    void tell_place(const PlannedScript& script, const std::vector<PlannedScript>& list, const char* verb)
    {
        say(fmt::format("{} in wave {}, by {}", verb, script.wave, script.script));
        for (std::size_t i = 0; i < script.after.size(); ++i)
            say(fmt::format("waits for {} ({})", list[script.after[i]].name, words_for(script.why[i])));
        const auto self = static_cast<std::size_t>(&script - list.data());
        std::string waiting;
        for (const PlannedScript& other : list)
            if (std::find(other.after.begin(), other.after.end(), self) != other.after.end())
                waiting += (waiting.empty() ? "" : ", ") + other.name;
        if (!waiting.empty())
            say(fmt::format("{} wait{} for it", waiting, waiting.find(',') == std::string::npos ? "s" : ""));
    }

    static const char* words_for(model::EdgeKind kind)
    {
        switch (kind) {
        case model::EdgeKind::required:
            return "required";
        case model::EdgeKind::should:
            return "wanted where it is there";
        case model::EdgeKind::all:
            return "one of the two comes before or after all others";
        case model::EdgeKind::number:
            break;
        }
        return "by its number";
    }

    void tell_stop()
    {
        const PlannedScript* const script = find(plan_.stop);
        if (!script)
            say("a stop has no script for it: its main process gets TERM after the K-scripts");
        else if (script->skip)
            say(fmt::format("a stop leaves it alone: {}", *script->skip));
        else
            tell_place(*script, plan_.stop, "stop");
    }

    void tell_absence()
    {
        bool any = false;
        for (const Link& link : links_) {
            if (link.link.kind == model::LinkKind::stop && link.level == plan_.level.letter())
                say(fmt::format("{} stops it in this runlevel", link.path));
            any = any || link.link.kind == model::LinkKind::start;
        }
        const std::string folder = model::level_folder(plan_.layout, plan_.level);
        for (const std::string& file : world::names_or_none(view_.tree, folder))
            if (file.size() > 3 && std::string_view(file).substr(3).starts_with(name_) &&
                model::is_ignored_name(file))
                say(fmt::format("{}/{} is what a package manager or an editor left, and is ignored", folder,
                                file));
        say(fmt::format("no S-link in {} names it", folder));
        if (any)
            tell_links();
        else if (links_.empty())
            say(view_.tree.has_name(script_)
                    ? fmt::format("{} is there, but no runlevel links to it", script_)
                    : fmt::format("there is no {}", script_));
    }

    void tell_complaints()
    {
        for (const model::Diagnostic& complaint : plan_.complaints)
            if (complaint.file.ends_with("/" + name_) || complaint.file.ends_with(name_) ||
                complaint.text.find(name_) != std::string::npos)
                say(to_string(complaint));
    }

    tree::TreeView& view_;
    const std::string& name_;
    model::BootPlan plan_;
    std::string script_;
    std::vector<Link> links_;
    std::vector<std::string> said_;
};

int inquire(const char* command, Arguments words, bool negative)
{
    const WhyArguments arguments = parse(words);
    if (!arguments.error.empty()) {
        fmt::print(
            stderr,
            "rcinit {}: {}; nothing was read\nUsage: rcinit {} NAME [--root DIR] [--level N] [--json]\n",
            command, arguments.error, command);
        return usage_status;
    }
    auto view = tree::open_tree(arguments.root);
    if (!view) {
        fmt::print(stderr, "rcinit {}: cannot look at {}: {}; nothing is known\n", command, arguments.root,
                   view.error().message());
        return 1;
    }
    Inquiry inquiry(*view, arguments);
    if (!inquiry.is_known()) {
        const std::vector<std::string> near = inquiry.near();
        text::print_line(
            stderr, fmt::format("rcinit {}: no script and no link is called {}{}", command, arguments.name,
                                near.empty() ? "" : fmt::format("; there are {}", fmt::join(near, ", "))));
        return 1;
    }
    const bool started = inquiry.is_started();
    const std::vector<std::string> said = negative ? inquiry.why_not() : inquiry.why();
    if (arguments.json) {
        fmt::print("{{\"schema\":1,\"name\":{},\"started\":{},\"reasons\":{}}}\n",
                   text::quoted(arguments.name), started, text::quoted_list(said));
        return 0;
    }
    text::print_line(stdout, arguments.name);
    for (const std::string& sentence : said)
        text::print_line(stdout, "  " + sentence);
    return 0;
}

} // namespace

int why(Arguments words)
{
    return inquire("why", words, false);
}

int why_not(Arguments words)
{
    return inquire("why-not", words, true);
}

} // namespace init::applets
