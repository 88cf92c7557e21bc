// SPDX-License-Identifier: MIT
#include "model/getty.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace init::model {
namespace {

constexpr std::array<std::string_view, 10> gettys = {"getty",   "agetty",  "mingetty", "mgetty",   "fgetty",
                                                     "fbgetty", "uugetty", "ngetty",   "rungetty", "qingy"};
constexpr std::array<std::string_view, 6> display_managers = {"prefdm", "xdm",     "gdm",
                                                              "kdm",    "lightdm", "slim"};
constexpr std::array<std::string_view, 2> shells_for_one = {"sulogin", "sushell"};

std::string_view base_name(std::string_view path)
{
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

template <std::size_t N> bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool looks_like_a_terminal(std::string_view word)
{
    if (word.starts_with("/dev/"))
        return true;
    for (std::string_view start : {"tty", "pts/", "hvc", "vc/", "xvc", "lxc/"})
        if (word.starts_with(start) && word.size() > start.size())
            return true;
    return word == "console";
}

} // namespace

std::optional<TerminalNeed> terminal_need(std::span<const std::string> argv)
{
    if (argv.empty())
        return std::nullopt;
    const std::string_view program = base_name(argv[0]);
    if (is_one_of(shells_for_one, program))
        return TerminalNeed{};
    if (is_one_of(display_managers, program))
        return TerminalNeed{"/dev/tty0"};
    if (!is_one_of(gettys, program))
        return std::nullopt;
    for (const std::string& word : argv.subspan(1))
        if (looks_like_a_terminal(word))
            return TerminalNeed{word.starts_with("/dev/") ? word : "/dev/" + word};
    return TerminalNeed{};
}

} // namespace init::model
