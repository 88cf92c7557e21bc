// SPDX-License-Identifier: MIT
// Reads a small init's options with getopt_long, whose messages and abbreviations the peers have, and then
// its variables.
#include "small/orders.h"

#include <getopt.h>
#include <strings.h>

#include <cstdlib>
#include <cstring>

namespace init::small {
namespace {

constexpr int mistake = 1;
constexpr std::size_t most_options = 16;

/// The names that a parent-death signal may have.
struct NamedSignal {
    char name[10];
    unsigned char number;
};

constexpr NamedSignal named_signals[] = {
    {"SIGHUP", SIGHUP},   {"SIGINT", SIGINT},       {"SIGQUIT", SIGQUIT}, {"SIGILL", SIGILL},
    {"SIGTRAP", SIGTRAP}, {"SIGABRT", SIGABRT},     {"SIGBUS", SIGBUS},   {"SIGFPE", SIGFPE},
    {"SIGKILL", SIGKILL}, {"SIGUSR1", SIGUSR1},     {"SIGSEGV", SIGSEGV}, {"SIGUSR2", SIGUSR2},
    {"SIGPIPE", SIGPIPE}, {"SIGALRM", SIGALRM},     {"SIGTERM", SIGTERM}, {"SIGCHLD", SIGCHLD},
    {"SIGCONT", SIGCONT}, {"SIGSTOP", SIGSTOP},     {"SIGTSTP", SIGTSTP}, {"SIGTTIN", SIGTTIN},
    {"SIGTTOU", SIGTTOU}, {"SIGURG", SIGURG},       {"SIGXCPU", SIGXCPU}, {"SIGXFSZ", SIGXFSZ},
    {"SIGPROF", SIGPROF}, {"SIGVTALRM", SIGVTALRM}, {"SIGSYS", SIGSYS},   {"SIGWINCH", SIGWINCH},
};

int signal_of(const char* name) noexcept
{
    for (const NamedSignal& signal : named_signals)
        if (std::strcmp(signal.name, name) == 0)
            return signal.number;
    return 0;
}

/// One reading: the parts that the meanings work on.
class Reader {
public:
    Reader(const Personality& who, const Invocation& call, Teller& teller, Orders& orders) noexcept
        : who_(who), call_(call), teller_(teller), orders_(orders)
    {
    }

    int read_words() noexcept;
    int read_any_word() noexcept;
    int read_variables() noexcept;

private:
    int obey(Meaning meaning, const char* shown, const char* value) noexcept;
    int show(const Page& page) noexcept
    {
        teller_.show(page);
        return 0;
    }
    bool rewrite(const char* pair) noexcept;
    bool to_zero(const char* number) noexcept;
    int take_command() noexcept;

    const Personality& who_;
    const Invocation& call_;
    Teller& teller_;
    Orders& orders_;
    bool pauses_ = false;
};

bool Reader::rewrite(const char* pair) noexcept
{
    // Words behind the second number are ignored, as scanf does.
    char* end = nullptr;
    const long from = std::strtol(pair, &end, 10);
    if (end == pair || *end != ':')
        return false;
    const char* second = end + 1;
    const long to = std::strtol(second, &end, 10);
    if (end == second || from < 1 || from > rewritable || to < 0 || to > rewritable)
        return false;
    orders_.rewritten[from] = static_cast<signed char>(to);
    return true;
}

bool Reader::to_zero(const char* number) noexcept
{
    char* end = nullptr;
    const long code = std::strtol(number, &end, 10);
    if (*end != '\0' || code < 0 || code > 255)
        return false;
    orders_.to_zero.set(static_cast<std::size_t>(code));
    return true;
}

int Reader::obey(Meaning meaning, const char* shown, const char* value) noexcept
{
    bool fits = true;
    switch (meaning) {
    case Meaning::single_child:
        orders_.own_session = orders_.group = false;
        break;
    case Meaning::group:
        orders_.group = true;
        break;
    case Meaning::rewrite:
        fits = rewrite(value);
        break;
    case Meaning::louder:
        teller_.set_level(teller_.level() + who_.louder_step);
        break;
    case Meaning::level:
        teller_.set_level(std::atoi(value));
        break;
    case Meaning::help:
        return show(who_.help);
    case Meaning::version:
        return show(who_.version);
    case Meaning::licence:
        return show(who_.licence);
    case Meaning::subreaper:
        orders_.subreaper = true;
        break;
    case Meaning::parent_death:
        fits = (orders_.parent_death = signal_of(value)) != 0;
        break;
    case Meaning::warn_reaped:
        orders_.warn_reaped = true;
        break;
    case Meaning::to_zero:
        fits = to_zero(value);
        break;
    case Meaning::pause:
        pauses_ = true;
        break;
    case Meaning::forbidden:
        fits = false;
        break;
    }
    if (fits)
        return go_on;
    teller_.tell(Event::bad_value, {.words = value, .option = shown});
    return mistake;
}

int Reader::read_words() noexcept
{
    if (who_.sole_word != nullptr && call_.argc == 2 && std::strcmp(call_.argv[1], who_.sole_word) == 0)
        return show(who_.version);

    char letters[2 * most_options + 2] = {};
    option words[most_options + 1] = {};
    std::size_t letter = 0;
    std::size_t word = 0;
    if (who_.reading == Reading::in_order)
        letters[letter++] = '+';
    for (const Option& row : who_.options) {
        letters[letter++] = row.letter;
        if (row.takes_value)
            letters[letter++] = ':';
        if (row.word != nullptr)
            words[word++] = {row.word, row.takes_value ? required_argument : no_argument, nullptr,
                             row.letter};
    }

    for (;;) {
        // Without long forms a second dash is an option that is not there, as with plain getopt.
        const int found = word > 0 ? ::getopt_long(call_.argc, call_.argv, letters, words, nullptr)
                                   : ::getopt(call_.argc, call_.argv, letters);
        if (found == -1)
            return take_command();
        if (found == '?') {
            teller_.show(who_.bad_option);
            return mistake;
        }
        const char shown[] = {'-', static_cast<char>(found), '\0'};
        for (const Option& row : who_.options)
            if (row.letter == found)
                if (const int status = obey(row.meaning, shown, optarg); status != go_on)
                    return status;
    }
}

int Reader::take_command() noexcept
{
    if (pauses_)
        return go_on;
    if (optind < call_.argc) {
        orders_.command = call_.argv + optind;
        return go_on;
    }
    teller_.tell(Event::command_missing);
    teller_.show(who_.usage);
    return mistake;
}

int Reader::read_any_word() noexcept
{
    for (int at = 1; at < call_.argc; ++at)
        for (const Option& row : who_.options)
            if (const char shown[] = {'-', row.letter, '\0'}; ::strcasecmp(call_.argv[at], shown) == 0)
                if (const int status = obey(row.meaning, shown, nullptr); status != go_on)
                    return status;
    return go_on;
}

int Reader::read_variables() noexcept
{
    for (const Variable& row : who_.variables) {
        const char* value = std::getenv(row.name);
        if (value == nullptr || (row.value != nullptr && std::strcmp(row.value, value) != 0))
            continue;
        if (const int status = obey(row.meaning, row.name, value); status != go_on)
            return status;
    }
    return go_on;
}

} // namespace

int read_orders(const Personality& who, const Invocation& call, Teller& teller, Orders& orders) noexcept
{
    Reader reader{who, call, teller, orders};
    orders.own_session = orders.group = who.terminal == Terminal::session;
    int status = who.reading == Reading::any_word ? reader.read_any_word() : reader.read_words();
    if (status == go_on)
        status = reader.read_variables();
    if (!who.stops_as_stop || !orders.own_session)
        return status;
    for (const int signal : {SIGTSTP, SIGTTIN, SIGTTOU})
        if (orders.rewritten[signal] < 0)
            orders.rewritten[signal] = SIGSTOP;
    return status;
}

} // namespace init::small
