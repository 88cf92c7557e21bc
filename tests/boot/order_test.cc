// SPDX-License-Identifier: MIT
// One tree, many orders: whatever legal order its scripts are started and stopped in, side by side or not,
// the state that a boot and a stop leave is that of link order, and every script finds those that it needs.
#define BOOST_TEST_MODULE boot_order
#include "order_tree.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <ostream>
#include <set>

namespace ut = boost::unit_test;
using namespace boot;

namespace boot {
std::ostream& operator<<(std::ostream& out, const OrderTree& tree)
{
    return out << tree.name;
}
} // namespace boot

namespace {

/// What one boot and its stop came to.
struct Life {
    bool booted = false;
    int status = -1;
    std::vector<std::string> order;   ///< names, as they began to start
    std::vector<std::string> ending;  ///< names, as they began to stop
    std::vector<std::string> up;      ///< the state that the boot left
    std::vector<std::string> down;    ///< the state after the stop
    std::vector<std::string> missing; ///< needs that were not found
    std::vector<std::string> left;    ///< processes that outlived the stop
};

Life live(const OrderTree& tree, const std::vector<std::string>& environment)
{
    Life life;
    Container box{tree.layout};
    plant(box, tree);
    for (const std::string& variable : environment)
        box.environment(variable);
    life.booted = boots(box);
    if (!life.booted)
        return life;
    life.order = names_of(told_runs(box.events()));
    life.up = state_left(box);
    const std::size_t from = box.events().size();
    const Ended end = box.stop();
    life.ending = names_of(told_runs(box.events(), from));
    life.status = end.status;
    for (const Process& process : end.leftovers.value_or(std::vector<Process>{}))
        life.left.push_back(process.command);
    life.down = state_left(box);
    std::copy_if(life.down.begin(), life.down.end(), std::back_inserter(life.missing),
                 [](const std::string& fact) { return fact.find(" misses ") != std::string::npos; });
    return life;
}

/// One at a time a seed always gives the same order; side by side, with less and more room, nobody knows it.
std::vector<std::string> order_of(unsigned seed)
{
    static constexpr const char* jobs[] = {"RCINIT_JOBS=6", "RCINIT_JOBS=1", "RCINIT_JOBS=2",
                                           "RCINIT_JOBS=1"};
    return {"RCINIT_SHUFFLE=" + std::to_string(seed), jobs[seed % std::size(jobs)]};
}

/// Seeds for each of the six trees: 24 boots, or with RCINIT_LONG=yes 204.
unsigned seeds()
{
    return is_long() ? 34 : 4;
}

} // namespace

BOOST_AUTO_TEST_SUITE(orders, *ut::precondition(containers_work))

BOOST_DATA_TEST_CASE(every_order_leaves_the_state_of_link_order, ut::data::make(order_trees()), tree)
{
    const Life serial = live(tree, {"RCINIT_PARALLEL=no"});
    BOOST_REQUIRE(serial.booted);
    BOOST_TEST(serial.status == 0);
    BOOST_TEST(serial.missing.empty(), joined(serial.missing));
    BOOST_TEST(serial.left.empty(), joined(serial.left));
    std::set<std::vector<std::string>> orders, endings;
    for (unsigned seed = 1; seed <= seeds(); ++seed)
        BOOST_TEST_CONTEXT("tree \"" << tree.name << "\", RCINIT_SHUFFLE=" << seed)
        {
            const Life life = live(tree, order_of(seed));
            BOOST_TEST_REQUIRE(life.booted);
            BOOST_TEST_REQUIRE(life.missing.empty(), joined(life.missing)
                                                         << "\norder:" << joined(life.order));
            BOOST_TEST_REQUIRE(life.up == serial.up,
                               "up:" << difference(serial.up, life.up) << "\norder:" << joined(life.order));
            BOOST_TEST_REQUIRE(life.status == serial.status);
            BOOST_TEST_REQUIRE(life.left.empty(), joined(life.left));
            BOOST_TEST_REQUIRE(life.down == serial.down, "down:" << difference(serial.down, life.down)
                                                                 << "\norder:" << joined(life.order));
            if (seed % 2 != 0) { // one at a time
                orders.insert(life.order);
                endings.insert(life.ending);
            }
        }
    BOOST_TEST((orders.size() > 1 && endings.size() > 1)); // else nothing was compared
}

BOOST_AUTO_TEST_CASE(an_order_is_found_that_shows_a_need_which_a_header_forgot)
{
    OrderTree tree{"a forgotten need", Layout::plain, "", {}, {}};
    tree.scripts = {
        {"base", 10, 90, block({.provides = "base"}), {}},
        {"other", 15, 85, block({.provides = "other"}), {}},
        {"user", 20, 80, block({.provides = "user"}), {"base"}}, // its header names nobody
    };
    BOOST_TEST(live(tree, {"RCINIT_PARALLEL=no"}).missing.empty());
    unsigned seed = 1;
    while (seed < 20 &&
           live(tree, {"RCINIT_JOBS=1", "RCINIT_SHUFFLE=" + std::to_string(seed)}).missing.empty())
        ++seed;
    BOOST_TEST(seed < 20u);
}

BOOST_AUTO_TEST_CASE(one_at_a_time_a_seed_gives_one_order)
{
    OrderTree tree = order_trees().front();
    const auto order = [&](const char* seed) { return live(tree, {"RCINIT_JOBS=1", seed}).order; };
    BOOST_TEST(order("RCINIT_SHUFFLE=7") == order("RCINIT_SHUFFLE=7"), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
