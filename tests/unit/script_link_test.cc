// SPDX-License-Identifier: MIT
// The names of S- and K-links, and the leftovers that no sequencer runs.
#define BOOST_TEST_MODULE script_link
#include <boost/test/unit_test.hpp>

#include "model/script_link.h"

using namespace init::model;

BOOST_AUTO_TEST_CASE(script_links_are_read_from_their_names)
{
    struct Row {
        std::string_view name;
        std::optional<ScriptLink> link;
    };
    const Row rows[] = {
        {"S55sshd", ScriptLink{LinkKind::start, 55, "sshd"}},
        {"K25sshd", ScriptLink{LinkKind::stop, 25, "sshd"}},
        {"S00killall", ScriptLink{LinkKind::start, 0, "killall"}},
        {"S99rc.local", ScriptLink{LinkKind::start, 99, "rc.local"}},
        {"S1010up", ScriptLink{LinkKind::start, 10, "10up"}},
        {"S5sshd", std::nullopt},  // the order is always two digits
        {"S55", std::nullopt},     // a link names a service
        {"s55sshd", std::nullopt}, // and its kind in upper case
        {"D55sshd", std::nullopt},
        {"README", std::nullopt},
        {"", std::nullopt},
        {"S55sshd.rpmsave", std::nullopt}, // a package manager's leftover
        {"S55sshd~", std::nullopt},
        {"S55a/b", std::nullopt},
    };
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT("name " << row.name)
    BOOST_TEST((parse_script_link(row.name) == row.link));
}

BOOST_AUTO_TEST_CASE(a_link_is_written_with_two_digits)
{
    BOOST_TEST(to_string(ScriptLink{LinkKind::start, 5, "x"}) == "S05x");
    BOOST_TEST(to_string(ScriptLink{LinkKind::stop, 85, "httpd"}) == "K85httpd");
}

BOOST_AUTO_TEST_CASE(leftovers_are_ignored_and_look_alikes_are_not)
{
    for (const std::string_view name :
         {"a~", "a.bak", "a.orig", "a.rpmnew", "a.rpmorig", "a.rpmsave", "a.swp", "a.dpkg-old", "a.dpkg-dist",
          "a.dpkg-new", "a.dpkg-tmp", "a.ucf-old", "a.ucf-dist", "a,v", ".hidden", ""})
        BOOST_TEST_CONTEXT("name " << name)
    BOOST_TEST(is_ignored_name(name));
    for (const std::string_view name : {"sshd", "hwclock.sh", "bakery", "a.backup", "orig"})
        BOOST_TEST_CONTEXT("name " << name)
    BOOST_TEST(!is_ignored_name(name));
}
