// SPDX-License-Identifier: MIT
#include "model/depend_file.h"

#include "model/text_lines.h"

#include <fmt/format.h>

namespace init::model {
namespace {

std::vector<std::string> strings_of(std::string_view text)
{
    const std::vector<std::string_view> words = words_of(text);
    return {words.begin(), words.end()};
}

void append(std::vector<std::string>& list, std::string_view text)
{
    for (std::string& word : strings_of(text))
        list.push_back(std::move(word));
}

} // namespace

DependFile read_depend_file(std::string_view text, std::string_view file, Diagnostics& complaints)
{
    DependFile result;
    std::vector<std::string>* continued = nullptr; ///< the list that the line before goes on with
    for_each_line(text, [&](std::string_view raw, unsigned number) {
        std::string_view line = trimmed(raw);
        const bool continues = line.ends_with('\\');
        if (continues)
            line.remove_suffix(1);
        if (continued) {
            append(*continued, line);
        } else if (!line.empty() && line.front() != '#') {
            const std::size_t mark = line.find_first_of("=:");
            const std::string_view name = trimmed(line.substr(0, mark));
            const bool is_list = mark != std::string_view::npos && line[mark] == '=';
            if (is_list && (name == "TARGETS" || name == "INTERACTIVE")) {
                continued = name == "TARGETS" ? &result.targets : &result.interactive;
            } else if (!is_list && mark != std::string_view::npos && words_of(name).size() == 1) {
                continued = &result.rules.emplace_back(std::string(name), std::vector<std::string>{}).second;
            } else {
                complain(complaints, {std::string(file), number,
                                      "neither TARGETS, INTERACTIVE nor \"name: ...\", line ignored"});
                return;
            }
            append(*continued, line.substr(mark + 1));
        }
        if (!continues)
            continued = nullptr;
    });
    return result;
}

} // namespace init::model
