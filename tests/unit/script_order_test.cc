// SPDX-License-Identifier: MIT
// From facilities and insserv's files through the graph to the order of a level.
#define BOOST_TEST_MODULE script_order
#include "model/script_order.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>

namespace {

using namespace init::model;
using Words = std::vector<std::string>;

struct Script {
    std::string name;
    int number = 10;
    Words needs{};
    Words wants{};
    Words before{};
    Words provides{};
    bool complete = true;
    bool interactive = false;
};

/// The order of these scripts in one direction, by name.
struct Ordered {
    Ordered(const std::vector<Script>& scripts, bool starts = true,
            ParallelChoice parallel = ParallelChoice::yes, const Facilities* facilities = nullptr,
            const DependFile* depend = nullptr, const Words& earlier = {})
    {
        for (const Script& script : scripts) {
            steps.push_back({{starts ? LinkKind::start : LinkKind::stop, script.number, script.name},
                             "/etc/rc/" + script.name,
                             starts ? "start" : "stop"});
            LsbHeader header;
            header.provides = script.provides.empty() ? Words{script.name} : script.provides;
            header.required_start = header.required_stop = script.needs;
            header.should_start = header.should_stop = script.wants;
            header.x_start_before = header.x_stop_after = script.before;
            header.x_interactive = script.interactive;
            header.line_of.fill(script.complete ? 7 : 0);
            headers.push_back(header);
        }
        order = order_scripts({steps, headers, starts, parallel, facilities, depend, earlier});
    }
    std::size_t at(const std::string& name) const
    {
        return static_cast<std::size_t>(
            std::find_if(steps.begin(), steps.end(), [&](const PlanStep& s) { return s.link.name == name; }) -
            steps.begin());
    }
    bool edge(const std::string& first, const std::string& second) const
    {
        const auto& before = order.graph.before[at(second)];
        return std::find(before.begin(), before.end(), at(first)) != before.end();
    }
    unsigned wave(const std::string& name) const { return order.graph.wave[at(name)]; }
    bool says(const std::string& words) const
    {
        return std::any_of(order.complaints.begin(), order.complaints.end(),
                           [&](const Diagnostic& complaint) {
                               return to_string(complaint).find(words) != std::string::npos;
                           });
    }

    std::vector<PlanStep> steps;
    std::vector<std::optional<LsbHeader>> headers;
    ScriptOrder order;
};

} // namespace

BOOST_AUTO_TEST_CASE(a_scripts_own_name_goes_before_what_another_provides)
{
    const Ordered all{{{"a", 10, {}, {}, {}, {"a", "b"}}, {"b", 10, {}, {}, {}, {"x"}}, {"c", 10, {"b"}}}};
    BOOST_TEST((all.edge("b", "c") && !all.edge("a", "c")));
}

// --- Facilities
// ---------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(facilities_lead_to_members_through_each_other)
{
    Facilities facilities;
    const Diagnostics said =
        facilities.read("# comment\n$local_fs +mountall umountfs # more\n"
                        "$remote_fs $local_fs +mountnfs\n$a $b x\n$b $a y\n"
                        "<interactive> apache2 +luks\nnonsense here\n$long \\\n  one \\\n  two",
                        "insserv.conf");
    using M = Facilities::Member;
    BOOST_TEST((facilities.members("$remote_fs") ==
                std::vector<M>{{"mountall", true}, {"umountfs", false}, {"mountnfs", true}}));
    BOOST_TEST((facilities.members("$a") == std::vector<M>{{"y", false}, {"x", false}}));
    BOOST_TEST((facilities.members("$long") == std::vector<M>{{"one", false}, {"two", false}}));
    BOOST_TEST(facilities.members("$none").empty());
    BOOST_TEST((facilities.is_interactive("apache2") && facilities.is_interactive("luks")));
    BOOST_TEST(
        (facilities.is_known("$all") && facilities.is_known("$null") && !facilities.is_known("$none")));
    BOOST_REQUIRE(said.size() == 1u);
    BOOST_TEST(to_string(said[0]).starts_with("insserv.conf:7: \"nonsense\""));
}

BOOST_AUTO_TEST_CASE(later_lines_of_a_facility_add_to_it)
{
    Facilities facilities;
    facilities.read("$syslog +rsyslog\n", "a");
    facilities.read("$syslog +rsyslog +syslog-ng\n", "b");
    BOOST_TEST(facilities.members("$syslog").size() == 2u);
}

BOOST_AUTO_TEST_CASE(facilities_of_any_number_and_depth_are_opened)
{
    constexpr int many = 100'000;
    std::string wide = "$wide";
    std::string deep;
    for (int i = 0; i < many; ++i) {
        wide += " m" + std::to_string(i) + " m0";
        deep += "$d" + std::to_string(i) + " $d" + std::to_string(i + 1) + " m\n";
    }
    Facilities facilities;
    facilities.read(wide + "\n" + deep, "c");
    BOOST_TEST(facilities.members("$wide").size() == std::size_t{many});
    BOOST_TEST(facilities.members("$d0").size() == 1u);
    const Ordered order({{"m7"}, {"app", 10, {"$wide"}, {}, {}, {}, true, false}}, true, ParallelChoice::yes,
                        &facilities);
    BOOST_TEST(order.edge("m7", "app"));
    BOOST_TEST(order.order.graph.edges.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_built_in_facilities_know_both_families)
{
    const Facilities facilities = Facilities::built_in();
    for (const char* name :
         {"$local_fs", "$network", "$named", "$portmap", "$remote_fs", "$syslog", "$time"}) {
        BOOST_TEST(facilities.is_known(name));
        for (const Facilities::Member& member : facilities.members(name))
            BOOST_TEST(member.optional);
    }
}

// --- insserv's files
// ----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_depend_file_is_read_with_continued_lines)
{
    Diagnostics said;
    const DependFile file = read_depend_file(
        "TARGETS = a b \\\n  c\nINTERACTIVE = c\nb: a\nc: a b\nrubbish\n", ".depend.start", said);
    BOOST_TEST(file.targets == (Words{"a", "b", "c"}), boost::test_tools::per_element());
    BOOST_TEST(file.interactive == Words{"c"}, boost::test_tools::per_element());
    BOOST_TEST((file.rules == std::vector<std::pair<std::string, Words>>{{"b", {"a"}}, {"c", {"a", "b"}}}));
    BOOST_REQUIRE(said.size() == 1u);
    BOOST_TEST(said[0].line == 6u);
}

// --- Order
// --------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(needs_wants_and_reverses_become_edges_and_are_reversed_at_a_stop)
{
    const std::vector<Script> scripts = {{"app", 10, {"db"}, {"cache", "absent"}, {}, {}, true, false},
                                         {"cache"},
                                         {"db"},
                                         {"early", 10, {}, {}, {"db"}, {}, true, false}};
    const Ordered start(scripts);
    BOOST_TEST((start.edge("db", "app") && start.edge("cache", "app") && start.edge("early", "db")));
    BOOST_TEST((start.wave("early") == 1u && start.wave("db") == 2u && start.wave("app") == 3u));
    BOOST_TEST(start.order.graph.edges.size() == 3u);
    BOOST_TEST(start.order.complaints.empty());
    const Ordered stop(scripts, false);
    BOOST_TEST((stop.edge("app", "db") && stop.edge("app", "cache") && stop.edge("db", "early")));
}

BOOST_AUTO_TEST_CASE(facilities_stand_for_those_behind_them_and_for_who_provides_them)
{
    Facilities facilities;
    facilities.read("$network +networking\n$hard must\n", "c");
    const Ordered order({{"app", 10, {"$network", "$hard", "$null", "$odd"}, {}, {}, {}, true, false},
                         {"networking"},
                         {"wicked", 10, {}, {}, {}, {"$network"}, true, false}},
                        true, ParallelChoice::yes, &facilities);
    BOOST_TEST((order.edge("networking", "app") && order.edge("wicked", "app")));
    BOOST_TEST(order.says("$odd"));
    BOOST_TEST(!order.says("$network"));
    BOOST_TEST(!order.says("must"));
}

BOOST_AUTO_TEST_CASE(all_comes_last_at_start_and_first_at_stop)
{
    const std::vector<Script> scripts = {{"last", 1, {"$all"}, {}, {}, {}, true, false},
                                         {"a"},
                                         {"b"},
                                         {"after-last", 9, {"last"}, {}, {}, {}, true, false}};
    const Ordered start(scripts);
    BOOST_TEST((start.edge("a", "last") && start.edge("b", "last") && start.edge("last", "after-last")));
    BOOST_TEST(start.order.complaints.empty());
    const Ordered stop(scripts, false);
    BOOST_TEST((stop.edge("last", "a") && stop.edge("last", "b")));
}

BOOST_AUTO_TEST_CASE(a_missing_required_is_told_with_file_and_line_and_holds_nothing)
{
    const Ordered order({{"a", 10, {"gone", "+maybe", "a"}, {"nope"}, {}, {}, true, false}});
    BOOST_TEST(order.says("/etc/rc/a:7: a: Required-Start names gone"));
    BOOST_TEST(order.order.complaints.size() == 1u);
    BOOST_TEST(order.order.graph.edges.empty());
    const Ordered known({{"a", 10, {"gone"}, {}, {}, {}, true, false}}, true, ParallelChoice::yes, nullptr,
                        nullptr, {"gone"});
    BOOST_TEST(known.order.complaints.empty());
    BOOST_TEST(Ordered({{"a", 10, {"gone"}, {}, {}, {}, true, false}}, false).order.complaints.empty());
}

BOOST_AUTO_TEST_CASE(of_two_that_provide_one_name_the_first_keeps_it)
{
    const Ordered order({{"a", 10, {}, {}, {}, {"mta"}, true, false},
                         {"b", 10, {}, {}, {}, {"mta"}, true, false},
                         {"c", 10, {"mta"}, {}, {}, {}, true, false}});
    BOOST_TEST((order.edge("a", "c") && !order.edge("b", "c")));
    BOOST_TEST(order.says("a keeps the name"));
}

BOOST_AUTO_TEST_CASE(a_loop_is_cut_at_a_want_before_a_need)
{
    const Ordered order({{"a", 10, {"b"}, {}, {}, {}, true, false},
                         {"b", 20, {}, {"c"}, {}, {}, true, false},
                         {"c", 30, {"a"}, {}, {}, {}, true, false}});
    BOOST_TEST((order.edge("b", "a") && order.edge("a", "c") && !order.edge("c", "b")));
    BOOST_TEST(order.says("a loop: a -> c -> b -> a"));
    BOOST_TEST(order.says("b is started without waiting for c"));
}

BOOST_AUTO_TEST_CASE(of_equal_edges_the_one_most_against_the_numbers_is_cut)
{
    const Ordered order({{"a", 10, {"c"}, {}, {}, {}, true, false},
                         {"b", 20, {"a"}, {}, {}, {}, true, false},
                         {"c", 30, {"b"}, {}, {}, {}, true, false}});
    BOOST_TEST((!order.edge("c", "a") && order.edge("a", "b") && order.edge("b", "c")));
}

BOOST_AUTO_TEST_CASE(a_script_without_a_complete_block_is_a_barrier_at_its_number)
{
    const Ordered order({{"a", 10},
                         {"b", 11},
                         {"old", 20, {}, {}, {}, {}, false, false},
                         {"c", 30},
                         {"older", 40, {}, {}, {}, {}, false, false},
                         {"d", 50, {"a"}, {}, {}, {}, true, false}});
    BOOST_TEST((order.edge("a", "old") && order.edge("b", "old") && order.edge("old", "c")));
    BOOST_TEST((order.edge("c", "older") && order.edge("older", "d") && !order.edge("old", "d")));
    BOOST_TEST((order.wave("a") == 1u && order.wave("b") == 1u && order.wave("older") == 4u));
    // A need against a barrier gives way to it.
    const Ordered against(
        {{"a", 10, {"z"}, {}, {}, {}, true, false}, {"old", 20, {}, {}, {}, {}, false, false}, {"z", 30}});
    BOOST_TEST((!against.edge("z", "a") && against.edge("a", "old") && against.edge("old", "z")));
    BOOST_TEST(against.says("a loop"));
}

BOOST_AUTO_TEST_CASE(automatic_runs_side_by_side_where_every_block_is_complete_or_insserv_made_the_tree)
{
    const std::vector<Script> complete = {{"a"}, {"b"}};
    const std::vector<Script> mixed = {{"a"}, {"b", 10, {}, {}, {}, {}, false, false}};
    const auto automatic = ParallelChoice::automatic;
    BOOST_TEST(Ordered(complete, true, automatic).order.side_by_side);
    BOOST_TEST(!Ordered(mixed, true, automatic).order.side_by_side);
    BOOST_TEST(!Ordered(complete, true, ParallelChoice::no).order.side_by_side);
    const DependFile depend{{"a", "b"}, {}, {{"b", {"a"}}}};
    const Ordered made(mixed, true, automatic, nullptr, &depend);
    BOOST_TEST((made.order.side_by_side && made.edge("a", "b")));
    const Ordered serial(mixed, true, automatic);
    BOOST_TEST((serial.edge("a", "b") && serial.order.graph.edges.size() == 1u));
}

BOOST_AUTO_TEST_CASE(insserv_files_stand_for_the_headers_of_their_targets)
{
    const DependFile depend{{"a", "b"}, {"b"}, {{"b", {"a"}}}};
    const Ordered order(
        {{"a", 10, {"b"}, {}, {}, {}, true, false}, {"b"}, {"c", 10, {"b"}, {}, {}, {}, true, false}}, true,
        ParallelChoice::automatic, nullptr, &depend);
    BOOST_TEST((order.edge("a", "b") && !order.edge("b", "a")));
    BOOST_TEST(order.edge("b", "c"));
    BOOST_TEST((!order.order.interactive[0] && order.order.interactive[1]));
}

BOOST_AUTO_TEST_CASE(interactive_scripts_are_marked_by_header_and_by_configuration)
{
    Facilities facilities;
    facilities.read("<interactive> asks\n", "c");
    const Ordered order({{"a", 10, {}, {}, {}, {}, true, true}, {"asks"}, {"b"}}, true, ParallelChoice::yes,
                        &facilities);
    BOOST_TEST(order.order.interactive == (std::vector<bool>{true, true, false}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_tree_without_blocks_runs_in_link_order)
{
    std::vector<Script> scripts;
    for (int i = 0; i < 50; ++i)
        scripts.push_back({"s" + std::to_string(i), i, {}, {}, {}, {}, false, false});
    const Ordered order(scripts);
    for (std::size_t i = 0; i < scripts.size(); ++i)
        BOOST_TEST(order.order.graph.wave[i] == i + 1);
    BOOST_TEST(order.order.graph.edges.size() == scripts.size() - 1);
}

// --- Any graph
// ----------------------------------------------------------------------------------------------

namespace {

/// Scripts with needs, wants and reverses among themselves and beyond, in link order.
std::vector<Script> random_scripts(std::mt19937& random)
{
    std::vector<Script> scripts(1 + random() % 30);
    const auto some = [&](Words& list, unsigned one_in) {
        for (std::size_t other = 0; other < scripts.size(); ++other)
            if (random() % one_in == 0)
                list.push_back("s" + std::to_string(other));
    };
    for (std::size_t i = 0; i < scripts.size(); ++i) {
        scripts[i].name = "s" + std::to_string(i);
        scripts[i].number = static_cast<int>(i / 3);
        scripts[i].complete = random() % 8 != 0;
        some(scripts[i].needs, 12);
        some(scripts[i].wants, 12);
        some(scripts[i].before, 30);
        if (random() % 20 == 0)
            scripts[i].needs.push_back("nobody");
        if (random() % 40 == 0)
            scripts[i].needs.push_back("$all");
        scripts[i].provides = {scripts[i].name, "alias" + std::to_string(random() % 9)};
        if (random() % 10 == 0)
            scripts[i].wants.push_back("alias" + std::to_string(random() % 9));
    }
    return scripts;
}

/// Every tree of these cases, in one direction or the other.
template <class Check> void for_random_trees(Check check)
{
    for (unsigned seed = 0; seed < 300; ++seed)
        BOOST_TEST_CONTEXT("seed " << seed)
        {
            std::mt19937 random(seed);
            const std::vector<Script> scripts = random_scripts(random);
            check(scripts, seed % 2 == 0, random);
        }
}

bool has_edge(const DependencyGraph& graph, std::size_t first, std::size_t second)
{
    return std::any_of(graph.edges.begin(), graph.edges.end(),
                       [&](const Edge& edge) { return edge.first == first && edge.second == second; });
}

} // namespace

BOOST_AUTO_TEST_CASE(every_edge_is_kept_or_cut_for_a_loop)
{
    for_random_trees([](const std::vector<Script>& scripts, bool starts, std::mt19937&) {
        const Ordered order(scripts, starts);
        const DependencyGraph& graph = order.order.graph;
        const auto held = [&](std::size_t first, std::size_t second) {
            return first == second || has_edge(graph, first, second) ||
                   std::any_of(graph.loops.begin(), graph.loops.end(), [&](const Loop& loop) {
                       return loop.cut.first == first && loop.cut.second == second;
                   });
        };
        for (std::size_t i = 0; i < scripts.size(); ++i)
            for (const Words Script::*list : {&Script::needs, &Script::wants, &Script::before})
                for (const std::string& name : scripts[i].*list) {
                    const std::size_t other = order.at(name);
                    if (!scripts[i].complete || other == scripts.size())
                        continue;
                    const bool other_first = starts == (list != &Script::before);
                    BOOST_TEST_REQUIRE((other_first ? held(other, i) : held(i, other)),
                                       scripts[i].name << " and " << name);
                }
    });
}

BOOST_AUTO_TEST_CASE(no_circle_is_left_and_a_wave_follows_from_those_before_it)
{
    for_random_trees([](const std::vector<Script>& scripts, bool starts, std::mt19937&) {
        const Ordered order(scripts, starts);
        const DependencyGraph& graph = order.order.graph;
        for (const Edge& edge : graph.edges)
            BOOST_TEST_REQUIRE(graph.wave[edge.first] < graph.wave[edge.second]);
        for (std::size_t i = 0; i < scripts.size(); ++i) {
            unsigned wave = 1;
            for (const std::size_t earlier : graph.before[i])
                wave = std::max(wave, graph.wave[earlier] + 1);
            BOOST_TEST_REQUIRE(graph.wave[i] == wave);
        }
        std::size_t listed = 0;
        for (std::size_t i = 0; i < scripts.size(); ++i)
            for (const std::size_t earlier : graph.before[i]) {
                BOOST_TEST_REQUIRE(has_edge(graph, earlier, i));
                BOOST_TEST_REQUIRE(std::count(graph.after[earlier].begin(), graph.after[earlier].end(), i) ==
                                   1);
                ++listed;
            }
        BOOST_TEST_REQUIRE(listed == graph.edges.size()); // each pair once
    });
}

BOOST_AUTO_TEST_CASE(a_loop_is_a_circle_cut_at_its_weakest_edge)
{
    std::size_t loops = 0;
    for_random_trees([&](const std::vector<Script>& scripts, bool starts, std::mt19937&) {
        const DependencyGraph graph = Ordered(scripts, starts).order.graph;
        std::vector<Edge> all = graph.edges;
        for (const Loop& loop : graph.loops)
            all.push_back(loop.cut);
        for (const Loop& loop : graph.loops) {
            ++loops;
            bool holds_cut = false;
            for (std::size_t i = 0; i < loop.nodes.size(); ++i) {
                const std::size_t first = loop.nodes[i];
                const std::size_t second = loop.nodes[(i + 1) % loop.nodes.size()];
                const auto edge = std::find_if(all.begin(), all.end(), [&](const Edge& known) {
                    return known.first == first && known.second == second;
                });
                BOOST_TEST_REQUIRE((edge != all.end()));
                BOOST_TEST_REQUIRE((edge->kind >= loop.cut.kind));
                holds_cut = holds_cut || *edge == loop.cut;
                // Of equal ones the one that goes most against the numbers.
                if (edge->kind == loop.cut.kind)
                    BOOST_TEST_REQUIRE(scripts[first].number - scripts[second].number <=
                                       scripts[loop.cut.first].number - scripts[loop.cut.second].number);
            }
            BOOST_TEST_REQUIRE(holds_cut);
            BOOST_TEST_REQUIRE((loop.cut.kind != EdgeKind::number));
        }
    });
    BOOST_TEST(loops > 500u); // else nothing was looked at
}

BOOST_AUTO_TEST_CASE(a_barrier_keeps_its_place)
{
    for_random_trees([](const std::vector<Script>& scripts, bool starts, std::mt19937&) {
        const DependencyGraph graph = Ordered(scripts, starts).order.graph;
        for (std::size_t i = 0; i < scripts.size(); ++i)
            for (std::size_t other = 0; other < scripts.size() && !scripts[i].complete; ++other)
                BOOST_TEST_REQUIRE((other == i || (graph.wave[other] < graph.wave[i]) == (other < i)));
    });
}

BOOST_AUTO_TEST_CASE(the_order_of_names_within_a_header_changes_nothing)
{
    for_random_trees([](std::vector<Script> scripts, bool starts, std::mt19937& random) {
        const DependencyGraph graph = Ordered(scripts, starts).order.graph;
        for (Script& script : scripts)
            for (Words Script::*list : {&Script::needs, &Script::wants, &Script::before, &Script::provides})
                std::shuffle((script.*list).begin(), (script.*list).end(), random);
        const DependencyGraph again = Ordered(scripts, starts).order.graph;
        BOOST_TEST_REQUIRE((again.edges == graph.edges));
        BOOST_TEST_REQUIRE((again.wave == graph.wave));
        BOOST_TEST_REQUIRE(again.loops.size() == graph.loops.size());
        for (std::size_t i = 0; i < graph.loops.size(); ++i) {
            BOOST_TEST_REQUIRE((again.loops[i].cut == graph.loops[i].cut));
            BOOST_TEST_REQUIRE((again.loops[i].nodes == graph.loops[i].nodes));
        }
    });
}

BOOST_AUTO_TEST_CASE(scripts_that_all_need_each_other_are_ordered_soon)
{
    constexpr int count = 300;
    std::vector<Script> scripts;
    Words names;
    for (int i = 0; i < count; ++i)
        names.push_back("s" + std::to_string(1000 + i));
    for (const std::string& name : names)
        scripts.push_back({name, 10, names});
    // 44,850 circles of two, too many to look for each in all the edges.
    const Ordered level(scripts);
    const DependencyGraph& graph = level.order.graph;
    BOOST_TEST(graph.loops.size() == most_loops);
    BOOST_TEST(graph.given_up > 0U);
    for (std::size_t i = 0; i < scripts.size(); ++i)
        BOOST_TEST(graph.wave[i] > 0U);
    for (const Edge& edge : graph.edges)
        BOOST_TEST(graph.wave[edge.first] < graph.wave[edge.second]);
    BOOST_TEST(level.says("there are more than 200 loops; " + std::to_string(graph.given_up) + " needs"));
}

BOOST_AUTO_TEST_CASE(a_loop_of_many_scripts_names_some_of_them)
{
    std::vector<Script> scripts;
    for (int i = 0; i < 1000; ++i)
        scripts.push_back(
            {"s" + std::to_string(i + 1000), 10, {"s" + std::to_string((i + 1) % 1000 + 1000)}});
    const Ordered level(scripts);
    BOOST_TEST(level.order.graph.loops.size() == 1U);
    BOOST_TEST(level.says("(980 more) -> "));
    for (const Diagnostic& complaint : level.order.complaints)
        BOOST_TEST(complaint.text.size() < 500U);
}
