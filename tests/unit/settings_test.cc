// SPDX-License-Identifier: MIT
// Durations, keys and values, and the readers of files, script headers and the environment.
#define BOOST_TEST_MODULE settings
#include <boost/test/unit_test.hpp>

#include "model/settings.h"

#include <array>
#include <cctype>
#include <fstream>
#include <iterator>

using namespace init::model;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(durations_are_read_with_units_and_fractions)
{
    struct Row {
        std::string_view text;
        std::optional<std::chrono::milliseconds> time;
    };
    const Row rows[] = {
        {"10s", 10s},    {"10", 10s},        {"1500ms", 1500ms},
        {"2min", 2min},  {"1h", 1h},         {"24h", 24h},
        {"0", 0ms},      {"0.5", 500ms},     {"1.25s", 1250ms},
        {"0.5h", 30min}, {"0.0004s", 0ms},   {"86400", 24h},
        {"86401", {}},   {"25h", {}},        {"24.1h", {}},
        {"-1", {}},      {"", {}},           {"s", {}},
        {"ten", {}},     {"10 s", {}},       {"10m", {}},
        {"1.s", {}},     {".5", {}},         {"1e3", {}},
        {"+5", {}},      {"1.2.3", {}},      {"99999999999s", {}},
        {"10sec", {}},   {"999999999h", {}}, {"0.9999999999s", {}},
        {"10S", {}},
    };
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT("text " << row.text)
    BOOST_TEST((parse_duration(row.text) == row.time));
}

BOOST_AUTO_TEST_CASE(every_documented_word_of_the_table_is_taken)
{
    for (const SettingRow& row : setting_rows()) {
        if (row.scope == SettingScope::service || row.values.starts_with("a "))
            continue;
        std::string_view rest = row.values;
        while (!rest.empty()) {
            const std::string_view word = rest.substr(0, rest.find(','));
            Settings settings;
            BOOST_TEST_CONTEXT("key " << row.key << " value " << word)
            BOOST_TEST(!set(settings, row.key, word).has_value());
            rest.remove_prefix(std::min(rest.size(), word.size() + 2));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_defaults_in_the_table_are_the_defaults_in_the_code)
{
    Settings written;
    written.grace = written.stop_timeout = written.start_timeout = written.sysinit_timeout = 1ms;
    written.rc = RcChoice::script;
    written.log = LogChoice::debug;
    written.hostname = true;
    written.parallel = ParallelChoice::no;
    written.output = OutputChoice::grouped;
    written.shuffle = 3;
    for (const SettingRow& row : setting_rows())
        if (row.scope != SettingScope::service && row.key != "margin" && row.key != "jobs")
            BOOST_TEST(!set(written, row.key, row.fallback).has_value());
    const Settings plain;
    BOOST_TEST((written.grace == plain.grace && written.stop_timeout == plain.stop_timeout));
    BOOST_TEST(
        (written.start_timeout == plain.start_timeout && written.sysinit_timeout == plain.sysinit_timeout));
    BOOST_TEST((written.rc == plain.rc && written.log == plain.log));
    BOOST_TEST(written.hostname == plain.hostname);
    BOOST_TEST((written.parallel == plain.parallel && written.output == plain.output));
    BOOST_TEST(written.shuffle == plain.shuffle);
}

/// The paragraphs of settings in one section of the manual page that the table calls for.
std::string manual_section(bool of_service)
{
    std::string text;
    for (const SettingRow& row : setting_rows()) {
        if (row.scope == (of_service ? SettingScope::global : SettingScope::service))
            continue;
        std::string meaning{row.meaning};
        meaning[0] = static_cast<char>(std::toupper(meaning[0]));
        std::string key;
        for (const char c : row.key)
            key += c == '-' ? std::string("\\-") : std::string(1, c);
        text += ".TP\n.B " + key + "\n" + meaning + ".\nValues: " + std::string(row.values) +
                ". Default: " + std::string(row.fallback) + ".\n";
    }
    return text;
}

BOOST_AUTO_TEST_CASE(the_manual_page_says_what_the_table_says)
{
    std::ifstream file(RCINIT_MANUALS "/rcinit.conf.5");
    const std::string page{std::istreambuf_iterator<char>(file), {}};
    const auto between = [&](const std::string& begin, const std::string& end) {
        const std::size_t first = page.find(begin);
        const std::size_t last = page.find(end, first);
        return first == std::string::npos || last == std::string::npos
                   ? std::string{}
                   : page.substr(first + begin.size(), last - first - begin.size());
    };
    BOOST_TEST(between(".SH SETTINGS OF INIT\n", ".SH SETTINGS OF A SERVICE\n") == manual_section(false));
    BOOST_TEST(between(".SH SETTINGS OF A SERVICE\n", ".SH ORDER\n") == manual_section(true));
}

BOOST_AUTO_TEST_CASE(a_value_reaches_its_setting)
{
    Settings settings;
    set(settings, "grace", "30s");
    set(settings, "margin", "250ms");
    set(settings, "int", "ctrlaltdel");
    set(settings, "reboot", "restart");
    set(settings, "on-boot-failure", "stop");
    set(settings, "sysinit", "none");
    set(settings, "keeper", "no");
    set(settings, "parallel", "yes");
    set(settings, "jobs", "7");
    set(settings, "output", "grouped");
    set(settings, "shuffle", "0");
    BOOST_TEST((settings.parallel == ParallelChoice::yes && settings.output == OutputChoice::grouped));
    BOOST_TEST((settings.jobs == 7U && settings.shuffle == 0U));
    BOOST_TEST((settings.grace == 30s && settings.margin == 250ms));
    BOOST_TEST((settings.int_signal == IntChoice::ctrlaltdel));
    BOOST_TEST((settings.reboot == RebootChoice::restart));
    BOOST_TEST((settings.on_boot_failure == BootFailureChoice::stop));
    BOOST_TEST((settings.sysinit == SysinitChoice::none));
    BOOST_TEST(!settings.keeper);
}

BOOST_AUTO_TEST_CASE(a_refused_value_says_why_and_changes_nothing)
{
    Settings settings;
    BOOST_TEST(*set(settings, "grase", "1") == "unknown key");
    for (const char* bad : {"0", "-1", "2x", "", " 3", "99999999999"})
        BOOST_TEST(set(settings, "jobs", bad).has_value());
    BOOST_TEST(*set(settings, "jobs", "0") == "\"0\" is no whole number from 1 up");
    BOOST_TEST(!settings.jobs);
    BOOST_TEST(*set(settings, "rc", "x") == "\"x\" is not one of auto, engine, script");
    BOOST_TEST(*set(settings, "hostname", "1") == "\"1\" is not one of yes, no");
    BOOST_TEST(*set(settings, "grace", "ten") == "\"ten\" is no time such as 10s, 1500ms or 2min, up to 24h");
    BOOST_TEST(set(settings, "pidfile", "/run/x.pid").has_value());
    BOOST_TEST((settings.grace == 10s && settings.rc == RcChoice::automatic));
    ServiceSettings service;
    BOOST_TEST(set(service, "grace", "1s").has_value());
    BOOST_TEST(*set(service, "pidfile", "x.pid") == "\"x.pid\" is no absolute path");
    BOOST_TEST(!service.pidfile);
}

BOOST_AUTO_TEST_CASE(a_bad_line_of_a_file_costs_that_line)
{
    Settings settings;
    const Diagnostics said = read_settings(settings,
                                           "# for a slow database\r\n"
                                           "\n"
                                           "grace = 60s\r\n"
                                           "  hostname=yes   # by hand\n"
                                           "grase=1\n"
                                           "nonsense\n"
                                           "=5\n"
                                           "stop-timeout=20s",
                                           "/etc/rcinit.conf");
    BOOST_TEST((settings.grace == 60s && settings.hostname && settings.stop_timeout == 20s));
    BOOST_REQUIRE(said.size() == 3U);
    BOOST_TEST(to_string(said[0]) == "/etc/rcinit.conf:5: grase: unknown key, line ignored");
    BOOST_TEST(to_string(said[1]) == "/etc/rcinit.conf:6: \"nonsense\" is not key=value, line ignored");
    BOOST_TEST(said[2].line == 7U);
}

BOOST_AUTO_TEST_CASE(a_services_file_sets_the_service)
{
    ServiceSettings service;
    BOOST_TEST(
        read_settings(service, "pidfile=/run/db.pid\nkeeper=no\nstop-timeout=3min\n", "db.service").empty());
    BOOST_TEST(service.pidfile.value() == "/run/db.pid");
    BOOST_TEST((service.keeper == false && service.stop_timeout == 3min && !service.start_timeout));
}

BOOST_AUTO_TEST_CASE(a_script_is_read_only_as_far_as_its_head_comment)
{
    ServiceSettings service;
    const Diagnostics said = read_header_settings(service,
                                                  "#!/bin/sh\n"
                                                  "\n"
                                                  "# rcinit: start-timeout=20s keeper=no colour=red\n"
                                                  "#rcinit: pidfile=/run/a.pid\n"
                                                  "# see rcinit: stop-timeout=1s\n"
                                                  "PATH=/bin\n"
                                                  "# rcinit: stop-timeout=1s\n",
                                                  "/etc/init.d/a");
    BOOST_TEST((service.start_timeout == 20s && service.keeper == false));
    BOOST_TEST(service.pidfile.value() == "/run/a.pid");
    BOOST_TEST(!service.stop_timeout);
    BOOST_REQUIRE(said.size() == 1U);
    BOOST_TEST(to_string(said[0]) == "/etc/init.d/a:3: colour: unknown key, setting ignored");
}

BOOST_AUTO_TEST_CASE(the_environment_is_read_by_our_prefix_alone)
{
    const std::array<std::string, 6> environment = {
        "PATH=/bin",           "RCINIT_ON_BOOT_FAILURE=stop",
        "RCINIT_SERVICE=sshd", "RCINIT_GRACE=soon",
        "RCINIT_COLOUR=4",     "RCINIT_",
    };
    Settings settings;
    const Diagnostics said = read_environment_settings(settings, environment);
    BOOST_TEST((settings.on_boot_failure == BootFailureChoice::stop));
    BOOST_REQUIRE(said.size() == 2U);
    BOOST_TEST(to_string(said[1]) == "environment: RCINIT_COLOUR: unknown key, variable ignored");
}

BOOST_AUTO_TEST_CASE(the_default_of_jobs_is_twice_the_processors_and_at_least_four)
{
    BOOST_TEST(default_jobs(1) == 4U);
    BOOST_TEST(default_jobs(2) == 4U);
    BOOST_TEST(default_jobs(3) == 6U);
    BOOST_TEST(default_jobs(64) == 128U);
}

BOOST_AUTO_TEST_CASE(of_two_sources_the_later_one_wins_for_a_service)
{
    // header < rcinit.conf and conf.d < NAME.service < environment < option
    struct Source {
        SettingSource source;
        bool of_service;
    };
    const Source sources[] = {{SettingSource::header, true},
                              {SettingSource::file, false},
                              {SettingSource::service_file, true},
                              {SettingSource::environment, false},
                              {SettingSource::option, false}};
    const auto give = [](Settings& settings, ServiceSettings& service, const Source& from,
                         std::string_view time, std::string_view keeper) {
        const std::string values[][2] = {{"start-timeout", std::string(time)},
                                         {"stop-timeout", std::string(time)},
                                         {"keeper", std::string(keeper)}};
        for (const auto& value : values) {
            const std::string pair = value[0] + "=" + value[1];
            switch (from.source) {
            case SettingSource::fallback:
                break;
            case SettingSource::header:
                BOOST_TEST(read_header_settings(service, "#!/bin/sh\n# rcinit: " + pair + "\n", "x").empty());
                break;
            case SettingSource::file:
                BOOST_TEST(read_settings(settings, pair + "\n", "rcinit.conf").empty());
                break;
            case SettingSource::service_file:
                BOOST_TEST(read_settings(service, pair + "\n", "x.service").empty());
                break;
            case SettingSource::environment: {
                const std::string variable[] = {"RCINIT_" +
                                                std::string(value[0] == "keeper"         ? "KEEPER"
                                                            : value[0] == "stop-timeout" ? "STOP_TIMEOUT"
                                                                                         : "START_TIMEOUT") +
                                                "=" + value[1]};
                BOOST_TEST(read_environment_settings(settings, variable).empty());
                break;
            }
            case SettingSource::option:
                BOOST_TEST(!set(settings, value[0], value[1], SettingSource::option));
                break;
            }
        }
    };
    for (std::size_t i = 0; i < std::size(sources); ++i)
        for (std::size_t j = i + 1; j < std::size(sources); ++j)
            BOOST_TEST_CONTEXT("source " << i << " and then " << j)
            {
                Settings settings;
                ServiceSettings service;
                give(settings, service, sources[i], "7s", "yes");
                give(settings, service, sources[j], "9s", "no");
                BOOST_TEST(start_timeout_of(settings, service).count() == 9000);
                BOOST_TEST(stop_timeout_of(settings, service).count() == 9000);
                BOOST_TEST(!keeper_of(settings, service));
            }
    BOOST_TEST(start_timeout_of({}, {}).count() == 300'000);
    BOOST_TEST(keeper_of({}, {}));
}

BOOST_AUTO_TEST_CASE(an_environment_without_end_costs_few_lines_and_short_ones)
{
    std::vector<std::string> environment(100'000, "RCINIT_NONE=1");
    environment.insert(environment.begin(), "RCINIT_" + std::string(100'000, 'X') + "=1");
    environment.insert(environment.begin(), "RCINIT_GRACE=" + std::string(100'000, 'x'));
    environment.emplace_back("RCINIT_GRACE=7s");
    Settings settings;
    const Diagnostics complaints = read_environment_settings(settings, environment);
    BOOST_TEST(complaints.size() == most_complaints + 1);
    BOOST_TEST(settings.grace.count() == 7000);
    for (const Diagnostic& complaint : complaints)
        BOOST_TEST(complaint.text.size() < 200U);
}

BOOST_AUTO_TEST_CASE(a_file_full_of_mistakes_costs_few_lines_and_its_last_one_counts)
{
    std::string text;
    for (int i = 0; i < 20'000; ++i)
        text += "none\n";
    Settings settings;
    BOOST_TEST(read_settings(settings, text + "grace=7s\n", "conf").size() == most_complaints + 1);
    BOOST_TEST(settings.grace.count() == 7000);
    ServiceSettings service;
    std::string words = "# rcinit:";
    for (int i = 0; i < 20'000; ++i)
        words += " none";
    BOOST_TEST(read_header_settings(service, words, "script").size() == most_complaints + 1);
}
