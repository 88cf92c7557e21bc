// SPDX-License-Identifier: MIT
// The life of a container of the boot tests: start, signals, waiting, end, and exec. Every wait reads the log
// on the way, so that a test that waits is a reader that keeps up.
#include "container.h"

#include <boost/test/results_collector.hpp>
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <stdexcept>

namespace boot {
namespace {

using Clock = std::chrono::steady_clock;

constexpr milliseconds poll_step{2};
/// PID 1 stands still meanwhile, and reaps nobody.
constexpr milliseconds longest_last_look{1000};
constexpr milliseconds longest_harmless_look{100};

int status_of(int wait_status)
{
    return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

/// Reads what is there without waiting. False at the end of the file.
bool read_available(int fd, std::string& text)
{
    char buffer[65536];
    for (;;) {
        const ssize_t n = ::read(fd, buffer, sizeof buffer);
        if (n > 0)
            text.append(buffer, static_cast<std::size_t>(n));
        else if (n == 0)
            return false;
        else if (errno != EINTR)
            return errno == EAGAIN;
    }
}

void wait_readable(int fd, milliseconds limit)
{
    pollfd item{fd, POLLIN, 0};
    ::poll(&item, 1, static_cast<int>(limit.count()));
}

void make_pipe(UniqueFd& in, UniqueFd& out)
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0)
        throw std::runtime_error{std::string{"pipe: "} + std::strerror(errno)};
    in.reset(ends[0]);
    out.reset(ends[1]);
    ::fcntl(in.get(), F_SETFL, O_NONBLOCK);
}

/// A pseudo-terminal: `in` is the side of whoever sits before it. Nothing is echoed, and lines end as they
/// are written, but keys have their meaning.
void make_terminal(UniqueFd& in, UniqueFd& out)
{
    in.reset(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
    if (!in || ::grantpt(in.get()) != 0 || ::unlockpt(in.get()) != 0)
        throw std::runtime_error{std::string{"terminal: "} + std::strerror(errno)};
    out.reset(::open(::ptsname(in.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
    termios state{};
    if (!out || ::tcgetattr(out.get(), &state) != 0)
        throw std::runtime_error{std::string{"terminal: "} + std::strerror(errno)};
    state.c_oflag &= ~static_cast<tcflag_t>(OPOST);
    state.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(out.get(), TCSANOW, &state);
}

/// Fills a pipe to its last byte, so that the next write to it waits.
void fill(int fd)
{
    const int flags = ::fcntl(fd, F_GETFL);
    ::fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    const std::string block(4096, '.');
    while (::write(fd, block.data(), block.size()) > 0) {
    }
    while (::write(fd, ".", 1) > 0) {
    }
    ::fcntl(fd, F_SETFL, flags);
}

boost::test_tools::assertion_result unless_denied(boost::unit_test::test_unit_id id, const std::string& why)
{
    boost::test_tools::assertion_result result{why.empty()};
    if (!result) {
        const auto& unit = boost::unit_test::framework::get(id, boost::unit_test::TUT_ANY);
        std::cout << "skip - " << unit.p_name.get() << ": " << why << std::endl;
        result.message() << why;
    }
    return result;
}

} // namespace

boost::test_tools::assertion_result containers_work(boost::unit_test::test_unit_id id)
{
    return unless_denied(id, enclosure_denied());
}

boost::test_tools::assertion_result users_work(boost::unit_test::test_unit_id id)
{
    return unless_denied(id, users_denied());
}

int rtmin(int offset)
{
    return SIGRTMIN + offset;
}

// --- Session ---------------------------------------------------------------------------------------

Session::Session(Enclosed child, UniqueFd output) : child_(std::move(child)), out_(std::move(output)) {}

Session::Session(Session&& other) noexcept
    : child_(std::move(other.child_)), out_(std::move(other.out_)), text_(std::move(other.text_)),
      status_(other.status_)
{
    other.child_.pid = -1;
}

Session::~Session()
{
    if (child_.pid <= 0 || status_)
        return;
    ::syscall(SYS_pidfd_send_signal, child_.pidfd.get(), SIGKILL, nullptr, 0U);
    int status = 0;
    while (::waitpid(child_.pid, &status, 0) < 0 && errno == EINTR) {
    }
}

const std::string& Session::output()
{
    read_available(out_.get(), text_);
    return text_;
}

std::optional<int> Session::status()
{
    int status = 0;
    if (!status_ && child_.pid > 0 && ::waitpid(child_.pid, &status, WNOHANG) == child_.pid)
        status_ = status_of(status);
    return status_;
}

// --- Container -------------------------------------------------------------------------------------

Container::Container(Layout layout)
    : layout_(layout), environment_{"PATH=/sbin:/usr/sbin:/bin:/usr/bin", "LANG=C", "container=boot-test"},
      arguments_{"/sbin/init"}
{
    const char* folder = std::getenv("TMPDIR");
    root_ = std::string{folder != nullptr && *folder == '/' ? folder : "/tmp"} + "/rcinit-boot-XXXXXX";
    if (::mkdtemp(root_.data()) == nullptr)
        throw std::runtime_error{"mkdtemp " + root_ + ": " + std::strerror(errno)};
    make_tree();
}

Container::~Container()
{
    if (const auto id = boost::unit_test::framework::current_test_case_id();
        !boost::unit_test::results_collector.results(id).passed())
        std::cerr << "--- log\n"
                  << log() << "--- events" << joined(events()) << "\n--- processes" << joined(processes())
                  << "\n---\n";
    kill();
    std::error_code error;
    std::filesystem::remove_all(root_, error);
    if (error)
        std::cerr << "left behind: " << root_ << ": " << error.message() << "\n";
}

void Container::start()
{
    EnclosureRequest request;
    request.root = root_;
    request.mounts = mounts_;
    for (const std::string& path : tmpfs_)
        request.mounts.push_back({"tmpfs", host_path(path), "tmpfs", false});
    request.program = arguments_.at(0);
    request.argv = arguments_;
    request.environment = environment_;
    request.inherited_signals = inherited_signals_;
    request.folder = folder_;
    request.users = users_;
    request.pids = pids_;

    UniqueFd out;
    log_.clear();
    log_in_.reset();
    if (output_kind_ == Output::terminal) {
        make_terminal(log_in_, out);
        request.output = out.get();
        request.terminal = true;
    } else if (output_kind_ != Output::closed) {
        make_pipe(log_in_, out);
        if (output_kind_ == Output::stuck)
            fill(out.get());
        if (output_kind_ == Output::gone)
            log_in_.reset();
        request.output = out.get();
    }
    // A state file that lies in the root from an earlier life must not be taken for this one's.
    if (!state_files_kept_) {
        remove("/run/rcinit/status.json");
        remove("/var/run/rcinit/status.json");
    }
    ended_ = {};
    looked_for_ = milliseconds{};
    traced_ = false;
    clock_runs_ = false;
    begun_ = Clock::now();
    init_ = enclose(request);
    if (!init_.error.empty())
        throw std::runtime_error{"the container did not start: " + init_.error};
}

bool Container::boot(milliseconds limit)
{
    start();
    return wait_for_state("running", limit);
}

void Container::type(std::string_view keys)
{
    if (::write(log_in_.get(), keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
        throw std::runtime_error{std::string{"typing: "} + std::strerror(errno)};
}

void Container::resize(unsigned short rows, unsigned short columns)
{
    const winsize size{rows, columns, 0, 0};
    if (::ioctl(log_in_.get(), TIOCSWINSZ, &size) != 0)
        throw std::runtime_error{std::string{"resizing: "} + std::strerror(errno)};
}

void Container::drain()
{
    const bool is_read = output_kind_ == Output::read || output_kind_ == Output::terminal;
    if (log_in_ && is_read && !read_available(log_in_.get(), log_))
        log_in_.reset();
}

void Container::look_for_end()
{
    // PTRACE_EVENT_EXIT stops PID 1 in the first moment of its exit, before the kernel ends what is left of
    // its namespace.
    int status = 0;
    if (::waitpid(init_.pid, &status, WNOHANG | __WALL) != init_.pid)
        return;
    if (WIFSTOPPED(status)) {
        if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8)) {
            const auto look_begun = Clock::now();
            std::vector<Process> left = processes(longest_last_look);
            std::erase_if(left, [](const Process& p) {
                return p.pid == 1 || p.state == 'Z' || p.comm.starts_with("rc-");
            });
            ended_.leftovers = std::move(left);
            looked_for_ = std::chrono::duration_cast<milliseconds>(Clock::now() - look_begun);
            exit_begun_ = look_begun;
            ::ptrace(PTRACE_DETACH, init_.pid, nullptr, nullptr);
        } else {
            const int signo = status >> 16 == 0 ? WSTOPSIG(status) : 0;
            ::ptrace(PTRACE_CONT, init_.pid, nullptr, static_cast<long>(signo));
        }
        return;
    }
    ended_.over = true;
    ended_.status = status_of(status);
    // Those who go on making processes meanwhile make the kernel's work longer as well.
    const bool is_disturbed = looked_for_ > longest_harmless_look;
    ended_.took = std::chrono::duration_cast<milliseconds>(
        (is_disturbed ? exit_begun_ : Clock::now() - looked_for_) - begun_);
    init_.pid = -1;
    init_.pidfd.reset();
    // Every writer has ended with the namespace, so the pipe's end is near.
    for (int tries = 0; log_in_ && tries < 100; ++tries) {
        wait_readable(log_in_.get(), 10ms);
        if (!read_available(log_in_.get(), log_))
            log_in_.reset();
    }
}

bool Container::is_over()
{
    if (init_.pid > 0)
        look_for_end();
    return init_.pid <= 0;
}

bool Container::wait_for(const std::function<bool()>& condition, milliseconds limit)
{
    const auto until = Clock::now() + limit;
    for (;;) {
        drain();
        if (condition())
            return true;
        if (is_over()) {
            return condition();
        }
        if (Clock::now() >= until)
            return false;
        wait_readable(log_in_ && output_kind_ == Output::read ? log_in_.get() : -1, poll_step);
    }
}

bool Container::wait_for_log(std::string_view text, milliseconds limit)
{
    return wait_for([&] { return log_.find(text) != std::string::npos; }, limit);
}

bool Container::wait_for_event(const std::string& event, milliseconds limit)
{
    return wait_for([&] { return count_events(event) > 0; }, limit);
}

void Container::signal_init(int signo)
{
    if (init_.pid > 0 && ::syscall(SYS_pidfd_send_signal, init_.pidfd.get(), signo, nullptr, 0U) < 0)
        throw std::runtime_error{std::string{"signal to init: "} + std::strerror(errno)};
}

void Container::stop_signal(int signo)
{
    if (init_.pid > 0 && !traced_)
        traced_ = ::ptrace(PTRACE_SEIZE, init_.pid, nullptr, static_cast<long>(PTRACE_O_TRACEEXIT)) == 0;
    if (!clock_runs_)
        begun_ = Clock::now();
    clock_runs_ = true;
    signal_init(signo);
}

Ended Container::wait_exit(milliseconds limit)
{
    const auto until = Clock::now() + limit;
    while (!is_over() && Clock::now() < until) {
        drain();
        pollfd items[2] = {{init_.pidfd.get(), POLLIN, 0},
                           {log_in_ && output_kind_ == Output::read ? log_in_.get() : -1, POLLIN, 0}};
        ::poll(items, 2, 1);
    }
    return ended_;
}

Ended Container::stop(int signo, milliseconds limit)
{
    stop_signal(signo);
    return wait_exit(limit);
}

void Container::kill()
{
    if (init_.pid <= 0)
        return;
    ::syscall(SYS_pidfd_send_signal, init_.pidfd.get(), SIGKILL, nullptr, 0U);
    while (!is_over())
        wait_readable(-1, 1ms);
}

const std::string& Container::log()
{
    if (log_in_ && !read_available(log_in_.get(), log_))
        log_in_.reset();
    return log_;
}

std::vector<std::string> Container::log_lines(std::string_view text)
{
    std::vector<std::string> lines;
    std::string_view rest = log();
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        if (line.find(text) != std::string_view::npos)
            lines.emplace_back(line);
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    }
    return lines;
}

Session Container::exec_start(const std::vector<std::string>& argv, const std::vector<std::string>& variables)
{
    UniqueFd in, out;
    make_pipe(in, out);
    std::vector<std::string> words{"/usr/bin/env"};
    words.insert(words.end(), argv.begin(), argv.end());
    std::vector<std::string> environment{"PATH=/sbin:/usr/sbin:/bin:/usr/bin", "LANG=C"};
    environment.insert(environment.end(), variables.begin(), variables.end());
    if (init_.pid <= 0)
        return {Enclosed{-1, {}, "the container has ended"}, std::move(in)};
    return {enter(init_.pidfd.get(), words, environment, out.get()), std::move(in)};
}

Ran Container::exec(const std::vector<std::string>& argv, milliseconds limit)
{
    Session session = exec_start(argv);
    if (!session.error().empty())
        return {125, session.error()};
    const auto until = Clock::now() + limit;
    std::optional<int> status;
    while (!(status = session.status()) && Clock::now() < until) {
        drain();
        session.output();
        static_cast<void>(is_over()); // lets a traced PID 1 go on
        wait_readable(-1, 1ms);
    }
    return {status.value_or(-1), session.output()};
}

Ran Container::shell(const std::string& command, milliseconds limit)
{
    return exec({"/bin/sh", "-c", command}, limit);
}

} // namespace boot
