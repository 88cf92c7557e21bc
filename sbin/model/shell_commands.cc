// SPDX-License-Identifier: MIT
// One pass over the script's bytes. Commands inside $( ) and back quotes count where they stand unquoted;
// within double quotes they are text.
#include "model/shell_commands.h"

#include "model/text_lines.h"

#include <algorithm>
#include <array>

namespace init::model {
namespace {

constexpr std::array<std::string_view, 14> leading_words = {
    "if", "then", "else", "elif", "fi", "do", "while", "until", "!", "{", "}", "time", "exec", "done",
};

bool is_assignment(std::string_view word) noexcept
{
    const auto equals = word.find('=');
    if (equals == std::string_view::npos || equals == 0)
        return false;
    return std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equals), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
}

/// By byte: nothing that means anything to read_one within a word.
constexpr std::array<bool, 256> plain_bytes = [] {
    std::array<bool, 256> plain{};
    plain.fill(true);
    for (const char c : std::string_view{" \t\r\n\v\f\\'\"$<>;|&()`"})
        plain[static_cast<unsigned char>(c)] = false;
    return plain;
}();

class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    std::vector<ShellCommand> read()
    {
        while (at_ < text_.size())
            read_one(text_[at_]);
        end_command();
        return std::move(commands_);
    }

private:
    void read_one(char c)
    {
        if (c == '\n')
            read_newline();
        else if (c == '\\')
            read_escape();
        else if (c == '\'' || c == '"')
            read_quoted(c);
        else if (c == '#' && !in_word_)
            at_ = std::min(text_.find('\n', at_), text_.size());
        else if (blanks.find(c) != std::string_view::npos)
            end_word(), ++at_;
        else if (c == '$' && text_.substr(at_, 2) == "${")
            read_expansion();
        else if (c == '<' || c == '>')
            read_redirect();
        else if (text_.substr(at_, 2) == "&&" || text_.substr(at_, 2) == "||")
            end_command(), command_.is_conditional = true, at_ += 2;
        else if (std::string_view{";|&()`"}.find(c) != std::string_view::npos)
            end_command(), ++at_;
        else
            read_plain(c);
    }

    /// A character of a word, whatever it is, and the plain ones behind it.
    void read_plain(char c)
    {
        put(c);
        const std::size_t begin = ++at_;
        while (at_ < text_.size() && plain_bytes[static_cast<unsigned char>(text_[at_])])
            ++at_;
        word_.append(text_.substr(begin, at_ - begin));
    }

    void put(char c)
    {
        if (!in_word_)
            word_line_ = line_;
        in_word_ = true;
        word_ += c;
    }

    void read_newline()
    {
        end_command();
        ++at_;
        ++line_;
        for (const std::string& end : here_ends_)
            pass_here_document(end);
        here_ends_.clear();
    }

    void read_escape()
    {
        if (text_.substr(at_, 2) == "\\\n") {
            ++line_;
        } else if (at_ + 1 < text_.size()) {
            put(text_[at_ + 1]);
        }
        at_ += 2;
    }

    void read_quoted(char quote)
    {
        std::size_t end = at_ + 1;
        while (end < text_.size() && text_[end] != quote)
            end += quote == '"' && text_[end] == '\\' ? 2 : 1;
        if (end >= text_.size()) {
            put(quote);
            ++at_;
            return;
        }
        if (!in_word_)
            word_line_ = line_;
        in_word_ = true;
        const std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
        word_ += inside;
        line_ += static_cast<unsigned>(std::count(inside.begin(), inside.end(), '\n'));
        at_ = end + 1;
    }

    /// `${name...}` is part of a word, whatever stands in it.
    void read_expansion()
    {
        const std::size_t end = std::min(text_.find_first_of("}\n", at_), text_.size());
        const std::size_t size = end - at_ + (text_.substr(end, 1) == "}" ? 1 : 0);
        for (const char c : text_.substr(at_, size))
            put(c);
        at_ += size;
    }

    void read_redirect()
    {
        // A number in front names the descriptor and is no word.
        if (in_word_ && word_.find_first_not_of("0123456789") == std::string::npos) {
            word_.clear();
            in_word_ = false;
        }
        end_word();
        const bool is_here = text_.substr(at_, 2) == "<<" && text_.substr(at_, 3) != "<<<";
        redirect_ = text_[at_];
        while (at_ < text_.size() && std::string_view{"<>&|"}.find(text_[at_]) != std::string_view::npos)
            ++at_;
        if (is_here) {
            redirect_ = "<<";
            at_ += text_.substr(at_, 1) == "-" ? 1 : 0;
        }
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t'))
            ++at_;
    }

    void pass_here_document(const std::string& end)
    {
        while (at_ < text_.size()) {
            const std::size_t newline = std::min(text_.find('\n', at_), text_.size());
            const bool over = trimmed(text_.substr(at_, newline - at_)) == end;
            at_ = std::min(newline + 1, text_.size());
            ++line_;
            if (over)
                return;
        }
    }

    void end_word()
    {
        if (in_word_)
            take_word();
        redirect_.clear();
        word_.clear();
        in_word_ = false;
    }

    void take_word()
    {
        has_word_ = true;
        if (redirect_ == "<<")
            here_ends_.push_back(word_);
        else if (!redirect_.empty())
            command_.redirects.push_back(redirect_ + word_);
        else if (!command_.words.empty())
            command_.words.push_back(word_);
        else
            take_first_word();
    }

    void take_first_word()
    {
        constexpr std::array<std::string_view, 4> closing = {"fi", "done", "esac", "}"};
        constexpr std::array<std::string_view, 6> opening = {"if", "while", "until", "for", "case", "{"};
        const auto is_one_of = [this](const auto& words) {
            return std::find(words.begin(), words.end(), word_) != words.end();
        };
        if (is_one_of(closing) && depth_ > 0)
            --depth_;
        if (!is_passed_over()) {
            command_.line = word_line_;
            command_.depth = depth_;
            command_.words.push_back(word_);
        }
        if (is_one_of(opening))
            ++depth_;
    }

    [[nodiscard]] bool is_passed_over() const
    {
        return is_assignment(word_) ||
               std::find(leading_words.begin(), leading_words.end(), word_) != leading_words.end();
    }

    void end_command()
    {
        end_word();
        // The command may stand on the line after its `&&`.
        const bool is_conditional = !has_word_ && command_.is_conditional;
        if (!command_.words.empty())
            commands_.push_back(std::move(command_));
        command_ = {};
        command_.is_conditional = is_conditional;
        has_word_ = false;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    unsigned line_ = 1;
    unsigned word_line_ = 1;
    std::string word_;
    bool in_word_ = false;
    std::string redirect_;
    ShellCommand command_;
    bool has_word_ = false; ///< since the command began, if one that is passed over
    unsigned depth_ = 0;
    std::vector<std::string> here_ends_;
    std::vector<ShellCommand> commands_;
};

} // namespace

std::vector<ShellCommand> shell_commands(std::string_view script)
{
    return Reader{script}.read();
}

} // namespace init::model
