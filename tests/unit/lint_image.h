// SPDX-License-Identifier: MIT
// Trees for the tests of lint: a small sound image, to which a row adds its one fault or what looks like it.
#pragma once

#include "lint/lint.h"
#include "system/rooted_tree.h"
#include "temporary_tree.h"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>

namespace init::test {

/// The lines of a complete block for `name`; `more` replaces what follows Provides.
inline std::string block(const std::string& name, const std::string& needs = "")
{
    return "### BEGIN INIT INFO\n# Provides: " + name + "\n" +
           (needs.empty() ? "# Required-Start:\n# Required-Stop:\n" : needs) +
           "# Default-Start: 2 3 4 5\n# Default-Stop: 0 1 6\n### END INIT INFO\n";
}

inline const std::string actions =
    "case \"$1\" in\nstart) : ;;\nstop) : ;;\nstatus) : ;;\n*) exit 2 ;;\nesac\n";

inline std::string sound_script(const std::string& name, const std::string& needs = "")
{
    return "#!/bin/sh\n" + block(name, needs) + actions;
}

/// Red Hat's layout with a shell, `functions` and one sound service; or Debian's.
class Image {
public:
    explicit Image(bool is_debian = false)
        : scripts_(is_debian ? "/etc/init.d/" : "/etc/rc.d/init.d/"),
          levels_(is_debian ? "/etc/rc" : "/etc/rc.d/rc")
    {
        for (const char* program : {"/bin/sh", "/bin/bash", "/usr/bin/env", "/usr/bin/perl"})
            this->program(program);
        for (const char level : std::string("S0123456"))
            if (is_debian || level != 'S')
                files.folder(levels_ + level + ".d");
        files.file(scripts_ + "functions", "# sourced\n");
        files.file("/lib/lsb/init-functions", "# sourced\n");
        script("base", sound_script("base"), {"3S10", "2S10", "0K90"});
    }

    void program(const std::string& path, const std::string& text = "#!\n")
    {
        files.file(path, text);
        ::chmod(files.at(path).c_str(), 0755);
    }
    /// `links`: level, letter and number of each.
    void script(const std::string& name, const std::string& text,
                std::initializer_list<std::string> links = {"3S50", "2S50", "0K50"})
    {
        program(scripts_ + name, text);
        for (const std::string& link : links)
            this->link(link, name);
    }
    void link(const std::string& where, const std::string& name)
    {
        files.link(up() + name, levels_ + where[0] + ".d/" + where.substr(1) + name);
    }
    void chmod(const std::string& path, mode_t mode) const { ::chmod(files.at(path).c_str(), mode); }

    [[nodiscard]] lint::Report judge(std::optional<std::chrono::milliseconds> grace = {}) const
    {
        system::RootedTree tree(files.path());
        return lint::lint(tree, settings, {}, {}, grace);
    }

    TemporaryTree files;
    model::Settings settings;

private:
    [[nodiscard]] static std::string up() { return "../init.d/"; }

    std::string scripts_;
    std::string levels_;
};

struct LintRow {
    const char* claim;
    lint::Code rule;
    const char* where; ///< `file:line` of its finding; nullptr where there must be none
    void (*make)(Image& image);
};

inline std::string all_of(const lint::Report& report)
{
    std::string text = report.failure;
    for (const lint::Finding& finding : report.findings)
        text += "\n" + finding.file + ":" + std::to_string(finding.line) + " " +
                std::string(lint::rule_of(finding.code).name) + " " + finding.text;
    return text;
}

inline bool has(const lint::Report& report, lint::Code rule, const char* where)
{
    return std::any_of(report.findings.begin(), report.findings.end(), [&](const lint::Finding& finding) {
        const std::string place =
            finding.line == 0 ? finding.file : finding.file + ":" + std::to_string(finding.line);
        return finding.code == rule && (where == nullptr || place == where);
    });
}

/// A row without a place has to pass without a warning of any rule.
template <std::size_t N>
void check_rows(const LintRow (&rows)[N], bool is_debian = false,
                std::optional<std::chrono::milliseconds> grace = {})
{
    for (const LintRow& row : rows)
        BOOST_TEST_CONTEXT(lint::rule_of(row.rule).name << ": " << row.claim)
        {
            Image image(is_debian);
            row.make(image);
            const lint::Report report = image.judge(grace);
            BOOST_TEST(report.failure == "");
            if (row.where != nullptr)
                BOOST_TEST(has(report, row.rule, row.where), all_of(report));
            else
                BOOST_TEST((!has(report, row.rule, nullptr) && !report.has_fault()), all_of(report));
        }
}

/// Each rule of a group has rows that trigger it and rows that look alike.
template <std::size_t N>
void check_is_complete(const LintRow (&rows)[N], std::initializer_list<lint::Code> group)
{
    for (const lint::Code code : group)
        BOOST_TEST_CONTEXT(lint::rule_of(code).name)
        {
            const auto any = [&](bool triggers) {
                return std::any_of(std::begin(rows), std::end(rows), [&](const LintRow& row) {
                    return row.rule == code && (row.where != nullptr) == triggers;
                });
            };
            BOOST_TEST(any(true));
            BOOST_TEST(any(false));
        }
}

} // namespace init::test
