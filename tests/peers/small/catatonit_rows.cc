// SPDX-License-Identifier: MIT
// What is documented of catatonit, and of the pause program of Kubernetes.
#include "option_rows.h"
#include "world.h"

namespace small_test {
namespace {

const std::string program = probe();

} // namespace

const std::vector<Row>& catatonit_rows()
{
    constexpr auto name = "catatonit";
    static const std::vector<Row> rows = {
        {"the command's status is its own", name, {program, "exit", "7"}, "exit 7", nothing, nothing},
        {"127 is a status like others", name, {program, "exit", "127"}, "exit 127", nothing, nothing},
        {"a signal's end is 128 and more", name, {program, "die", "9"}, "exit 137", nothing, nothing},
        {"-h", name, {"-h"}, "exit 0", nothing, begins("usage: catatonit [-ghLPV] [--] <")},
        {"-V", name, {"-V"}, "exit 0", begins("tini version 0."), nothing},
        {"--version", name, {"--version"}, "exit 0", begins("tini version 0."), nothing},
        {"--version, abbreviated", name, {"--v"}, "exit 0", begins("tini version 0."), nothing},
        {"--version with more", name, {"--version", "true"}, "exit 0", begins("tini version 0."), nothing},
        {"-L", name, {"-L"}, "exit 0", begins(""), nothing},
        {"no command", name, {}, "exit 1", nothing, begins("ERROR (catatonit:N): ")},
        {"no command after --", name, {"--"}, "exit 1", nothing, begins("ERROR (catatonit:N): ")},
        {"an unknown letter", name, {"-z", program}, "exit 1", nothing, same_line("invalid option -- 'z'")},
        {"not tini's -s", name, {"-s", program}, "exit 1", nothing, same_line("invalid option -- 's'")},
        {"an unknown word",
         name,
         {"--foo", program},
         "exit 1",
         nothing,
         same_line("unrecognized option '--foo'")},
        {"options behind the command are taken",
         name,
         {program, "words", "-g", "x"},
         "exit 0",
         is("x\n"),
         nothing},
        {"-- keeps them", name, {"--", program, "words", "-g"}, "exit 0", is("-g\n"), nothing},
        {"-g", name, {"-g", program, "exit", "3"}, "exit 3", nothing, nothing},
        {"a missing file", name, {"/nowhere/x"}, "exit 1", nothing, begins("ERROR (catatonit:N): ")},
        {"a folder", name, {"/tmp"}, "exit 1", nothing, begins("ERROR (catatonit:N): ")},
        {"no exec bit", name, {files() + "/no-bit"}, "exit 1", nothing, begins("ERROR (catatonit:N): ")},
        {"a script without its first line", name, {files() + "/no-line"}, "exit 5", nothing, nothing},
        {"an interpreter that is not there",
         name,
         {files() + "/no-interpreter"},
         "exit 1",
         nothing,
         begins("ERROR (catatonit:N): ")},
        {"CATATONIT_DEBUG",
         name,
         {program, "exit", "3"},
         "exit 3",
         nothing,
         begins("DEBUG (catatonit:N): "),
         {"CATATONIT_DEBUG="}},
        {"CATATONIT_LOG",
         name,
         {program, "exit", "3"},
         "exit 1",
         nothing,
         begins("ERROR (catatonit:N): "),
         {"CATATONIT_LOG="}},
    };
    return rows;
}

const std::vector<Row>& pause_rows()
{
    constexpr auto name = "pause";
    static const std::vector<Row> rows = {
        {"-v", name, {"-v"}, "exit 0", begins("pause.c 3."), nothing},
        {"-V", name, {"-V"}, "exit 0", begins("pause.c 3."), nothing},
        {"-v anywhere", name, {"sleep", "--x", "-v"}, "exit 0", begins("pause.c 3."), nothing},
    };
    return rows;
}

} // namespace small_test
