// SPDX-License-Identifier: MIT
// A folder of scripts with any headers: parts between lines of `%%` are insserv.conf, a .depend file, and the
// scripts. Whatever they say, the graph holds every script once and no loop, keeps or cuts every need for a
// reason, and is the same each time.
#include "model/script_order.h"
#include "model/text_lines.h"
#include "within.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <set>

namespace {

using namespace init::model;
using init::fuzz::hold;

constexpr std::size_t most_scripts = 40;

std::vector<std::string> parts_of(std::string_view text)
{
    std::vector<std::string> parts(1);
    for_each_line(text, [&](std::string_view line, unsigned) {
        if (line == "%%")
            parts.emplace_back();
        else
            parts.back().append(line).append("\n");
    });
    return parts;
}

struct Folder {
    explicit Folder(std::string_view text, bool starts)
    {
        const std::vector<std::string> parts = parts_of(text);
        facilities.read(parts[0], "insserv.conf");
        if (parts.size() > 1) {
            Diagnostics complaints;
            depend = read_depend_file(parts[1], ".depend", complaints);
        }
        for (std::size_t i = 2; i < parts.size() && i < most_scripts; ++i) {
            Diagnostics complaints;
            std::optional<LsbHeader> header = read_lsb_header(parts[i], "script", complaints);
            const std::string name =
                header && !header->provides.empty() ? header->provides[0] : fmt::format("s{}", i);
            steps.push_back({{starts ? LinkKind::start : LinkKind::stop, static_cast<int>(i / 3), name},
                             "/etc/rc/" + name,
                             starts ? "start" : "stop"});
            headers.push_back(std::move(header));
        }
    }

    std::vector<PlanStep> steps;
    std::vector<std::optional<LsbHeader>> headers;
    Facilities facilities;
    DependFile depend;
};

bool has_edge(const DependencyGraph& graph, std::size_t first, std::size_t second)
{
    return std::binary_search(graph.before[second].begin(), graph.before[second].end(), first);
}

void check_links(const DependencyGraph& graph, std::size_t count)
{
    hold(graph.before.size() == count && graph.after.size() == count);
    hold(graph.wave.size() == count);
    std::size_t edges = 0;
    for (std::size_t i = 0; i < count; ++i) {
        hold(std::adjacent_find(graph.before[i].begin(), graph.before[i].end(), std::greater_equal<>{}) ==
             graph.before[i].end());
        edges += graph.before[i].size();
        unsigned wave = 1;
        for (const std::size_t earlier : graph.before[i])
            wave = std::max(wave, graph.wave[earlier] + 1);
        // A wave behind every predecessor's: there is an order, and so no loop.
        hold(graph.wave[i] == wave);
    }
    hold(edges == graph.edges.size());
    for (const Edge& edge : graph.edges)
        hold(edge.first < count && edge.second < count && edge.first != edge.second &&
             has_edge(graph, edge.first, edge.second));
}

void check_loops(const DependencyGraph& graph)
{
    std::set<std::pair<std::size_t, std::size_t>> cut;
    for (const Loop& loop : graph.loops) {
        hold(loop.nodes.size() >= 2);
        hold(std::set<std::size_t>(loop.nodes.begin(), loop.nodes.end()).size() == loop.nodes.size());
        hold(!has_edge(graph, loop.cut.first, loop.cut.second));
        hold(cut.emplace(loop.cut.first, loop.cut.second).second);
        bool is_part = false;
        for (std::size_t i = 0; i < loop.nodes.size(); ++i)
            is_part = is_part || (loop.nodes[i] == loop.cut.first &&
                                  loop.nodes[(i + 1) % loop.nodes.size()] == loop.cut.second);
        hold(is_part);
    }
}

void check(const Folder& folder, const OrderInput& input)
{
    const ScriptOrder order = order_scripts(input);
    const DependencyGraph& graph = order.graph;
    const std::size_t count = folder.steps.size();
    hold(order.interactive.size() == count);
    check_links(graph, count);
    check_loops(graph);
    hold(order.side_by_side || graph.loops.empty());
    std::vector<unsigned> waves = graph.wave;
    std::sort(waves.begin(), waves.end());
    if (!order.side_by_side)
        for (std::size_t i = 0; i < count; ++i)
            hold(waves[i] == i + 1 && graph.wave[i] == i + 1);

    // A script whose needs are not known keeps its place, unless insserv's file speaks for it.
    const auto& targets = input.depend ? input.depend->targets : std::vector<std::string>{};
    for (std::size_t i = 0; i < count; ++i) {
        const bool speaks =
            std::find(targets.begin(), targets.end(), folder.steps[i].link.name) != targets.end();
        if (speaks || (folder.headers[i] && folder.headers[i]->is_complete()))
            continue;
        for (std::size_t other = 0; other < count; ++other)
            hold(other == i || (graph.wave[other] < graph.wave[i]) == (other < i));
    }
    const ScriptOrder again = order_scripts(input);
    hold(again.graph.edges == graph.edges && again.graph.wave == graph.wave);
    hold(again.complaints == order.complaints);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    // One of the eight ways for each input: each is met by many.
    const bool starts = size % 2 == 0;
    const Folder folder(text, starts);
    OrderInput input;
    input.steps = folder.steps;
    input.headers = folder.headers;
    input.starts = starts;
    input.parallel = size / 2 % 2 == 0 ? ParallelChoice::automatic : ParallelChoice::yes;
    input.facilities = &folder.facilities;
    input.depend = size / 4 % 2 == 0 ? &folder.depend : nullptr;
    check(folder, input);
    return 0;
}
