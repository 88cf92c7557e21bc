// SPDX-License-Identifier: MIT
// What lint hands out: the three formats, the exit statuses, and that our own tree is sound.
#define BOOST_TEST_MODULE lint_report
#include "applets/applets.h"
#include "lint/report.h"
#include "lint_image.h"

#include <boost/json.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

using namespace init::test;
using init::lint::Code;
using init::lint::Report;
namespace json = boost::json;

namespace {

json::value parsed(const std::string& text)
{
    return json::parse(json::string_view{text.data(), text.size()});
}

std::string text_of(const json::value& value)
{
    return {value.as_string().begin(), value.as_string().end()};
}

void add_faults(Image& image)
{
    image.script("app",
                 "#!/bin/none\n" + block("app", "# Required-Start: gone\n# Required-Stop:\n") + actions);
    image.link("3S20", "a \"b\" \x1b[31m%");
    image.link("3S21", "latin\xe4");
    image.script("hwclock", "#!/bin/sh\n:\n");
}

Report faulty()
{
    Image image;
    add_faults(image);
    return image.judge();
}

/// What the program says on stdout; its exit status stays in `status`.
std::string output_of(std::vector<std::string> words, int& status)
{
    const TemporaryTree files;
    std::fflush(stdout);
    const int kept = ::dup(1);
    const int file = ::open(files.at("/out").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    ::dup2(file, 1);
    status = init::applets::lint(words);
    std::fflush(stdout);
    ::dup2(kept, 1);
    ::close(file);
    ::close(kept);
    return files.text("/out");
}

/// As a user who has no rights over others' files.
int status_of_nobody(const std::vector<std::string>& words)
{
    std::fflush(stdout);
    const pid_t child = ::fork();
    if (child == 0) {
        const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
        ::dup2(nowhere, 1);
        ::dup2(nowhere, 2);
        if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0))
            ::_exit(99);
        ::_exit(init::applets::lint(words));
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int status_of(std::vector<std::string> words)
{
    int status = -1;
    output_of(std::move(words), status);
    return status;
}

} // namespace

BOOST_AUTO_TEST_CASE(every_rule_has_a_name_of_its_own_a_summary_and_a_mend)
{
    std::set<std::string_view> names;
    for (const init::lint::Rule& rule : init::lint::rules()) {
        BOOST_TEST(names.insert(rule.name).second, rule.name);
        BOOST_TEST(rule.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos,
                   rule.name);
        BOOST_TEST(!rule.summary.empty(), rule.name);
        BOOST_TEST(!rule.mend.empty(), rule.name);
        BOOST_TEST((&init::lint::rule_of(rule.code) == &rule));
    }
}

BOOST_AUTO_TEST_CASE(the_manual_has_every_rule_with_its_severity)
{
    std::ostringstream all;
    all << std::ifstream{RCINIT_TEST_DATA "/../../packaging/man/rcinit-lint.1"}.rdbuf();
    std::string manual = all.str();
    std::erase(manual, '\\');
    for (const init::lint::Rule& rule : init::lint::rules()) {
        const std::string row =
            ".BR " + std::string(rule.name) + " \" (" + std::string(to_string(rule.severity)) + ")\"\n";
        BOOST_TEST(manual.find(row) != std::string::npos, row);
        BOOST_TEST(manual.find(std::string(rule.summary) + ".\n") != std::string::npos, rule.summary);
    }
}

BOOST_AUTO_TEST_CASE(json_holds_every_finding_with_its_place_and_mend)
{
    const Report report = faulty();
    const json::value all = parsed(init::lint::to_json(report));
    BOOST_TEST(all.at("schema").as_int64() == 1);
    BOOST_TEST(all.at("scripts").as_int64() == 3);
    BOOST_TEST(all.at("errors").as_int64() == 3);
    BOOST_TEST(all.at("warnings").as_int64() == 1);
    const json::array& findings = all.at("findings").as_array();
    BOOST_TEST(findings.size() == report.findings.size());
    for (std::size_t i = 0; i < findings.size(); ++i) {
        const init::lint::Finding& finding = report.findings[i];
        const init::lint::Rule& rule = init::lint::rule_of(finding.code);
        BOOST_TEST(text_of(findings[i].at("code")) == rule.name);
        BOOST_TEST(text_of(findings[i].at("severity")) == to_string(rule.severity));
        BOOST_TEST(text_of(findings[i].at("file")) == finding.file);
        BOOST_TEST(text_of(findings[i].at("message")) == finding.text);
        BOOST_TEST(text_of(findings[i].at("mend")) == rule.mend);
        if (finding.line == 0)
            BOOST_TEST(findings[i].at("line").is_null());
        else
            BOOST_TEST(findings[i].at("line").as_int64() == static_cast<std::int64_t>(finding.line));
    }
}

BOOST_AUTO_TEST_CASE(sarif_has_what_the_format_requires)
{
    const Report report = faulty();
    const json::value log = parsed(init::lint::to_sarif(report));
    BOOST_TEST(text_of(log.at("version")) == "2.1.0");
    const json::value& run = log.at("runs").as_array().at(0);
    BOOST_TEST(run.at("properties").at("schema").as_int64() == 1);
    BOOST_TEST(run.at("originalUriBaseIds").as_object().contains("ROOT"));
    const json::value& driver = run.at("tool").at("driver");
    BOOST_TEST(text_of(driver.at("name")) == "rcinit lint");
    const json::array& rules = driver.at("rules").as_array();
    BOOST_TEST(rules.size() == init::lint::rules().size());
    for (const json::value& rule : rules) {
        BOOST_TEST(!text_of(rule.at("id")).empty());
        BOOST_TEST(!text_of(rule.at("shortDescription").at("text")).empty());
        BOOST_TEST(!text_of(rule.at("help").at("text")).empty());
    }
    const json::array& results = run.at("results").as_array();
    BOOST_TEST(results.size() == report.findings.size());
    for (std::size_t i = 0; i < results.size(); ++i) {
        const json::value& result = results[i];
        BOOST_TEST(text_of(result.at("ruleId")) ==
                   text_of(rules.at(static_cast<std::size_t>(result.at("ruleIndex").as_int64())).at("id")));
        const std::string level = text_of(result.at("level"));
        BOOST_TEST((level == "error" || level == "warning" || level == "note"));
        BOOST_TEST(!text_of(result.at("message").at("text")).empty());
        const json::value& place = result.at("locations").as_array().at(0).at("physicalLocation");
        const std::string uri = text_of(place.at("artifactLocation").at("uri"));
        BOOST_TEST(text_of(place.at("artifactLocation").at("uriBaseId")) == "ROOT");
        BOOST_TEST((!uri.starts_with('/') && uri.find_first_of(" \"\x1b") == std::string::npos), uri);
        if (report.findings[i].line != 0)
            BOOST_TEST(place.at("region").at("startLine").as_int64() ==
                       static_cast<std::int64_t>(report.findings[i].line));
        else
            BOOST_TEST(!place.as_object().contains("region"));
    }
    BOOST_TEST(init::lint::to_sarif(report).find("etc/rc.d/rc3.d/S20a%20%22b%22%20%1B%5B31m%25") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(text_tells_place_severity_name_and_mend_and_obeys_no_name)
{
    const std::string text = init::lint::to_text(faulty());
    BOOST_TEST(
        text.find("/etc/rc.d/init.d/app:1: error: the interpreter /bin/none is not in the image; the script "
                  "cannot be run [interpreter-missing]\n    mend: ") != std::string::npos,
        text);
    BOOST_TEST(text.find("3 scripts: 3 errors, 1 warning, ") != std::string::npos, text);
    BOOST_TEST(text.find('\x1b') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_finding_of_any_bytes_leaves_every_format_whole)
{
    Report report;
    report.findings.push_back({Code::interpreter_missing, "/etc/we\xff\x1b[2J\n", 1, "a\xff\x1b[2J\nb"});
    const json::value in_json = parsed(init::lint::to_json(report)).at("findings").at(0);
    BOOST_TEST(text_of(in_json.at("file")) == "/etc/we\xef\xbf\xbd\x1b[2J\n");
    BOOST_TEST(text_of(in_json.at("message")) == "a\xef\xbf\xbd\x1b[2J\nb");
    const json::value in_sarif = parsed(init::lint::to_sarif(report)).at("runs").at(0).at("results").at(0);
    BOOST_TEST(text_of(in_sarif.at("message").at("text")) == "a\xef\xbf\xbd\x1b[2J\nb");
    const std::string text = init::lint::to_text(report);
    BOOST_TEST(text.find("/etc/we??[2J?:1: ") == 0U, text);
    BOOST_TEST(text.find(": a??[2J?b [") != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(the_exit_status_tells_faults_from_notes_and_from_blindness)
{
    Image sound;
    BOOST_TEST(status_of({"--root", sound.files.path()}) == 0);
    sound.script("hwclock", "#!/bin/sh\n:\n");
    BOOST_TEST(has(sound.judge(), Code::script_skipped, nullptr));
    BOOST_TEST(status_of({"--root", sound.files.path() + "/"}) == 0);
    sound.link("3S20", "gone");
    BOOST_TEST(status_of({"--root", sound.files.path()}) == 1);
    BOOST_TEST(status_of({"--root", sound.files.path(), "--json"}) == 1);
    BOOST_TEST(status_of({"--root", sound.files.path(), "--sarif"}) == 1);

    const TemporaryTree other;
    other.file("/file", "");
    BOOST_TEST(status_of({"--root", other.at("/none")}) == 2);
    BOOST_TEST(status_of({"--root", other.at("/file")}) == 2);
    BOOST_TEST(status_of({"--root", other.path()}) == 2); // nothing of an rc tree is in it

    BOOST_TEST(status_of({"--root"}) == 64);
    BOOST_TEST(status_of({"--nonsense"}) == 64);
    BOOST_TEST(status_of({"here"}) == 64);
    BOOST_TEST(status_of({"--json", "--sarif"}) == 64);
    BOOST_TEST(status_of({"--grace", "soon"}) == 64);
}

BOOST_AUTO_TEST_CASE(what_may_not_be_read_is_not_called_sound)
{
    const Image image;
    const std::vector<std::string> words{"--root", image.files.path()};
    image.chmod("", 0);
    BOOST_TEST(status_of_nobody(words) == 2);
    image.chmod("", 0755);
    BOOST_TEST(status_of_nobody(words) == 0);
    image.chmod("/etc/rc.d/rc3.d", 0);
    BOOST_TEST(status_of_nobody(words) == 2);
    image.chmod("/etc/rc.d/rc3.d", 0755);
    image.files.file("/etc/inittab", "id:3:initdefault:\n");
    image.chmod("/etc/inittab", 0);
    BOOST_TEST(status_of_nobody(words) == 2);
    image.chmod("/etc/inittab", 0644);
    image.chmod("/etc/rc.d/init.d/base", 0111);
    BOOST_TEST(status_of_nobody(words) == 1); // the rest can be judged
}

BOOST_AUTO_TEST_CASE(the_program_prints_what_was_asked_for)
{
    Image image;
    add_faults(image);
    const std::string root = image.files.path();
    int status = 0;
    BOOST_TEST(parsed(output_of({"--root", root, "--json"}, status)).at("schema").as_int64() == 1);
    BOOST_TEST(text_of(parsed(output_of({"--root", root, "--sarif"}, status)).at("version")) == "2.1.0");
    BOOST_TEST(output_of({"--root", root}, status).find(": note: ") != std::string::npos);
    BOOST_TEST(output_of({"--root", root, "--quiet"}, status).find(": note: ") == std::string::npos);
    BOOST_TEST(output_of({"--root", root, "--quiet"}, status).find(": error: ") != std::string::npos);
    image.files.file("/etc/rcinit.conf", "grace=30s\nnonsense\n");
    const std::string text = output_of({"--root", root, "--grace", "20s"}, status);
    BOOST_TEST(text.find("[grace-differs]") != std::string::npos, text);
    BOOST_TEST(text.find("/etc/rcinit.conf:2: warning: ") != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(our_own_tree_has_no_fault)
{
    namespace fs = std::filesystem;
    const TemporaryTree files;
    const fs::path repository = fs::path(RCINIT_TEST_DATA).parent_path().parent_path();
    fs::copy(repository / "etc", files.at("/etc"), fs::copy_options::recursive);
    fs::copy(repository / "rc.d", files.at("/etc/rc.d"), fs::copy_options::recursive);
    init::system::RootedTree tree(files.path());
    const Report report = init::lint::lint(tree, {}, {}, {}, std::chrono::seconds{10});
    BOOST_TEST(report.failure == "");
    BOOST_TEST(!report.has_fault(), all_of(report));
}
