// SPDX-License-Identifier: MIT
#include "applets/chkconfig_arguments.h"

#include "text/command_line.h"

#include <fmt/format.h>

#include <bit>

namespace init::applets {
namespace {

using Action = ChkconfigArguments::Action;
using model::LinkRequest;

enum : int { list = 256, add, del, override_links, level, type, root, help, version };

constexpr option options[] = {{"list", no_argument, nullptr, list},
                              {"add", no_argument, nullptr, add},
                              {"del", no_argument, nullptr, del},
                              {"override", no_argument, nullptr, override_links},
                              {"level", required_argument, nullptr, level},
                              {"levels", required_argument, nullptr, level},
                              {"type", required_argument, nullptr, type},
                              {"root", required_argument, nullptr, root},
                              {"help", no_argument, nullptr, help},
                              {"version", no_argument, nullptr, version},
                              {}};

constexpr struct {
    const char* word;
    LinkRequest request;
} states[] = {{"on", LinkRequest::on},
              {"off", LinkRequest::off},
              {"reset", LinkRequest::reset},
              {"resetpriorities", LinkRequest::resetpriorities}};

class Parser {
public:
    ChkconfigArguments parse(std::span<const std::string> words)
    {
        text::CommandLine line = text::read_command_line(words, options);
        if (!line.error.empty())
            fail(std::move(line.error), true);
        for (const auto& [option, value] : line.options)
            take(option, value);
        if (verbs_ > 1)
            fail("only one of --list, --add, --del and --override may be given", false);
        if (result_.error.empty())
            take_words(line.words);
        return std::move(result_);
    }

private:
    void take(int option, const std::string& value)
    {
        switch (option) {
        case level:
            result_.levels = model::parse_levels(value);
            if (!result_.levels)
                fail(
                    fmt::format("bad argument to --level: \"{}\" is no list of runlevels from 0 to 6", value),
                    false);
            break;
        case type:
            result_.sysv = value == "sysv";
            result_.xinetd = value == "xinetd";
            if (!result_.sysv && !result_.xinetd)
                fail(fmt::format("--type must be sysv or xinetd, not \"{}\"", value), false);
            break;
        case root:
            result_.root = value.substr(0, value.find_last_not_of('/') + 1);
            if (value.empty())
                fail("--root needs a folder", false);
            break;
        case help:
        case version:
            result_.action = option == help ? Action::help : Action::version;
            is_told_ = true;
            break;
        default:
            take_verb(option);
        }
    }

    void take_verb(int option)
    {
        ++verbs_;
        needs_name_ = option != list;
        if (is_told_ || option == list)
            return;
        result_.action = option == override_links ? Action::override_links : Action::change;
        result_.request = option == del ? LinkRequest::del : LinkRequest::add;
    }

    void take_words(const std::vector<std::string>& words)
    {
        if (is_told_)
            return;
        const std::size_t most = verbs_ > 0 ? 1 : 2;
        if (words.size() > most)
            return fail(fmt::format("\"{}\" is a word too many", words[most]), true);
        if (words.empty())
            return needs_name_ || result_.levels ? fail("a service's name is missing", true) : void();
        result_.name = words[0].substr(words[0].rfind('/') + 1);
        if (result_.name.empty() || result_.name == "." || result_.name == "..")
            return fail(fmt::format("\"{}\" is no service's name", words[0]), true);
        if (verbs_ == 0)
            words.size() == 1 ? take_query() : take_state(words[1]);
    }

    void take_query()
    {
        result_.action = Action::query;
        if (result_.levels && std::popcount(*result_.levels) != 1)
            fail("only one runlevel may be specified for a query", false);
    }

    void take_state(const std::string& word)
    {
        result_.action = Action::change;
        for (const auto& state : states)
            if (word == state.word) {
                result_.request = state.request;
                return;
            }
        fail(fmt::format("\"{}\" is none of on, off, reset and resetpriorities", word), true);
    }

    void fail(std::string error, bool wants_usage)
    {
        if (!result_.error.empty())
            return;
        result_.error = std::move(error);
        result_.wants_usage = wants_usage;
    }

    ChkconfigArguments result_;
    int verbs_ = 0;
    bool needs_name_ = false;
    bool is_told_ = false; ///< --help or --version: the rest does not count
};

} // namespace

const char* const chkconfig_usage =
    "usage:   chkconfig [--list] [--type sysv|xinetd] [NAME]\n"
    "         chkconfig --add NAME\n"
    "         chkconfig --del NAME\n"
    "         chkconfig --override NAME\n"
    "         chkconfig [--level LEVELS] [--type sysv|xinetd] NAME [on|off|reset|resetpriorities]\n"
    "each with --root DIR for the tree below that folder\n";

ChkconfigArguments parse_chkconfig_arguments(std::span<const std::string> words)
{
    return Parser().parse(words);
}

} // namespace init::applets
