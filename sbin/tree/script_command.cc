// SPDX-License-Identifier: MIT
#include "tree/script_command.h"

#include <algorithm>
#include <string_view>

namespace init::tree {
namespace {

/// The program that a file's `#!` line names, with its one argument; /bin/sh without one. Source: execve(2).
std::vector<std::string> interpreter_of(std::string_view head)
{
    if (!head.starts_with("#!"))
        return {"/bin/sh"};
    std::string_view line = head.substr(2, head.find_first_of("\r\n") - 2);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    const std::size_t gap = line.find_first_of(" \t");
    std::vector<std::string> words{std::string(line.substr(0, gap))};
    if (gap != std::string_view::npos) {
        std::string_view rest = line.substr(gap);
        rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
        if (!rest.empty())
            words.emplace_back(rest);
    }
    return words[0].empty() ? std::vector<std::string>{"/bin/sh"} : words;
}

} // namespace

std::vector<std::string> script_command(world::Tree& tree, const std::string& path,
                                        const world::FileLook& look, std::span<const std::string> arguments)
{
    std::vector<std::string> command;
    if (!look.executable) {
        const world::Result<std::string> head = tree.read_file(path, 256);
        command = interpreter_of(head ? std::string_view(*head) : std::string_view{});
    }
    command.push_back(path);
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
}

} // namespace init::tree
