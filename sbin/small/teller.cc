// SPDX-License-Identifier: MIT
// Fills in the marks of a text and writes it.
#include "small/teller.h"

#include <unistd.h>

#include <cstring>

namespace init::small {
namespace {

/// Collects a line; longer ones leave in pieces.
class Line {
public:
    explicit Line(int fd) noexcept : fd_(fd) {}
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;
    ~Line() { flush(); }

    void add(char letter) noexcept
    {
        if (size_ == sizeof bytes_)
            flush();
        bytes_[size_++] = letter;
    }

    void add(const char* words) noexcept
    {
        while (*words != '\0')
            add(*words++);
    }

    void add(long number) noexcept
    {
        if (number < 0)
            add('-');
        unsigned long left =
            number < 0 ? 0UL - static_cast<unsigned long>(number) : static_cast<unsigned long>(number);
        char digits[24];
        std::size_t count = 0;
        do
            digits[count++] = static_cast<char>('0' + left % 10);
        while ((left /= 10) != 0);
        while (count > 0)
            add(digits[--count]);
    }

private:
    void flush() noexcept
    {
        // There is nowhere to say that a message cannot be written.
        [[maybe_unused]] const ssize_t written = ::write(fd_, bytes_, size_);
        size_ = 0;
    }

    int fd_;
    std::size_t size_ = 0;
    char bytes_[1024];
};

const char* base_name(const char* path) noexcept
{
    const char* slash = std::strrchr(path, '/');
    return slash == nullptr ? path : slash + 1;
}

void add_mark(Line& line, char mark, const Facts& facts, const char* called) noexcept
{
    switch (mark) {
    case 'a':
        return line.add(called);
    case 'b':
        return line.add(base_name(called));
    case 'c':
        return line.add(facts.words);
    case 'e':
        return line.add(::strerror(facts.error));
    case 'n':
        return line.add(facts.number);
    case 'i':
        return line.add(facts.option);
    case 'o':
        return line.add(static_cast<long>(::getpid()));
    case 'p':
        return line.add(static_cast<long>(facts.process));
    case 's':
        return line.add(::strsignal(facts.signal));
    default:
        return line.add(mark);
    }
}

void add_text(Line& line, const char* text, const Facts& facts, const char* called) noexcept
{
    for (; *text != '\0'; ++text) {
        if (*text == '%' && text[1] != '\0')
            add_mark(line, *++text, facts, called);
        else
            line.add(*text);
    }
}

} // namespace

Teller::Teller(const Personality& who, const char* called) noexcept
    : who_(who), called_(called), level_(static_cast<int>(who.quiet))
{
}

void Teller::tell(Event event, const Facts& facts) const noexcept
{
    for (const Text& text : who_.texts) {
        const int level = static_cast<int>(text.level);
        if (text.event != event || level > level_)
            continue;
        Line line{text.level >= Level::info ? who_.told_fd : STDERR_FILENO};
        add_text(line, who_.heads[level], facts, called_);
        add_text(line, text.text, facts, called_);
        line.add('\n');
    }
}

void Teller::show(const Page& page) const noexcept
{
    if (page.text == nullptr)
        return;
    Line line{page.fd};
    add_text(line, page.text, {}, called_);
}

} // namespace init::small
