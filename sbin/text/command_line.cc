// SPDX-License-Identifier: MIT
#include "text/command_line.h"

#include <fmt/format.h>

namespace init::text {

CommandLine read_command_line(std::span<const std::string> arguments, const option* options)
{
    CommandLine line;
    std::vector<std::string> own{
        ""}; // getopt begins behind the program's name, and may reorder what it is given
    own.insert(own.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : own)
        argv.push_back(word.data());
    argv.push_back(nullptr);

    ::optind = 0; // begin anew, whoever read a line before
    ::opterr = 0;
    for (;;) {
        const int found = ::getopt_long(static_cast<int>(own.size()), argv.data(), ":", options, nullptr);
        if (found == -1)
            break;
        if (found == '?' || found == ':') {
            line.error = fmt::format("{} {}", argv[static_cast<std::size_t>(::optind) - 1],
                                     found == '?' ? "is no option of this command" : "needs a value");
            return line;
        }
        line.options.emplace_back(found, ::optarg ? ::optarg : "");
    }
    for (std::size_t i = static_cast<std::size_t>(::optind); i < own.size(); ++i)
        line.words.emplace_back(argv[i]);
    return line;
}

} // namespace init::text
