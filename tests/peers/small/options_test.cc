// SPDX-License-Identifier: MIT
// Options, variables, pages and exit statuses: each row is run with the peer's program and with ours.
#include "compare.h"
#include "enclosed.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <ostream>

namespace small_test {
namespace {

/// How much of a stream must be as documented.
struct Stream {
    enum class Kind { nothing, begins, is, same_line } kind = Kind::nothing;
    const char* text = "";
};

constexpr Stream nothing{};
constexpr Stream begins(const char* text)
{
    return {Stream::Kind::begins, text};
}
constexpr Stream is(const char* text)
{
    return {Stream::Kind::is, text};
}
/// The first line, which is getopt's, is the same in both and ends so.
constexpr Stream same_line(const char* text)
{
    return {Stream::Kind::same_line, text};
}

struct Row {
    const char* claim;
    const char* name;
    std::vector<std::string> words;
    const char* ending;
    Stream out;
    Stream err;
    std::vector<std::string> environment{};
};

/// Files that cannot be run, each for a reason of its own.
const std::string& files()
{
    static const std::string folder = [] {
        char pattern[] = "/tmp/rcinit-files-XXXXXX";
        if (::mkdtemp(pattern) == nullptr)
            throw std::runtime_error("no temporary folder");
        const std::string root = pattern;
        std::ofstream(root + "/no-bit") << "#!/bin/sh\nexit 5\n";
        std::ofstream(root + "/no-line") << "exit 5\n";
        std::ofstream(root + "/no-interpreter") << "#!/nowhere/sh\nexit 5\n";
        std::ofstream(root + "/empty");
        // An ELF header for a machine that this is not.
        std::string header(64, '\0');
        std::memcpy(header.data(),
                    "\x7f"
                    "ELF\x02\x01\x01",
                    7);
        header[16] = 2;
        header[18] = static_cast<char>(0xf3);
        header[20] = 1;
        std::ofstream(root + "/foreign").write(header.data(), 64);
        ::symlink("loop", (root + "/loop").c_str());
        ::chmod((root + "/no-bit").c_str(), 0644);
        for (const char* name : {"/no-line", "/no-interpreter", "/empty", "/foreign"})
            ::chmod((root + name).c_str(), 0755);
        return root;
    }();
    return folder;
}

const std::string program = probe();

std::string shown(const Stream& stream, const std::string& text)
{
    const std::string plain = without_pids(text);
    switch (stream.kind) {
    case Stream::Kind::nothing:
        return plain;
    case Stream::Kind::begins:
        return plain.substr(0, std::strlen(stream.text));
    case Stream::Kind::is:
        return plain;
    case Stream::Kind::same_line:
        break;
    }
    const std::string line = first_line(plain);
    const std::size_t size = std::strlen(stream.text);
    return line.size() < size ? line : line.substr(line.size() - size);
}

/// What is the same for both: getopt's line counts whole.
std::string compared(const Stream& stream, const std::string& text)
{
    return stream.kind == Stream::Kind::same_line ? first_line(text) : shown(stream, text);
}

void check(const Row& row)
{
    const Setting setting{.name = row.name, .words = row.words, .environment = row.environment};
    const auto observe = [&](Whose whose) {
        const Ending ending = run(setting, whose);
        BOOST_TEST(described(ending) == row.ending);
        BOOST_TEST(shown(row.out, ending.out) == row.out.text);
        BOOST_TEST(shown(row.err, ending.err) == row.err.text);
        return described(ending) + "\n" + compared(row.out, ending.out) + "\n" +
               compared(row.err, ending.err);
    };
    (void)same_for_both(row.name, observe);
}

const std::vector<Row>& dumb_init_rows()
{
    constexpr auto name = "dumb-init";
    static const std::vector<Row> rows = {
        {"the command's status is its own", name, {program, "exit", "0"}, "exit 0", nothing, nothing},
        {"any status", name, {program, "exit", "255"}, "exit 255", nothing, nothing},
        {"a status above a byte", name, {program, "exit", "300"}, "exit 44", nothing, nothing},
        {"a signal's end is 128 and more", name, {program, "die", "9"}, "exit 137", nothing, nothing},
        {"the highest signal", name, {program, "die", "64"}, "exit 192", nothing, nothing},
        {"help", name, {"-h"}, "exit 0", nothing, begins("dumb-init v1.2.5")},
        {"long help", name, {"--help"}, "exit 0", nothing, begins("dumb-init v1.2.5")},
        {"abbreviated help", name, {"--h"}, "exit 0", nothing, begins("dumb-init v1.2.5")},
        {"help comes before a command",
         name,
         {"-h", program, "exit", "3"},
         "exit 0",
         nothing,
         begins("dumb-init v1.2.5")},
        {"version", name, {"-V"}, "exit 0", nothing, begins("dumb-init v1.2.5")},
        {"long version", name, {"--version"}, "exit 0", nothing, begins("dumb-init v1.2.5")},
        {"no command", name, {}, "exit 1", nothing, begins("Usage: dumb-init [option] ")},
        {"no command after --", name, {"--"}, "exit 1", nothing, begins("Usage: dumb-init [option] ")},
        {"no command after an option", name, {"-c"}, "exit 1", nothing, begins("Usage: dumb-init [option] ")},
        {"an unknown letter", name, {"-z", program}, "exit 1", nothing, same_line("invalid option -- 'z'")},
        {"an unknown word",
         name,
         {"--foo", program},
         "exit 1",
         nothing,
         same_line("unrecognized option '--foo'")},
        {"an ambiguous word",
         name,
         {"--ver", program},
         "exit 1",
         nothing,
         same_line("is ambiguous; possibilities: '--verbose' '--version'")},
        {"a value too many",
         name,
         {"--single-child=3", program},
         "exit 1",
         nothing,
         same_line("option '--single-child' doesn't allow an argument")},
        {"a value too few", name, {"-r"}, "exit 1", nothing, same_line("option requires an argument -- 'r'")},
        {"a value too few, long",
         name,
         {"--re"},
         "exit 1",
         nothing,
         same_line("option '--rewrite' requires an argument")},
        {"options end at the command",
         name,
         {program, "words", "-c", "-V", "--"},
         "exit 0",
         is("-c\n-V\n--\n"),
         nothing},
        {"-- ends them too", name, {"-c", "--", program, "words", "-v"}, "exit 0", is("-v\n"), nothing},
        {"-c", name, {"-c", program, "exit", "3"}, "exit 3", nothing, nothing},
        {"--single-child", name, {"--single-child", program, "exit", "3"}, "exit 3", nothing, nothing},
        {"-v tells", name, {"-v", program, "exit", "3"}, "exit 3", nothing, begins("[dumb-init] ")},
        {"--verbose", name, {"--verbose", program, "exit", "3"}, "exit 3", nothing, begins("[dumb-init] ")},
        {"joined letters", name, {"-cv", program, "exit", "3"}, "exit 3", nothing, begins("[dumb-init] ")},
        {"a rewriting", name, {"-r", "15:3", program, "exit", "3"}, "exit 3", nothing, nothing},
        {"a rewriting, joined", name, {"-r15:3", program, "exit", "3"}, "exit 3", nothing, nothing},
        {"a rewriting, long", name, {"--rewrite=15:0", program, "exit", "3"}, "exit 3", nothing, nothing},
        {"what follows the pair is ignored",
         name,
         {"-r", "1:2:3", program, "exit", "3"},
         "exit 3",
         nothing,
         nothing},
        {"spaces before the numbers",
         name,
         {"-r", " 1: 2", program, "exit", "3"},
         "exit 3",
         nothing,
         nothing},
        {"the highest pair", name, {"-r", "31:31", program, "exit", "3"}, "exit 3", nothing, nothing},
        {"not from 0", name, {"-r", "0:1", program}, "exit 1", nothing, begins("")},
        {"not from 32", name, {"-r", "32:1", program}, "exit 1", nothing, begins("")},
        {"not to 32", name, {"-r", "1:32", program}, "exit 1", nothing, begins("")},
        {"not to -1", name, {"-r", "1:-1", program}, "exit 1", nothing, begins("")},
        {"no names", name, {"-r", "TERM:QUIT", program}, "exit 1", nothing, begins("")},
        {"no lone number", name, {"-r", "15", program}, "exit 1", nothing, begins("")},
        {"no empty second", name, {"-r", "15:", program}, "exit 1", nothing, begins("")},
        {"a missing file",
         name,
         {"/nowhere/x"},
         "exit 2",
         nothing,
         is("[dumb-init] /nowhere/x: No such file or directory\n")},
        {"a missing name",
         name,
         {"nowhere-x"},
         "exit 2",
         nothing,
         is("[dumb-init] nowhere-x: No such file or directory\n")},
        {"an empty name", name, {""}, "exit 2", nothing, is("[dumb-init] : No such file or directory\n")},
        {"a folder", name, {"/tmp"}, "exit 2", nothing, is("[dumb-init] /tmp: Permission denied\n")},
        {"no exec bit", name, {files() + "/no-bit"}, "exit 2", nothing, begins("[dumb-init] /tmp/")},
        {"a script without its first line", name, {files() + "/no-line"}, "exit 5", nothing, nothing},
        {"an empty file is such a script", name, {files() + "/empty"}, "exit 0", nothing, nothing},
        {"an interpreter that is not there",
         name,
         {files() + "/no-interpreter"},
         "exit 2",
         nothing,
         begins("[dumb-init] /tmp/")},
        {"a link to itself", name, {files() + "/loop"}, "exit 2", nothing, begins("[dumb-init] /tmp/")},
        {"a part of the path is a file",
         name,
         {files() + "/empty/x"},
         "exit 2",
         nothing,
         begins("[dumb-init] /tmp/")},
        {"a program of another machine goes to the shell",
         name,
         {files() + "/foreign"},
         "exit 127",
         nothing,
         begins("/tmp/")},
        {"DUMB_INIT_DEBUG=1",
         name,
         {program, "exit", "3"},
         "exit 3",
         nothing,
         begins("[dumb-init] "),
         {"DUMB_INIT_DEBUG=1"}},
        {"DUMB_INIT_DEBUG=2",
         name,
         {program, "exit", "3"},
         "exit 3",
         nothing,
         nothing,
         {"DUMB_INIT_DEBUG=2"}},
        {"DUMB_INIT_DEBUG=", name, {program, "exit", "3"}, "exit 3", nothing, nothing, {"DUMB_INIT_DEBUG="}},
        {"found by PATH", name, {"true"}, "exit 0", nothing, nothing},
    };
    return rows;
}

const std::vector<Row>& tini_rows()
{
    constexpr auto name = "tini";
    constexpr auto usage = "tini (tini version 0.19.0";
    static const std::vector<std::string> quiet = {"TINI_SUBREAPER="};
    static const std::vector<Row> rows = {
        {"the command's status is its own", name, {program, "exit", "7"}, "exit 7", nothing, nothing, quiet},
        {"any status", name, {program, "exit", "255"}, "exit 255", nothing, nothing, quiet},
        {"a signal's end is 128 and more", name, {program, "die", "15"}, "exit 143", nothing, nothing, quiet},
        {"the highest signal", name, {program, "die", "64"}, "exit 192", nothing, nothing, quiet},
        {"a warning where it is not PID 1",
         name,
         {program, "exit", "7"},
         "exit 7",
         nothing,
         begins("[WARN  tini (N)] ")},
        {"-s calms it", name, {"-s", program, "exit", "7"}, "exit 7", nothing, nothing},
        {"TINI_VERBOSITY=0 calms it",
         name,
         {program, "exit", "7"},
         "exit 7",
         nothing,
         nothing,
         {"TINI_VERBOSITY=0"}},
        {"-h", name, {"-h"}, "exit 0", begins(usage), nothing},
        {"--version alone", name, {"--version"}, "exit 0", begins("tini version 0.19.0"), nothing},
        {"--version with more",
         name,
         {"--version", "true"},
         "exit 1",
         nothing,
         same_line("invalid option -- '-'")},
        {"no long options", name, {"--help"}, "exit 1", nothing, same_line("invalid option -- '-'")},
        {"-l", name, {"-l"}, "exit 0", begins(""), nothing},
        {"no command", name, {}, "exit 1", nothing, begins(usage)},
        {"no command after --", name, {"--"}, "exit 1", nothing, begins(usage)},
        {"an unknown letter",
         name,
         {"-z", "--", program},
         "exit 1",
         nothing,
         same_line("invalid option -- 'z'")},
        {"a value too few", name, {"-p"}, "exit 1", nothing, same_line("option requires an argument -- 'p'")},
        {"options behind the command are taken",
         name,
         {program, "words", "-s", "x"},
         "exit 0",
         is("x\n"),
         nothing},
        {"and fail there",
         name,
         {program, "words", "-c"},
         "exit 1",
         nothing,
         same_line("invalid option -- 'c'")},
        {"-- keeps them",
         name,
         {"-s", "--", program, "words", "-c", "-s"},
         "exit 0",
         is("-c\n-s\n"),
         nothing},
        {"POSIXLY_CORRECT keeps them",
         name,
         {"-s", program, "words", "-c"},
         "exit 0",
         is("-c\n"),
         nothing,
         {"POSIXLY_CORRECT="}},
        {"-v tells on stdout",
         name,
         {"-s", "-v", "--", program, "exit", "3"},
         "exit 3",
         begins("[INFO  tini (N)] "),
         nothing},
        {"-v thrice", name, {"-svvv", "--", program, "exit", "3"}, "exit 3", begins("["), nothing},
        {"TINI_VERBOSITY replaces -v",
         name,
         {"-svvv", "--", program, "exit", "3"},
         "exit 3",
         nothing,
         nothing,
         {"TINI_VERBOSITY=1"}},
        {"TINI_VERBOSITY=2",
         name,
         {"-s", program, "exit", "3"},
         "exit 3",
         begins("[INFO  tini (N)] "),
         nothing,
         {"TINI_VERBOSITY=2"}},
        {"TINI_VERBOSITY without a number is 0",
         name,
         {program, "exit", "3"},
         "exit 3",
         nothing,
         nothing,
         {"TINI_VERBOSITY=x"}},
        {"-e", name, {"-e", "3", "--", program, "exit", "3"}, "exit 0", nothing, nothing, quiet},
        {"-e of another", name, {"-e", "4", "--", program, "exit", "3"}, "exit 3", nothing, nothing, quiet},
        {"-e again", name, {"-e4", "-e", "3", "--", program, "exit", "4"}, "exit 0", nothing, nothing, quiet},
        {"-e of a signal's end",
         name,
         {"-e", "143", "--", program, "die", "15"},
         "exit 0",
         nothing,
         nothing,
         quiet},
        {"-e 0", name, {"-e", "0", "--", program, "exit", "0"}, "exit 0", nothing, nothing, quiet},
        {"-e 255", name, {"-e", "255", "--", program, "exit", "255"}, "exit 0", nothing, nothing, quiet},
        {"-e of nothing is 0",
         name,
         {"-e", "", "--", program, "exit", "3"},
         "exit 3",
         nothing,
         nothing,
         quiet},
        {"-e 256", name, {"-e", "256", "--", program}, "exit 1", nothing, begins("[FATAL tini (N)] ")},
        {"-e -1", name, {"-e", "-1", "--", program}, "exit 1", nothing, begins("[FATAL tini (N)] ")},
        {"-e 1x", name, {"-e", "1x", "--", program}, "exit 1", nothing, begins("[FATAL tini (N)] ")},
        {"-e does not hide a failed exec",
         name,
         {"-e", "3", "--", "/nowhere/x"},
         "exit 127",
         nothing,
         begins("[FATAL tini (N)] "),
         quiet},
        {"-e 127 does",
         name,
         {"-e", "127", "--", "/nowhere/x"},
         "exit 0",
         nothing,
         begins("[FATAL tini (N)] "),
         quiet},
        {"-p by name",
         name,
         {"-p", "SIGTERM", "--", program, "exit", "3"},
         "exit 3",
         nothing,
         nothing,
         quiet},
        {"-p not without SIG",
         name,
         {"-p", "TERM", "--", program},
         "exit 1",
         nothing,
         begins("[FATAL tini (N)] ")},
        {"-p not by number",
         name,
         {"-p", "15", "--", program},
         "exit 1",
         nothing,
         begins("[FATAL tini (N)] ")},
        {"-p not in small letters",
         name,
         {"-p", "sigterm", "--", program},
         "exit 1",
         nothing,
         begins("[FATAL tini (N)] ")},
        {"-w and no orphan", name, {"-sw", "--", program, "exit", "3"}, "exit 3", nothing, nothing},
        {"-g", name, {"-sg", "--", program, "exit", "3"}, "exit 3", nothing, nothing},
        {"a missing file", name, {"/nowhere/x"}, "exit 127", nothing, begins("[FATAL tini (N)] "), quiet},
        {"a missing name", name, {"nowhere-x"}, "exit 127", nothing, begins("[FATAL tini (N)] "), quiet},
        {"a folder", name, {"/tmp"}, "exit 126", nothing, begins("[FATAL tini (N)] "), quiet},
        {"no exec bit", name, {files() + "/no-bit"}, "exit 126", nothing, begins("[FATAL tini (N)] "), quiet},
        {"a script without its first line", name, {files() + "/no-line"}, "exit 5", nothing, nothing, quiet},
        {"an interpreter that is not there",
         name,
         {files() + "/no-interpreter"},
         "exit 127",
         nothing,
         begins("[FATAL tini (N)] "),
         quiet},
        {"a link to itself",
         name,
         {files() + "/loop"},
         "exit 1",
         nothing,
         begins("[FATAL tini (N)] "),
         quiet},
        {"a part of the path is a file",
         name,
         {files() + "/empty/x"},
         "exit 1",
         nothing,
         begins("[FATAL tini (N)] "),
         quiet},
    };
    return rows;
}

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

void check_all(const std::vector<Row>& rows)
{
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT(row.name << ": " << row.claim)
    check(row);
}

} // namespace

BOOST_AUTO_TEST_SUITE(options, *boost::unit_test::precondition(in_namespace))

BOOST_AUTO_TEST_CASE(dumb_init_reads_its_options_and_ends_as_its_peer_does)
{
    check_all(dumb_init_rows());
}
BOOST_AUTO_TEST_CASE(tini_reads_its_options_and_ends_as_its_peer_does)
{
    check_all(tini_rows());
}
BOOST_AUTO_TEST_CASE(catatonit_reads_its_options_and_ends_as_its_peer_does)
{
    check_all(catatonit_rows());
}
BOOST_AUTO_TEST_CASE(pause_tells_its_version_wherever_it_is_asked)
{
    check_all(pause_rows());
}

BOOST_AUTO_TEST_CASE(the_names_of_the_runtimes_are_answered_as_their_peers)
{
    for (const auto& [name, version] : {std::pair{"docker-init", "tini version 0.19.0 - rcinit "},
                                        std::pair{"podman-init", "tini version 0.2.1_catatonit - rcinit "}})
        BOOST_TEST_CONTEXT(name)
        {
            const Ending told = run({.name = name, .words = {"--version"}}, Whose::ours);
            BOOST_TEST(described(told) == "exit 0");
            BOOST_TEST(told.out.substr(0, std::strlen(version)) == version);
            const Ending ran =
                run({.name = name, .words = {"--", probe(), "words", "-x"}, .first = true}, Whose::ours);
            BOOST_TEST(described(ran) == "exit 0");
            BOOST_TEST(ran.out == "-x\n");
            BOOST_TEST(ran.err == "");
        }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace small_test
