// SPDX-License-Identifier: MIT
#include "model/pid_file.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>

namespace init::model {
namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

bool is_name_character(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

/// The length of the variable's name at the head of `text`, 0 for none.
std::size_t name_length(std::string_view text)
{
    std::size_t n = 0;
    while (n < text.size() && is_name_character(text[n]))
        ++n;
    return n > 0 && std::isdigit(static_cast<unsigned char>(text[0])) ? 0 : n;
}

/// Replaces `$NAME`, `${NAME}`, `${NAME:-WORD}`, `${NAME-WORD}`; nothing where a variable is unknown or the
/// text holds more than that.
std::optional<std::string> expand(std::string_view text, const Variables& variables, int depth = 0)
{
    std::string out;
    while (!text.empty()) {
        if (text[0] == '`' || text[0] == '*' || depth > 4)
            return std::nullopt;
        if (text[0] != '$') {
            if (text[0] != '"' && text[0] != '\'')
                out += text[0];
            text.remove_prefix(1);
            continue;
        }
        text.remove_prefix(1);
        const bool braced = !text.empty() && text[0] == '{';
        if (braced)
            text.remove_prefix(1);
        const std::size_t length = name_length(text);
        if (length == 0)
            return std::nullopt;
        const auto found = variables.find(text.substr(0, length));
        text.remove_prefix(length);
        std::optional<std::string> value;
        if (found != variables.end())
            value = found->second;
        if (braced) {
            const std::size_t end = text.find('}');
            if (end == std::string_view::npos)
                return std::nullopt;
            std::string_view rest = text.substr(0, end);
            text.remove_prefix(end + 1);
            if (rest.starts_with(':'))
                rest.remove_prefix(1);
            if (rest.starts_with('-') || rest.starts_with('=')) {
                if (!value)
                    value = expand(rest.substr(1), variables, depth + 1);
            } else if (!rest.empty()) {
                return std::nullopt;
            }
        }
        if (!value)
            return std::nullopt;
        out += *value;
    }
    return out;
}

std::string_view stripped(std::string_view line)
{
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.front())))
        line.remove_prefix(1);
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())))
        line.remove_suffix(1);
    return line;
}

bool names_a_pid_file(std::string_view variable)
{
    std::string low(variable);
    std::transform(low.begin(), low.end(), low.begin(), [](unsigned char c) { return std::tolower(c); });
    return low.find("pidfile") != std::string::npos || low.find("pid_file") != std::string::npos;
}

class Reader {
public:
    explicit Reader(std::string_view service)
    {
        variables_["NAME"] = variables_["prog"] = variables_["name"] = std::string(service);
        variables_["RCINIT_SERVICE"] = std::string(service);
    }

    void read(std::string_view line)
    {
        line = stripped(line);
        if (line.starts_with('#')) {
            comment(line.substr(1));
            return;
        }
        for (std::string_view word : {std::string_view("export "), std::string_view("local ")})
            if (line.starts_with(word))
                line = stripped(line.substr(word.size()));
        assignment(line);
        paths(line);
    }

    std::vector<std::string> take(std::string_view service)
    {
        std::vector<std::string> all = std::move(comments_);
        all.insert(all.end(), assigned_.begin(), assigned_.end());
        all.insert(all.end(), seen_.begin(), seen_.end());
        all.push_back("/var/run/" + std::string(service) + ".pid");
        all.push_back("/var/run/" + std::string(service) + "/" + std::string(service) + ".pid");
        std::vector<std::string> once;
        for (std::string& path : all)
            if (std::find(once.begin(), once.end(), path) == once.end())
                once.push_back(std::move(path));
        if (once.size() > 12)
            once.resize(12);
        return once;
    }

private:
    void comment(std::string_view text)
    {
        text = stripped(text);
        if (!text.starts_with("pidfile:"))
            return;
        const std::string_view path = stripped(text.substr(8));
        if (path.starts_with('/'))
            comments_.emplace_back(path.substr(0, path.find_first_of(" \t")));
    }

    void assignment(std::string_view line)
    {
        const std::size_t length = name_length(line);
        if (length == 0 || length >= line.size() || line[length] != '=')
            return;
        std::string_view value = line.substr(length + 1);
        const bool quoted = value.starts_with('"') || value.starts_with('\'');
        const std::size_t end = quoted ? value.find(value[0], 1) : value.find_first_of(" \t;#");
        value = value.substr(0, end);
        std::optional<std::string> expanded = expand(value, variables_);
        if (!expanded)
            return;
        const std::string_view name = line.substr(0, length);
        if (names_a_pid_file(name) && expanded->starts_with('/'))
            assigned_.push_back(*expanded);
        variables_.insert_or_assign(std::string(name), std::move(*expanded));
    }

    void paths(std::string_view line)
    {
        constexpr std::string_view allowed = "/._-${}";
        for (std::size_t at = line.find(".pid"); at != std::string_view::npos;
             at = line.find(".pid", at + 4)) {
            if (at + 4 < line.size() && (is_name_character(line[at + 4]) || line[at + 4] == '.'))
                continue;
            std::size_t begin = at;
            while (begin > 0 && (is_name_character(line[begin - 1]) ||
                                 allowed.find(line[begin - 1]) != std::string_view::npos))
                --begin;
            const std::optional<std::string> path = expand(line.substr(begin, at + 4 - begin), variables_);
            if (path && path->starts_with('/'))
                seen_.push_back(*path);
        }
    }

    Variables variables_;
    std::vector<std::string> comments_, assigned_, seen_;
};

} // namespace

std::vector<std::string> pid_file_candidates(std::string_view script, std::string_view service)
{
    Reader reader(service);
    while (!script.empty()) {
        const std::size_t end = std::min(script.find('\n'), script.size());
        reader.read(script.substr(0, end));
        script.remove_prefix(std::min(end + 1, script.size()));
    }
    return reader.take(service);
}

std::optional<int> parse_pid_file(std::string_view text) noexcept
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    int pid = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
    if (error != std::errc{} || pid <= 1)
        return std::nullopt;
    if (end != text.data() + text.size() && !std::isspace(static_cast<unsigned char>(*end)))
        return std::nullopt;
    return pid;
}

} // namespace init::model
