// SPDX-License-Identifier: MIT
#include "lint/report.h"

#include "model/shown_text.h"
#include "text/json_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace init::lint {
namespace {

using model::shown_text;
using text::quoted;

constexpr std::size_t any_length = std::string::npos;

std::string counted(std::size_t count, const char* noun)
{
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

/// A path as a relative reference. Source: RFC 3986.
std::string uri_of(std::string_view path)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
    std::string uri;
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                              std::string_view{"/-._~"}.find(c) != std::string_view::npos;
        if (is_plain)
            uri += c;
        else
            uri.append("%").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    }
    return uri.empty() ? "./" : uri;
}

std::string rule_sarif(const Rule& rule)
{
    return R"({"id":)" + quoted(rule.name) + R"(,"shortDescription":{"text":)" + quoted(rule.summary) +
           R"(},"help":{"text":)" + quoted(rule.mend) + R"(},"defaultConfiguration":{"level":)" +
           quoted(to_string(rule.severity)) + "}}";
}

std::string result_sarif(const Finding& finding)
{
    const Rule& rule = rule_of(finding.code);
    std::string out = R"({"ruleId":)" + quoted(rule.name) + R"(,"ruleIndex":)" +
                      std::to_string(static_cast<std::size_t>(finding.code)) + R"(,"level":)" +
                      quoted(to_string(rule.severity)) + R"(,"message":{"text":)" + quoted(finding.text) +
                      R"(},"locations":[{"physicalLocation":{"artifactLocation":{"uri":)" +
                      quoted(uri_of(finding.file)) + R"(,"uriBaseId":"ROOT"})";
    if (finding.line != 0)
        out += R"(,"region":{"startLine":)" + std::to_string(finding.line) + '}';
    return out + "}}]}";
}

} // namespace

std::string to_text(const Report& report)
{
    std::string out;
    for (const Finding& finding : report.findings) {
        const Rule& rule = rule_of(finding.code);
        out += shown_text(finding.file, any_length);
        if (finding.line != 0)
            out.append(":").append(std::to_string(finding.line));
        out.append(": ")
            .append(to_string(rule.severity))
            .append(": ")
            .append(shown_text(finding.text, any_length));
        out.append(" [").append(rule.name).append("]\n    mend: ").append(rule.mend).append("\n");
    }
    out += counted(report.scripts, "script") + ": " + counted(report.count(Severity::error), "error") + ", " +
           counted(report.count(Severity::warning), "warning") + ", " +
           counted(report.count(Severity::note), "note") + "\n";
    return out;
}

std::string to_json(const Report& report)
{
    std::string out = fmt::format(
        R"({{"schema":1,"scripts":{},"errors":{},"warnings":{},"notes":{},"findings":[)", report.scripts,
        report.count(Severity::error), report.count(Severity::warning), report.count(Severity::note));
    const char* between = "";
    for (const Finding& finding : report.findings) {
        const Rule& rule = rule_of(finding.code);
        out += between + (R"({"code":)" + quoted(rule.name)) + R"(,"severity":)" +
               quoted(to_string(rule.severity)) + R"(,"file":)" + quoted(finding.file) + R"(,"line":)" +
               (finding.line != 0 ? std::to_string(finding.line) : "null") + R"(,"message":)" +
               quoted(finding.text) + R"(,"mend":)" + quoted(rule.mend) + '}';
        between = ",";
    }
    return out + "]}";
}

std::string to_sarif(const Report& report)
{
    std::string out =
        R"({"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[)"
        R"({"tool":{"driver":{"name":"rcinit lint","version":)" +
        quoted(RCINIT_VERSION) + R"(,"rules":[)";
    const char* between = "";
    for (const Rule& rule : rules()) {
        out += between + rule_sarif(rule);
        between = ",";
    }
    out += R"(]}},"originalUriBaseIds":{"ROOT":{"description":{"text":"the root of the tree"}}},)"
           R"("properties":{"schema":1},"results":[)";
    between = "";
    for (const Finding& finding : report.findings) {
        out += between + result_sarif(finding);
        between = ",";
    }
    return out + "]}]}";
}

} // namespace init::lint
