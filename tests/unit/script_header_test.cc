// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE script_header
#include "model/script_header.h"

#include <boost/test/unit_test.hpp>
#include <fmt/ranges.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace {

using namespace init::model;
using Words = std::vector<std::string>;

std::string block(const std::string& lines)
{
    return "#!/bin/sh\n### BEGIN INIT INFO\n" + lines + "### END INIT INFO\n";
}

LsbHeader lsb(const std::string& text)
{
    const ScriptHeader header = read_script_header(text, "f");
    BOOST_REQUIRE(header.lsb.has_value());
    return *header.lsb;
}

bool complains(const std::string& text, const std::string& words)
{
    for (const Diagnostic& complaint : read_script_header(text, "f").complaints)
        if (to_string(complaint).find(words) != std::string::npos)
            return true;
    return false;
}

std::string read_file(const std::filesystem::path& path)
{
    std::ostringstream all;
    all << std::ifstream{path, std::ios::binary}.rdbuf();
    return all.str();
}

/// What was read, a line for each value that is there.
std::string shown(const ScriptHeader& header)
{
    std::string text;
    const auto line = [&](std::string_view key, const std::string& value) {
        text.append(key).append(value.empty() ? "" : " ").append(value).append("\n");
    };
    if (const auto& own = header.chkconfig) {
        const std::string numbers =
            own->start ? fmt::format("{} {}", *own->start, *own->stop) : std::string("no numbers");
        line("chkconfig:", fmt::format("{} {}", own->levels.empty() ? "-" : own->levels, numbers));
        line("chkconfig description:", own->description);
        line("chkconfig needs:",
             fmt::format("{} {}", fmt::join(own->required_start, " "), fmt::join(own->should_start, " ")));
    } else {
        line("chkconfig refuses it", "");
    }
    if (const auto& own = header.lsb) {
        line("block at line", fmt::format("{}{}", own->line, own->is_complete() ? ", complete" : ""));
        constexpr std::pair<LsbKeyword, Words LsbHeader::*> rows[] = {
            {LsbKeyword::provides, &LsbHeader::provides},
            {LsbKeyword::required_start, &LsbHeader::required_start},
            {LsbKeyword::required_stop, &LsbHeader::required_stop},
            {LsbKeyword::should_start, &LsbHeader::should_start},
            {LsbKeyword::should_stop, &LsbHeader::should_stop},
            {LsbKeyword::x_start_before, &LsbHeader::x_start_before},
            {LsbKeyword::x_stop_after, &LsbHeader::x_stop_after},
            {LsbKeyword::default_start, &LsbHeader::default_start},
            {LsbKeyword::default_stop, &LsbHeader::default_stop},
        };
        for (const auto& [keyword, list] : rows)
            if (own->has(keyword))
                line(fmt::format("{}:", to_string(keyword)), fmt::format("{}", fmt::join(*own.*list, "|")));
        if (own->x_interactive)
            line("interactive", "");
        line("short:", own->short_description);
        line("long:", own->description);
    } else {
        line("no block", "");
    }
    for (const Diagnostic& complaint : header.complaints)
        line(to_string(complaint), "");
    return text;
}

} // namespace

BOOST_AUTO_TEST_CASE(keywords_are_read_in_any_case_and_with_either_dash)
{
    const struct {
        const char* line;
        Words LsbHeader::*list;
    } rows[] = {
        {"# Provides: a b", &LsbHeader::provides},
        {"# provides: a b", &LsbHeader::provides},
        {"#Provides:\ta\tb", &LsbHeader::provides},
        {"#   PROVIDES:a b  ", &LsbHeader::provides},
        {"# Required-Start: a b", &LsbHeader::required_start},
        {"# required_start: a b", &LsbHeader::required_start},
        {"# Required-Stop: a b", &LsbHeader::required_stop},
        {"# Should-Start: a b", &LsbHeader::should_start},
        {"# X-UnitedLinux-Should-Start: a b", &LsbHeader::should_start},
        {"# Should-stop: a b", &LsbHeader::should_stop},
        {"# X-Start-Before: a b", &LsbHeader::x_start_before},
        {"# X-Vendor-Start-Before: a b", &LsbHeader::x_start_before},
        {"# X-Stop-After: a b", &LsbHeader::x_stop_after},
        {"# Default-Start: a b", &LsbHeader::default_start},
        {"# Default-Stop: a b", &LsbHeader::default_stop},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.line)
    BOOST_TEST((lsb(block(std::string(row.line) + "\n")).*row.list) == (Words{"a", "b"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(values_end_and_are_cut_as_insserv_does)
{
    const struct {
        const char* value;
        Words tokens;
    } rows[] = {
        {"a b\r", {"a", "b"}},
        {"", {}},
        {"a,b;c d\te", {"a", "b", "c", "d", "e"}},
        {"a  b", {"a", "b"}}, // a doubled separator hides nothing
        {"a b\xe9 c", {"a", "b"}},
        {"$network +opt", {"$network", "+opt"}},
        {"a # b", {"a", "#", "b"}},
        {"a\x01"
         "b",
         {"a"}},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.value)
    BOOST_TEST(lsb(block("# Required-Start: " + std::string(row.value) + "\n")).required_start == row.tokens,
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_first_block_and_the_first_of_a_doubled_keyword_count)
{
    const std::string text =
        block("# Provides: a\n# Provides: b\n") + block("# Provides: c\n# Required-Start: d\n");
    BOOST_TEST(lsb(text).provides == Words{"a"}, boost::test_tools::per_element());
    BOOST_TEST(!lsb(text).has(LsbKeyword::required_start));
    BOOST_TEST(complains(text, "f:4: Provides stands on line 3 already"));
}

BOOST_AUTO_TEST_CASE(a_block_without_an_end_is_none)
{
    const std::string text = "### BEGIN INIT INFO\n# Provides: a\nexit 0\n";
    BOOST_TEST(!read_script_header(text, "f").lsb.has_value());
    BOOST_TEST(complains(text, "f:1: the INIT INFO block has no end"));
}

BOOST_AUTO_TEST_CASE(a_block_may_come_late_and_the_last_line_needs_no_newline)
{
    std::string text;
    for (int i = 0; i < 300; ++i)
        text += "echo line\n";
    text += "  # ### BEGIN INIT INFO trailing\n# Provides: late\n### END INIT INFO";
    BOOST_TEST(lsb(text).provides == Words{"late"}, boost::test_tools::per_element());
    BOOST_TEST(lsb(text).line == 301u);
}

BOOST_AUTO_TEST_CASE(levels_are_single_characters)
{
    const std::string text = block("# Default-Start: 2345 3 S\n# Default-Stop: 90 6\n");
    BOOST_TEST(lsb(text).default_start == (Words{"3", "S"}), boost::test_tools::per_element());
    BOOST_TEST(lsb(text).default_stop == Words{"6"}, boost::test_tools::per_element());
    BOOST_TEST(complains(text, "f:3: Default-Start: \"2345\" is no single runlevel"));
}

BOOST_AUTO_TEST_CASE(only_true_makes_a_script_interactive)
{
    for (const char* value : {"true", "True", "TRUE"})
        BOOST_TEST(lsb(block("# X-Interactive: " + std::string(value) + "\n")).x_interactive);
    for (const char* value : {"yes", "1", "", "truely"})
        BOOST_TEST(!lsb(block("# X-Interactive: " + std::string(value) + "\n")).x_interactive);
}

BOOST_AUTO_TEST_CASE(descriptions_are_valid_utf8_and_continue)
{
    const LsbHeader header = lsb(block("# Short-Description: caf\xe9 \xc3\xa9t\xc3\xa9\n"
                                       "# Description: one\n#\ttwo\n#  three\n# Provides: a\n#  not this\n"));
    BOOST_TEST(header.short_description == "caf\xef\xbf\xbd \xc3\xa9t\xc3\xa9");
    BOOST_TEST(header.description == "one two three");
    BOOST_TEST(header.provides == Words{"a"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_misspelt_keyword_is_told_and_prose_is_not)
{
    BOOST_TEST(complains(block("# Defalt-Start: 2\n"), "f:3: unknown keyword \"Defalt-Start\""));
    BOOST_TEST(
        read_script_header(block("# Author: somebody\n#\n\n# see http://x/y: z\n"), "f").complaints.empty());
}

BOOST_AUTO_TEST_CASE(a_block_is_complete_with_five_keywords_and_a_name)
{
    const std::string all =
        "# Provides: a\n# Required-Start:\n# Required-Stop:\n# Default-Start:\n# Default-Stop:\n";
    BOOST_TEST(lsb(block(all)).is_complete());
    for (const char* missing : {"# Provides: a\n", "# Required-Start:\n", "# Required-Stop:\n",
                                "# Default-Start:\n", "# Default-Stop:\n"}) {
        std::string rest = all;
        rest.erase(rest.find(missing), std::string(missing).size());
        BOOST_TEST_CONTEXT(missing)
        BOOST_TEST(!lsb(block(rest)).is_complete());
    }
    std::string unnamed = all;
    unnamed.replace(unnamed.find(" a"), 2, "");
    BOOST_TEST(!lsb(block(unnamed)).is_complete());
}

BOOST_AUTO_TEST_CASE(chkconfig_reads_the_whole_file)
{
    const struct {
        const char* text;
        const char* levels; ///< nullptr: refused
        int start, stop;    ///< -1: not given
    } rows[] = {
        {"# chkconfig: 345 80 20\n", "345", 80, 20},
        {"  #chkconfig:345 80 20\n", "345", 80, 20},
        {"# chkconfig: - 80 20\n", "", 80, 20},
        {"# chkconfig: 5334 80 20\n", "345", 80, 20},
        {"# chkconfig: 345 80 20 # why\n", "345", 80, 20},
        {"# chkconfig: 345 80 20\r\n", "345", 80, 20},
        {"# chkconfig: 345 80 20", nullptr, 0, 0}, // no white space after the last number
        {"# chkconfig: 345 80 20x\n", nullptr, 0, 0},
        {"# chkconfig: 345 80\n", nullptr, 0, 0},
        {"# chkconfig: 3457 80 20\n", nullptr, 0, 0},
        {"# chkconfig: 345 100 20\n", nullptr, 0, 0},
        {"# chkconfig: @CHKCONFIG@\n", nullptr, 0, 0},
        {"# chkconfig: 345 80 20\n# chkconfig: 2 10 90\n", "345", 80, 20}, // the first one wins
        {"# chkconfig: 345 80 20\nx\n# chkconfig: bad\n", nullptr, 0, 0},  // and a bad one anywhere refuses
        {"# chkconfig: - 85 15\n# Default-Start: 2 3 4 5\n", "2345", 85, 15},
        {"# chkconfig: 2345 85 15\n# Default-Stop: 2 3\n", "45", 85, 15},
        {"# Default-Start: 3 4\n# Default-Stop: 4\n# chkconfig: 2 85 15\n", "3", 85, 15},
        {"### BEGIN INIT INFO\n# Default-Start: 3 5\n### END INIT INFO\n", "35", -1, -1},
        {"### BEGIN INIT INFO\n# Default-Start: S\n# Default-Stop:\n### END INIT INFO\n", nullptr, 0, 0},
        {"### BEGIN INIT INFO\n# Default-Start: S\n# Default-Stop: 0 6\n### END INIT INFO\n", "", -1, -1},
        {"# Default-Start: 3 5\n", nullptr, 0, 0}, // no block, no numbers
        {"chkconfig: 345 80 20\n", nullptr, 0, 0}, // no comment
        {"#!/bin/sh\nexit 0\n", nullptr, 0, 0},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.text)
        {
            const auto header = read_script_header(row.text, "f").chkconfig;
            BOOST_REQUIRE(header.has_value() == (row.levels != nullptr));
            if (!header)
                continue;
            BOOST_TEST(header->levels == row.levels);
            BOOST_TEST(header->start.value_or(-1) == row.start);
            BOOST_TEST(header->stop.value_or(-1) == row.stop);
        }
}

BOOST_AUTO_TEST_CASE(one_word_of_levels_is_told_and_gives_none)
{
    const std::string text = "# chkconfig: - 85 15\n" + block("# Default-Start: 2345\n");
    BOOST_TEST(read_script_header(text, "f").chkconfig->levels.empty());
    BOOST_TEST(complains(text, "2345 is no runlevel from 0 to 6"));
}

BOOST_AUTO_TEST_CASE(a_description_continues_after_a_backslash)
{
    const auto header =
        read_script_header("# chkconfig: 3 1 1\n# description: one \\\n#   two \\\n# three\n# four\n", "f")
            .chkconfig;
    BOOST_TEST(header->description == "one two three");
}

BOOST_AUTO_TEST_CASE(an_override_replaces_what_it_gives)
{
    Diagnostics complaints;
    std::optional<ChkconfigHeader> header =
        read_script_header("# chkconfig: 345 80 20\n# description: text\n", "f").chkconfig;
    apply_chkconfig_override(header, "# chkconfig: 2 10 90\n", "o", complaints);
    BOOST_TEST((header->levels == "2" && header->start == 10 && header->stop == 90));
    BOOST_TEST(header->description == "text");
    apply_chkconfig_override(header, "# chkconfig: nonsense\n", "o", complaints);
    BOOST_TEST((header->levels == "2" && header->start == 10));
    BOOST_TEST(complaints.size() == 1u);
}

BOOST_AUTO_TEST_CASE(both_readers_of_a_block_agree)
{
    const std::string text = block("# Provides: a\n# Required-Start: b\n# Defalt-Start: 2\n");
    Diagnostics complaints;
    BOOST_TEST((read_lsb_header(text, "f", complaints) == read_script_header(text, "f").lsb));
    BOOST_TEST(complaints.size() == 1u);
}

BOOST_AUTO_TEST_CASE(headers_of_every_shape_are_read_as_their_files_say)
{
    std::vector<std::filesystem::path> files;
    for (const auto& file : std::filesystem::directory_iterator{RCINIT_TEST_DATA "/script_header"})
        if (file.path().extension() == ".script")
            files.push_back(file.path());
    BOOST_TEST(files.size() >= 16U);
    for (std::filesystem::path file : files)
        BOOST_TEST_CONTEXT(file.filename().string())
        {
            const std::string text = read_file(file);
            BOOST_TEST(shown(read_script_header(text, "f")) ==
                       read_file(file.replace_extension(".expected")));
        }
}

BOOST_AUTO_TEST_CASE(a_complaint_tells_which_fault_it_is_about)
{
    struct Row {
        std::string_view text;
        HeaderFault fault;
    };
    constexpr Row rows[] = {
        {"### BEGIN INIT INFO\n# Provides: a\n", HeaderFault::no_end},
        {"### BEGIN INIT INFO\n# Defalt-Start: 3\n### END INIT INFO\n", HeaderFault::unknown_keyword},
        {"### BEGIN INIT INFO\n# Provides: a\n# Provides: b\n### END INIT INFO\n",
         HeaderFault::doubled_keyword},
        {"### BEGIN INIT INFO\n# Default-Start: 35\n### END INIT INFO\n", HeaderFault::level},
        {"# chkconfig: @CHKCONFIG@\n", HeaderFault::numbers},
    };
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT("text " << row.text)
        {
            const ScriptHeader header = read_script_header(row.text, "s");
            BOOST_TEST(!header.complaints.empty());
            for (const Diagnostic& complaint : header.complaints)
                BOOST_TEST(complaint.fault == static_cast<std::uint8_t>(row.fault));
        }
}
