// SPDX-License-Identifier: MIT
// Reads the words after `init`. A kernel, a runtime and OpenVZ all put words there that mean nothing to us,
// so nothing here is an error. Values of settings are checked by whoever sets them.
#include "model/init_arguments.h"

#include "model/settings.h"
#include "model/shown_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace init::model {
namespace {

bool is_global_setting(std::string_view key) noexcept
{
    const auto rows = setting_rows();
    return std::any_of(rows.begin(), rows.end(), [key](const SettingRow& row) {
        return row.key == key && row.scope != SettingScope::service;
    });
}

/// Before a `--`. Each may be looked for in every folder of PATH before it is known to mean nothing.
constexpr std::size_t most_words = 200;

/// Walks the words once; an option that takes a value steps over it.
class Reader {
public:
    Reader(std::span<const std::string> words, bool (*is_program)(const std::string& word))
        : words_(words), is_program_(is_program)
    {
    }

    InitArguments read()
    {
        for (; at_ < words_.size() && words_[at_] != "--" && result_.command.empty(); ++at_)
            if (at_ < most_words)
                read_word(words_[at_]);
        if (at_ > most_words && result_.command.empty())
            say(fmt::format("more than {} words, those behind them passed over up to a --", most_words));
        if (at_ < words_.size() && result_.command.empty()) {
            take_command(at_ + 1);
            if (result_.command.empty())
                say("no command follows --; none is run");
        }
        return std::move(result_);
    }

private:
    void read_word(const std::string& word)
    {
        if (word == "-z")
            ++at_;
        else if (word == "-a" || word == "auto")
            result_.autoboot = true;
        else if (word == "single" || word == "-s" || word == "-b" || word == "emergency")
            result_.level = Runlevel::from('S');
        else if (word == "--version")
            result_.version = true;
        else if (word.size() == 1 && Runlevel::from(word[0]))
            read_level(*Runlevel::from(word[0]));
        else if (word.starts_with("--"))
            read_option(word.substr(2));
        else if (!word.starts_with('-') && is_program_(word))
            take_command(at_);
        else if (word != "-i")
            say(fmt::format("\"{}\" means nothing to init, passed over", shown_text(word)));
    }

    /// As with initdefault, a level that ends what has not begun is none to boot to.
    void read_level(Runlevel level)
    {
        if (level.ends())
            say(fmt::format("runlevel {} would stop at once, passed over; the default one is entered",
                            level.letter()));
        else
            result_.level = level;
    }

    void take_command(std::size_t first)
    {
        const auto rest = words_.subspan(first);
        result_.command.assign(rest.begin(), rest.end());
    }

    void read_option(const std::string& option)
    {
        if (option == "init") // how a tool says that it means PID 1
            return;
        if (option == "no-wait") {
            result_.command_waits = false;
            return;
        }
        if (option == "serial") {
            result_.settings.emplace_back("parallel", "no");
            return;
        }
        const auto equals = option.find('=');
        const std::string key = option.substr(0, equals);
        if (!is_global_setting(key))
            return say(fmt::format("unknown option --{}, passed over", shown_text(key)));
        if (equals != std::string::npos)
            result_.settings.emplace_back(key, option.substr(equals + 1));
        else if (at_ + 1 < words_.size() && words_[at_ + 1] != "--")
            result_.settings.emplace_back(key, words_[++at_]);
        else
            say(fmt::format("option --{} has no value, passed over", key));
    }

    void say(std::string text) { complain(result_.complaints, {"command line", 0, std::move(text)}); }

    std::span<const std::string> words_;
    bool (*is_program_)(const std::string& word);
    std::size_t at_ = 0;
    InitArguments result_;
};

} // namespace

InitArguments parse_init_arguments(std::span<const std::string> arguments,
                                   bool (*is_program)(const std::string& word))
{
    return Reader{arguments, is_program}.read();
}

} // namespace init::model
