// SPDX-License-Identifier: MIT
// A small init under test: the peer's own program or ours by the same name, started with a set-up of its own,
// watched through its output and sent signals. The whole test program is PID 1 of a namespace of its own, so
// that nothing it starts can reach another process or outlive it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace small_test {

enum class Whose { peer, ours };

/// How an init is started.
struct Setting {
    std::string name; ///< dumb-init, tini, catatonit, pause
    std::vector<std::string> words{};
    std::vector<std::string> environment{};
    bool first = false;        ///< PID 1 of a namespace of its own
    bool terminal = false;     ///< on a terminal of its own, as its session's leader
    bool no_input = false;     ///< stdin is closed
    std::uint64_t ignored = 0; ///< signals, the first in the lowest bit
    std::uint64_t blocked = 0;
    std::string folder{};
    int descriptor = -1;         ///< one that stays open
    bool may_signal_all = true;  ///< CAP_KILL
    bool own_listen_pid = false; ///< LISTEN_PID names the init
};

struct Ending {
    bool ended = false; ///< false where it had to be ended by the test
    bool killed = false;
    int number = 0; ///< the exit status, or the signal
    std::string out;
    std::string err;
};

/// `exit 3`, `signal 9`, `still there`.
std::string described(const Ending& ending);

bool is_there(const std::string& name, Whose whose);
std::string program_of(const std::string& name, Whose whose);
std::string probe();

class Running {
public:
    Running(const Setting& setting, Whose whose);
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running(); ///< ends it and all that it left

    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] int terminal() const { return terminal_; }
    /// All that came so far on stdout, and on the terminal.
    const std::string& out();
    const std::string& err();
    void send(int signo) const;
    /// Closes our end of the terminal.
    void hang_up();

    /// False at the limit, or when the init has ended and the text is not there.
    bool wait_for_text(const std::string& text);
    bool has_ended();
    bool has_stopped();
    Ending end();

private:
    [[noreturn]] void become(const Setting& setting, Whose whose, int slave, const int* pipes) const;
    void read_some(int& fd, std::string& text);

    pid_t pid_ = -1;
    int terminal_ = -1;
    int out_fd_ = -1;
    int err_fd_ = -1;
    std::string out_;
    std::string err_;
    bool over_ = false;
    int status_ = 0;
};

Ending run(const Setting& setting, Whose whose);

void rest(); ///< between two looks at a condition

/// True as soon as the condition holds, false at the limit.
template <class Condition>
bool poll_until(Condition condition, std::chrono::milliseconds limit = std::chrono::seconds{20})
{
    const auto until = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > until)
            return condition();
        rest();
    }
    return true;
}

/// A field of /proc/PID/status, or "".
std::string status_field(pid_t pid, const std::string& key);

} // namespace small_test
