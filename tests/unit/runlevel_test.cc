// SPDX-License-Identifier: MIT
// Runlevels and the sets that an inittab line holds.
#define BOOST_TEST_MODULE runlevel
#include <boost/test/unit_test.hpp>

#include "model/runlevel.h"

using namespace init::model;

namespace {

RunlevelSet set_of(std::string_view field)
{
    RunlevelSet set;
    for (const char c : field)
        set.add(c);
    return set;
}

} // namespace

BOOST_AUTO_TEST_CASE(only_digits_and_s_are_runlevels)
{
    for (const char c : std::string_view{"0123456789S"})
        BOOST_TEST((Runlevel::from(c) && Runlevel::from(c)->letter() == c));
    BOOST_TEST(Runlevel::from('s')->letter() == 'S');
    for (const char c : std::string_view{"aNQ#* "})
        BOOST_TEST(!Runlevel::from(c));
    BOOST_TEST(Runlevel::from('6')->ends());
    BOOST_TEST(!Runlevel::from('1')->ends());
    BOOST_TEST(Runlevel::none().is_none());
}

BOOST_AUTO_TEST_CASE(a_set_reads_back_in_one_order)
{
    struct Row {
        std::string_view field, text;
    };
    constexpr Row rows[] = {
        {"", ""}, {"532", "235"}, {"s5", "5S"}, {"CbA", "abc"}, {"S0123456789", "0123456789S"}, {"33", "3"},
    };
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT("field " << row.field)
    BOOST_TEST(set_of(row.field).to_string() == row.text);
    BOOST_TEST(RunlevelSet::all().to_string() == "0123456789");
}

BOOST_AUTO_TEST_CASE(a_character_no_inittab_knows_is_refused_and_changes_nothing)
{
    RunlevelSet set = set_of("3");
    for (const char c : std::string_view{"dN#*x:"})
        BOOST_TEST(!set.add(c));
    BOOST_TEST(set.to_string() == "3");
}

BOOST_AUTO_TEST_CASE(levels_and_demand_groups_do_not_mix)
{
    const RunlevelSet set = set_of("2sA");
    BOOST_TEST(set.has(*Runlevel::from('2')));
    BOOST_TEST(set.has(*Runlevel::from('S')));
    BOOST_TEST(!set.has(*Runlevel::from('3')));
    BOOST_TEST(!set.has(Runlevel::none()));
    BOOST_TEST(set.has_demand('a'));
    BOOST_TEST(set.has_demand('A'));
    BOOST_TEST(!set.has_demand('b'));
    BOOST_TEST(!set.has_demand('2'));
}
