// SPDX-License-Identifier: MIT
// Which scripts belong to a machine, and what lets one run after all.
#define BOOST_TEST_MODULE machine_script
#include <boost/test/unit_test.hpp>

#include "model/machine_script.h"

using namespace init::model;

namespace {

constexpr MachineFacts everything = {true, true, true, true, true, true, true, true, true, true, true};

} // namespace

BOOST_AUTO_TEST_CASE(scripts_of_the_machine_are_left_out_whatever_the_rights)
{
    for (const std::string_view name :
         {"halt", "reboot", "killall", "single", "sendsigs", "umountfs", "umountroot", "udev", "hwclock.sh",
          "procps", "mountkernfs.sh", "checkroot.sh", "kbd", "lvm2-monitor", "microcode_ctl", "plymouth",
          "checkroot-bootclean.sh"})
        BOOST_TEST_CONTEXT("name " << name)
        {
            BOOST_TEST(machine_reason(name, {}).has_value());
            BOOST_TEST(machine_reason(name, everything).has_value());
        }
}

BOOST_AUTO_TEST_CASE(a_script_with_the_right_it_needs_is_run)
{
    struct Row {
        std::string_view name;
        bool MachineFacts::*right;
    };
    constexpr Row rows[] = {
        {"network", &MachineFacts::cap_net_admin},    {"networking", &MachineFacts::cap_net_admin},
        {"iptables", &MachineFacts::cap_net_admin},   {"netfs", &MachineFacts::cap_sys_admin},
        {"auditd", &MachineFacts::cap_audit_control}, {"smartd", &MachineFacts::has_block_device},
        {"hostname.sh", &MachineFacts::set_hostname},
    };
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT("name " << row.name)
        {
            MachineFacts facts;
            BOOST_TEST(machine_reason(row.name, facts).has_value());
            facts.*row.right = true;
            BOOST_TEST(!machine_reason(row.name, facts).has_value());
        }
}

BOOST_AUTO_TEST_CASE(ordinary_services_are_never_left_out)
{
    for (const std::string_view name : {"sshd", "ssh", "crond", "httpd", "rsyslog", "messagebus", "sysstat",
                                        "rdisc", "urandom", "rc.local", "local", "bootmisc.sh", "bootlogs",
                                        "motd", "rmnologin", "x11-common", "screen-cleanup", "", "Halt"})
        BOOST_TEST_CONTEXT("name " << name)
    BOOST_TEST(!machine_reason(name, {}).has_value());
}

BOOST_AUTO_TEST_CASE(a_reason_names_what_is_missing)
{
    BOOST_TEST(*machine_reason("network", {}) ==
               "it configures network interfaces and needs CAP_NET_ADMIN, which is missing");
    BOOST_TEST(*machine_reason("mountall-bootclean.sh", {}) ==
               "init's own sweep has done its work, and this one would enter mounts from outside");
}
