// SPDX-License-Identifier: MIT
// The generator of mixed pressures and the claims that are held against what comes of them: a seed always
// gives the same recipe, a recipe can be printed and read back, every ingredient occurs, and each claim
// notices when it is broken.
#define BOOST_TEST_MODULE hostile_recipe
#include "recipe.h"
#include "verdict.h"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace hostile;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t seeds = 1000;

/// Three scripts in link order, the third needs the second; the first hangs when it is stopped.
Recipe three()
{
    Recipe recipe;
    recipe.grace = 10;
    recipe.scripts = {{Start::quick, Stop::quick, 10, 90, -1},
                      {Start::quick, Stop::quick, 20, 80, -1},
                      {Start::quick, Stop::quick, 30, 70, 1}};
    return recipe;
}

/// What a good life of theirs looks like.
Seen good()
{
    Seen seen;
    seen.over = true;
    seen.status = 0;
    seen.took = 1s;
    seen.leftovers.emplace();
    seen.events = {"s00 start", "s00 up",   "s01 start", "s01 up",   "s02 start", "s02 up",
                   "s02 stop",  "s02 down", "s01 stop",  "s01 down", "s00 stop",  "s00 down"};
    seen.events_before_term = 6;
    seen.log = "init: rcinit boots a redhat tree\ns00: hello\ninit: stopping through runlevel 0: TERM\n";
    return seen;
}

void drop(Seen& seen, const std::string& event)
{
    std::erase(seen.events, event);
}

void swap_events(Seen& seen, const std::string& one, const std::string& other)
{
    std::iter_swap(std::ranges::find(seen.events, one), std::ranges::find(seen.events, other));
}

} // namespace

BOOST_AUTO_TEST_SUITE(generator)

BOOST_AUTO_TEST_CASE(a_seed_always_gives_the_same_recipe_and_seeds_differ)
{
    std::set<std::string> texts;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        BOOST_TEST((make_recipe(seed) == make_recipe(seed)));
        texts.insert(to_string(make_recipe(seed)));
    }
    BOOST_TEST(texts.size() == seeds);
}

BOOST_AUTO_TEST_CASE(a_recipe_is_one_line_and_reads_back)
{
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        const Recipe recipe = make_recipe(seed);
        const std::string text = to_string(recipe);
        BOOST_TEST(text.find('\n') == std::string::npos);
        const std::optional<Recipe> read = parse_recipe(text);
        BOOST_REQUIRE(read.has_value());
        BOOST_TEST((*read == recipe), text);
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_recipe_is_refused)
{
    const std::string text = to_string(make_recipe(1));
    for (std::size_t length = 0; length < text.find("scripts="); ++length)
        BOOST_TEST(!parse_recipe(text.substr(0, length)));
    BOOST_TEST(!parse_recipe(text + " more=1"));
    std::string other = text;
    other.replace(other.find("layout="), 8, "layout=x");
    BOOST_TEST(!parse_recipe(other));
}

BOOST_AUTO_TEST_CASE(every_ingredient_occurs_and_no_other)
{
    const std::vector<std::string> all = all_ingredients();
    std::set<std::string> missing{all.begin(), all.end()};
    const std::set<std::string> known = missing;
    for (std::uint64_t seed = 0; seed < seeds; ++seed)
        for (const std::string& ingredient : ingredients_of(make_recipe(seed))) {
            BOOST_TEST(known.contains(ingredient), ingredient);
            missing.erase(ingredient);
        }
    for (const std::string& ingredient : missing)
        BOOST_TEST(false, "never: " << ingredient);
}

BOOST_AUTO_TEST_CASE(numbers_stay_in_their_bounds)
{
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        const Recipe recipe = make_recipe(seed);
        BOOST_TEST_CONTEXT(to_string(recipe))
        {
            BOOST_TEST((recipe.scripts.size() >= 3 && recipe.scripts.size() <= 40));
            for (const Script& script : recipe.scripts) {
                BOOST_TEST((script.start_number >= 1 && script.start_number <= 99));
                BOOST_TEST(
                    (script.stop_number == -1 || (script.stop_number >= 1 && script.stop_number <= 99)));
                if (script.needs < 0)
                    continue;
                const Script& needed = recipe.scripts.at(static_cast<std::size_t>(script.needs));
                BOOST_TEST(needed.start_number < script.start_number);
                if (needed.stop_number >= 0 && script.stop_number >= 0)
                    BOOST_TEST(needed.stop_number > script.stop_number);
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(claims)

BOOST_AUTO_TEST_CASE(a_good_life_is_not_complained_about)
{
    BOOST_TEST(judge(three(), good()).empty());
}

BOOST_AUTO_TEST_CASE(a_stop_that_is_late_or_never_over_or_has_another_status_is_noticed)
{
    Seen seen = good();
    seen.took = 10s;
    BOOST_TEST(judge(three(), seen).size() == 1U);
    seen = good();
    seen.status = 70;
    BOOST_TEST(judge(three(), seen).size() == 1U);
    seen = good();
    seen.over = false;
    BOOST_TEST(judge(three(), seen).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_K_script_that_never_began_is_noticed_unless_status_and_log_tell)
{
    Seen seen = good();
    drop(seen, "s01 stop");
    drop(seen, "s01 down");
    BOOST_TEST(judge(three(), seen).size() == 1U);
    seen.status = 73;
    BOOST_TEST(judge(three(), seen).size() == 1U);
    seen.log += "init: s01: stop: cannot run /etc/rc.d/rc0.d/K80s01: no room; going on without it\n";
    BOOST_TEST(judge(three(), seen).empty());
    // Its S-script was still at work when TERM came.
    seen = good();
    drop(seen, "s01 stop");
    drop(seen, "s01 down");
    seen.events_before_term = 3;
    BOOST_TEST(judge_stops(three(), seen).empty());
}

BOOST_AUTO_TEST_CASE(a_script_that_was_run_twice_is_noticed)
{
    Seen seen = good();
    seen.events.emplace_back("s00 stop");
    BOOST_TEST(judge(three(), seen).size() == 1U);
    seen = good();
    seen.events.insert(seen.events.begin(), "s00 start");
    BOOST_TEST(!judge(three(), seen).empty());
}

BOOST_AUTO_TEST_CASE(a_status_of_0_with_a_K_script_that_did_not_end_is_noticed)
{
    Seen seen = good();
    drop(seen, "s02 down");
    BOOST_TEST(judge(three(), seen).size() == 1U);
    seen.log += "init: s02: stop failed: exit 2 after 0.1 s; going on\n";
    BOOST_TEST(judge(three(), seen).empty());
    // One that never ends by itself has not ended well, whatever is said.
    Recipe recipe = three();
    recipe.scripts[2].stop = Stop::hangs;
    BOOST_TEST(judge(recipe, seen).size() == 1U);
    seen.status = 73;
    BOOST_TEST(judge(recipe, seen).empty());
}

BOOST_AUTO_TEST_CASE(an_order_against_links_or_needs_is_noticed)
{
    Seen seen = good();
    swap_events(seen, "s00 start", "s01 start");
    BOOST_TEST(!judge_order(three(), seen).empty());
    seen = good();
    swap_events(seen, "s00 stop", "s01 stop");
    BOOST_TEST(!judge_order(three(), seen).empty());
    Seen slow = seen;
    slow.log +=
        "init: s01: stop has used its share of the time (0.9 s); going on with the next while it runs\n";
    BOOST_TEST(judge_order(three(), slow).empty());
    // Side by side only what is needed counts.
    Recipe recipe = three();
    recipe.headers = true;
    recipe.parallel = Parallel::yes;
    BOOST_TEST(judge_order(recipe, seen).empty());
    seen = good();
    swap_events(seen, "s01 stop", "s02 stop");
    BOOST_TEST(judge_order(recipe, seen).size() == 1U);
    seen = good();
    swap_events(seen, "s01 start", "s02 start");
    BOOST_TEST(judge_order(recipe, seen).size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_was_left_behind_and_what_was_changed_is_noticed)
{
    Seen seen = good();
    seen.leftovers->emplace_back("412 (helper) S /opt/helper crowd 1 1");
    BOOST_TEST(judge(three(), seen).size() == 1U);
    seen.took = 9s; // the deadline
    BOOST_TEST(judge(three(), seen).empty());
    seen = good();
    seen.changed.emplace_back("/etc/secret: mode 0600 became 0755");
    BOOST_TEST(judge(three(), seen).size() == 1U);
}

BOOST_AUTO_TEST_CASE(half_lines_mixed_lines_and_missing_lines_are_noticed)
{
    Seen seen = good();
    seen.log.pop_back();
    BOOST_TEST(judge(three(), seen).size() == 1U);
    seen = good();
    seen.log += "s00: he init: a word\n";
    BOOST_TEST(judge(three(), seen).size() == 1U);
    seen = good();
    seen.log += "llo there\n";
    BOOST_TEST(judge(three(), seen).size() == 1U);
    seen = good();
    seen.log = "init: rcinit boots a redhat tree\n";
    BOOST_TEST(judge(three(), seen).size() == 1U);
    // Nothing can be asked of an output that nobody reads.
    Recipe recipe = three();
    recipe.output = Output::stuck;
    BOOST_TEST(judge(recipe, seen).empty());
}

BOOST_AUTO_TEST_SUITE_END()
