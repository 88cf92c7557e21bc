// SPDX-License-Identifier: MIT
// Which command lines run a service's script, and which only name it.
#define BOOST_TEST_MODULE run_by_hand
#include "host/run_by_hand.h"

#include <boost/test/unit_test.hpp>

using namespace init::host;

namespace {

using Words = std::vector<std::string>;

constexpr auto shell = Executable::interpreter;
constexpr auto box = Executable::multi_call;
constexpr auto unknown = Executable::unknown;
constexpr auto other = Executable::other;

const std::optional<std::string> none;
const ScriptProgram sh{"/bin/sh", ""};
const ScriptProgram debian{"/bin/sh", "/lib/init/init-d-script"};
const ScriptProgram strict{"/bin/bash", "-ec"}; // its own argument, whatever it means to a shell
const ScriptProgram perl{"/usr/bin/perl", "-w"};

struct Row {
    Words argv;
    Executable executable;
    std::optional<std::string> verb;
    ScriptProgram program = sh;
    const char* folder = "/";
};
const Row rows[] = {
    {{"/bin/sh", "/etc/init.d/foo", "stop"}, shell, "stop"},
    {{"sh", "-x", "/etc/init.d/foo", "stop"}, shell, "stop"},
    {{"/bin/sh", "/etc/rc3.d/K20foo", "stop"}, shell, "stop"},
    {{"/bin/sh", "/etc/rc.d/rc3.d/S20foo", "start"}, shell, "start"},
    {{"/bin/sh", "/etc/rc.d/init.d/foo", "start"}, shell, "start"},
    {{"bash", "/etc/init.d/foo"}, shell, ""},
    {{"bash", "--norc", "-eo", "pipefail", "--", "/etc/init.d/foo", "reload"}, shell, "reload"},
    {{"bash", "--rcfile", "/etc/rc", "/etc/init.d/foo", "reload"}, shell, "reload"},
    {{"-bash", "+x", "/etc/init.d/foo", "status"}, shell, "status"},
    {{"busybox", "sh", "/etc/init.d/foo", "restart"}, box, "restart"},
    {{"/bin/busybox.static", "ash", "-x", "/etc/init.d/foo", "restart"}, box, "restart"},
    {{"/bin/sh", "/etc/init.d/foo", "stop"}, box, "stop"}, // a link to it
    {{"/bin/sh", "/lib/init/init-d-script", "/etc/init.d/foo", "stop"}, shell, "stop", debian},
    {{"/bin/sh", "/etc/init.d/foo", "stop"}, shell, "stop", debian},
    {{"/bin/bash", "-ec", "/etc/init.d/foo", "stop"}, shell, "stop", strict},
    {{"/usr/bin/perl", "-w", "/etc/init.d/foo", "stop"}, shell, "stop", perl},
    {{"/usr/bin/perl", "/etc/init.d/foo", "stop"}, unknown, "stop", perl},
    {{"/bin/sh", "/etc/init.d/foo", "stop"}, unknown, "stop"},
    {{"busybox", "sh", "/etc/init.d/foo", "stop"}, unknown, "stop"},
    {{"/bin/sh", "./foo", "stop"}, shell, "stop", sh, "/etc/init.d"},
    {{"sh", "foo", "stop"}, shell, "stop", sh, "/etc/rc.d/init.d"},

    {{"tail", "-f", "/etc/init.d/foo"}, other, none},
    {{"vi", "/etc/init.d/foo"}, other, none},
    {{"cat", "/etc/init.d/foo"}, other, none},
    {{"tail", "-f", "/etc/init.d/foo"}, box, none}, // all of these are busybox's as well
    {{"vi", "/etc/init.d/foo"}, box, none},
    {{"less", "/etc/init.d/foo"}, box, none},
    {{"cat", "/etc/init.d/foo"}, box, none},
    {{"grep", "x", "/etc/init.d/foo"}, box, none},
    {{"busybox", "tail", "-f", "/etc/init.d/foo"}, box, none},
    {{"busybox"}, box, none},
    {{"tail", "-f", "/etc/init.d/foo"}, unknown, none},
    {{"vi", "/etc/init.d/foo"}, unknown, none},
    {{"busybox", "less", "/etc/init.d/foo"}, unknown, none},
    {{"/etc/init.d/foo", "stop"}, unknown, none}, // a program of that name, no script
    {{"perl", "/etc/init.d/foo"}, unknown, none},
    {{"sh", "-c", "/etc/init.d/foo"}, shell, none},
    {{"sh", "-c", "sleep 1", "/etc/init.d/foo"}, shell, none},
    {{"sh", "-s", "/etc/init.d/foo"}, shell, none},
    {{"sh", "/root/check", "/etc/init.d/foo", "stop"}, shell, none},
    {{"sh", "/root/check", "/etc/init.d/foo", "stop"}, shell, none, debian},
    {{"sh", "/etc/init.d/foobar", "stop"}, shell, none},
    {{"sh", "/etc/init.d/bar", "stop"}, shell, none},
    {{"sh", "/etc/rc3.d/K2Xfoo", "stop"}, shell, none},
    {{"sh", "/etc/cron.d/S20foo", "stop"}, shell, none},
    {{"sh", "foo", "stop"}, shell, none, sh, "/root"},
    {{"sh", "foo", "stop"}, shell, none, sh, ""},
    {{"sh"}, shell, none},
    {{"sh", "-o"}, shell, none},
    {{}, shell, none},
};

struct Head {
    const char* text;
    ScriptProgram program;
};
const Head heads[] = {
    {"#!/bin/sh\nexit\n", {"/bin/sh", ""}},
    {"#! /bin/sh -e \n", {"/bin/sh", "-e"}},
    {"#!/bin/sh /lib/init/init-d-script\n", {"/bin/sh", "/lib/init/init-d-script"}},
    {"#!/usr/bin/env bash\n", {"bash", ""}},
    {"#!/usr/bin/env -S LANG=C bash -e\n", {"bash", ""}},
    {"#!/usr/bin/env", {"", ""}},
    {"#!/bin/sh", {"/bin/sh", ""}},
    {"#!\n", {"", ""}},
    {"exit 0\n", {"", ""}},
    {"", {"", ""}},
};

} // namespace

BOOST_AUTO_TEST_CASE(a_run_is_told_by_its_program_and_the_place_of_the_script)
{
    for (const Row& row : rows) {
        std::string line;
        for (const std::string& word : row.argv)
            line += word + " ";
        BOOST_TEST_CONTEXT(line << "in " << row.folder << ", executable " << static_cast<int>(row.executable))
        {
            const auto verb = verb_of_run(row.argv, row.folder, row.executable, "foo", row.program);
            BOOST_TEST((verb == row.verb), verb.value_or("none"));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_first_line_names_the_program_and_one_argument)
{
    for (const Head& head : heads)
        BOOST_TEST_CONTEXT(head.text)
    BOOST_TEST((parse_script_program(head.text) == head.program));
}
