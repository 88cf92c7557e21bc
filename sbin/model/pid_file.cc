// SPDX-License-Identifier: MIT
#include "model/pid_file.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>

namespace init::model {
namespace {

// A script's text is somebody else's. It is read once, line by line, and what is kept or tried beside that
// has a bound: values double at each line of `B=$A$A`, and each `.pid` of a line may end a path that begins
// at its head.
constexpr std::size_t longest_value = 1024; ///< of a variable and of a path; a longer one is not known
constexpr std::size_t most_variables = 500;
constexpr std::size_t most_paths_tried = 1000;
constexpr int deepest_default = 4; ///< `${A:-${B:-...}}`
constexpr std::size_t most_candidates = 12;

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

/// Replaces `$NAME`, `${NAME}`, `${NAME:-WORD}`, `${NAME-WORD}`; nothing where a variable is unknown, the
/// text holds more than that, or what it becomes is too long.
std::optional<std::string> expand(std::string_view text, const Variables& variables, int depth = 0)
{
    std::string out;
    while (!text.empty()) {
        if (text[0] == '`' || text[0] == '*' || depth > deepest_default || out.size() > longest_value)
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
    if (out.size() > longest_value)
        return std::nullopt;
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
        for (const std::vector<std::string>* list : {&assigned_, &seen_})
            for (const std::string& path : *list)
                add(all, path);
        add(all, "/var/run/" + std::string(service) + ".pid");
        add(all, "/var/run/" + std::string(service) + "/" + std::string(service) + ".pid");
        return all;
    }

private:
    /// Once, and the first only.
    static void add(std::vector<std::string>& list, std::string path)
    {
        if (list.size() < most_candidates && std::find(list.begin(), list.end(), path) == list.end())
            list.push_back(std::move(path));
    }

    void comment(std::string_view text)
    {
        text = stripped(text);
        if (!text.starts_with("pidfile:"))
            return;
        std::string_view path = stripped(text.substr(8));
        path = path.substr(0, path.find_first_of(" \t"));
        if (path.starts_with('/') && path.size() <= longest_value)
            add(comments_, std::string{path});
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
            add(assigned_, *expanded);
        if (const auto known = variables_.find(name); known != variables_.end())
            known->second = std::move(*expanded);
        else if (variables_.size() < most_variables && name.size() <= longest_value)
            variables_.emplace(name, std::move(*expanded));
    }

    void paths(std::string_view line)
    {
        for (std::size_t at = line.find(".pid"); at != std::string_view::npos;
             at = line.find(".pid", at + 4)) {
            if (at + 4 < line.size() && (is_name_character(line[at + 4]) || line[at + 4] == '.'))
                continue;
            if (tried_ == most_paths_tried || seen_.size() == most_candidates)
                return;
            ++tried_;
            std::size_t begin = at;
            while (begin > 0 && at - begin < longest_value && is_path_character(line[begin - 1]))
                --begin;
            const std::optional<std::string> path = expand(line.substr(begin, at + 4 - begin), variables_);
            if (path && path->starts_with('/'))
                add(seen_, *path);
        }
    }

    static bool is_path_character(char c)
    {
        return is_name_character(c) || std::string_view{"/._-${}"}.find(c) != std::string_view::npos;
    }

    Variables variables_;
    std::vector<std::string> comments_, assigned_, seen_;
    std::size_t tried_ = 0;
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
