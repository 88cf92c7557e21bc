// SPDX-License-Identifier: MIT
// Mixed pressures: each seed is a boot and a stop under a few of them at once, and the same claims hold after
// each. RCINIT_SEED=N runs that seed alone, N-M those; RCINIT_RECIPE='...' a recipe as it was printed or
// changed by hand.
#define BOOST_TEST_MODULE hostile_mixed
#include "container.h"
#include "mixed.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <sstream>
#include <thread>

namespace ut = boost::unit_test;
using namespace hostile;

namespace {

constexpr std::uint64_t seeds = 10;
constexpr std::uint64_t seeds_of_a_long_run = 200;
constexpr unsigned side_by_side = 3;

const char* variable(const char* name)
{
    const char* const value = std::getenv(name);
    return value != nullptr && *value != '\0' ? value : nullptr;
}

std::vector<Recipe> recipes()
{
    std::vector<Recipe> recipes;
    if (const char* const text = variable("RCINIT_RECIPE")) {
        if (const auto recipe = parse_recipe(text))
            recipes.push_back(*recipe);
        return recipes;
    }
    const char* const mode = variable("RCINIT_LONG");
    const bool is_long = mode != nullptr && std::string_view{mode} == "yes";
    std::uint64_t first = 1;
    std::uint64_t last = is_long ? seeds_of_a_long_run : seeds;
    if (const char* const range = variable("RCINIT_SEED")) {
        char* rest = nullptr;
        first = last = std::strtoull(range, &rest, 10);
        if (*rest == '-')
            last = std::strtoull(rest + 1, nullptr, 10);
    }
    for (std::uint64_t seed = first; seed <= last; ++seed)
        recipes.push_back(make_recipe(seed));
    return recipes;
}

/// Without what scripts flood it with.
std::string told(const Seen& seen)
{
    std::istringstream log{seen.log};
    std::string text;
    for (std::string line; std::getline(log, line);)
        if (line.find(": line ") == std::string::npos)
            text += line + "\n";
    return text.substr(0, 60'000);
}

/// What there was to complain about, and how to see it again. Empty when there was nothing.
std::string fault_of(const Recipe& recipe)
{
    const Seen seen = carry_out(recipe);
    std::string text;
    for (const std::string& complaint : judge(recipe, seen))
        text += "\n  " + complaint;
    if (text.empty())
        return {};
    text = "RCINIT_SEED=" + std::to_string(recipe.seed) + " fails; its recipe: " + to_string(recipe) + text;
    text += "\nstatus " + std::to_string(seen.status) + " after " + std::to_string(seen.took.count()) + " ms";
    return text + "\nevents (" + std::to_string(seen.events_before_term) + " before TERM)" +
           boot::joined(seen.events) + "\nlog\n" + told(seen);
}

} // namespace

BOOST_AUTO_TEST_SUITE(mixed, *ut::precondition(boot::users_work))

BOOST_AUTO_TEST_CASE(under_mixed_pressures_every_claim_holds)
{
    const std::vector<Recipe> all = recipes();
    BOOST_TEST(!all.empty(), "RCINIT_RECIPE is no recipe");
    std::atomic<std::size_t> next{0};
    std::mutex faults_at_work;
    std::vector<std::string> faults;
    std::vector<std::thread> workers;
    for (unsigned w = 0; w < side_by_side; ++w)
        workers.emplace_back([&] {
            for (std::size_t i = next++; i < all.size(); i = next++) {
                std::string fault;
                try {
                    fault = fault_of(all[i]);
                } catch (const std::exception& e) {
                    fault = "RCINIT_SEED=" + std::to_string(all[i].seed) + ": " + e.what();
                }
                const std::lock_guard lock{faults_at_work};
                if (!fault.empty())
                    faults.push_back(std::move(fault));
            }
        });
    for (std::thread& worker : workers)
        worker.join();
    for (const std::string& fault : faults)
        BOOST_TEST(false, fault);
}

BOOST_AUTO_TEST_SUITE_END()
