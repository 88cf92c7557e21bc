// SPDX-License-Identifier: MIT
// Reads what /proc says about processes, with small buffers on the stack. Works in a keeper, which has no
// heap to speak of.
#include "system/process_table.h"

#include "system/directory_entry.h"
#include "system/unique_fd.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>

namespace init::system {

namespace {

class ProcPath {
public:
    ProcPath(pid_t pid, std::string_view rest) noexcept
    {
        char* at = append(text_, "/proc/");
        at = append_number(at, pid);
        *append(at, rest) = '\0';
    }
    ProcPath(pid_t pid, std::string_view middle, pid_t task, std::string_view rest) noexcept
    {
        char* at = append(text_, "/proc/");
        at = append_number(at, pid);
        at = append(at, middle);
        at = append_number(at, task);
        *append(at, rest) = '\0';
    }
    [[nodiscard]] const char* get() const noexcept { return text_; }

private:
    static char* append(char* at, std::string_view part) noexcept
    {
        std::memcpy(at, part.data(), part.size());
        return at + part.size();
    }
    static char* append_number(char* at, pid_t number) noexcept
    {
        return std::to_chars(at, at + 12, number).ptr;
    }

    char text_[64];
};

UniqueFd open_for_reading(const char* path) noexcept
{
    return UniqueFd(::open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY));
}

ssize_t read_some(int fd, char* buffer, std::size_t size) noexcept
{
    ssize_t got = 0;
    do {
        got = ::read(fd, buffer, size);
    } while (got < 0 && errno == EINTR);
    return got;
}

/// The next number of blank-separated `text`, which is shortened by it.
template <class Number> Number take_number(std::string_view& text) noexcept
{
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

void skip_fields(std::string_view& text, int count) noexcept
{
    for (; count > 0; --count) {
        while (!text.empty() && text.front() == ' ')
            text.remove_prefix(1);
        const std::size_t end = text.find(' ');
        text.remove_prefix(end == std::string_view::npos ? text.size() : end);
    }
}

/// Joins digits over the borders of what was read, and visits each number.
class NumberReader {
public:
    NumberReader(PidVisitor visit, void* context) noexcept : visit_(visit), context_(context) {}
    void feed(std::string_view text) noexcept
    {
        for (const char c : text) {
            if (c >= '0' && c <= '9')
                number_ = number_ * 10 + (c - '0');
            else
                finish();
        }
    }
    void finish() noexcept
    {
        if (number_ > 0)
            visit_(number_, context_);
        number_ = 0;
    }

private:
    PidVisitor visit_;
    void* context_;
    pid_t number_ = 0;
};

pid_t pid_of_name(const char* name) noexcept
{
    pid_t pid = 0;
    const char* const end = name + std::strlen(name);
    const auto [stop, error] = std::from_chars(name, end, pid);
    return error == std::errc{} && stop == end ? pid : 0;
}

struct ParentFilter {
    pid_t parent;
    PidVisitor visit;
    void* context;
};

void visit_if_child(pid_t pid, void* context)
{
    const auto* filter = static_cast<const ParentFilter*>(context);
    const auto process = read_process(pid);
    if (process && process->parent == filter->parent)
        filter->visit(pid, filter->context);
}

struct Oldest {
    pid_t pid = 0;
    std::uint64_t start_time = 0;
};

void keep_older(pid_t pid, void* context)
{
    auto* oldest = static_cast<Oldest*>(context);
    const auto process = read_process(pid);
    if (!process || process->state == 'Z' || process->state == 'X')
        return;
    if (oldest->pid == 0 || process->start_time < oldest->start_time)
        *oldest = {pid, process->start_time};
}

} // namespace

bool is_proc_ours() noexcept
{
    char target[16] = {};
    const ssize_t size = ::readlink("/proc/self", target, sizeof target - 1);
    return size > 0 && pid_of_name(target) == ::getpid();
}

std::optional<ProcessStat> read_process(pid_t pid) noexcept
{
    const UniqueFd file = open_for_reading(ProcPath(pid, "/stat").get());
    char buffer[512];
    const ssize_t size = file ? read_some(file.get(), buffer, sizeof buffer) : -1;
    if (size <= 0)
        return std::nullopt;
    std::string_view text(buffer, static_cast<std::size_t>(size));
    // The name in parentheses may itself hold blanks and parentheses.
    const std::size_t name_end = text.rfind(')');
    if (name_end == std::string_view::npos || name_end + 3 > text.size())
        return std::nullopt;
    ProcessStat stat;
    stat.pid = pid;
    const std::size_t name_begin = std::min(text.find('(') + 1, name_end);
    text.substr(name_begin, name_end - name_begin).copy(stat.comm, sizeof stat.comm - 1);
    stat.state = text[name_end + 2];
    text.remove_prefix(name_end + 3);
    stat.parent = take_number<pid_t>(text);
    stat.group = take_number<pid_t>(text);
    stat.session = take_number<pid_t>(text);
    skip_fields(text, 13);
    // A first thread that has ended stays a zombie until the last one has; its process lives.
    if (take_number<long>(text) > 1 && stat.state == 'Z')
        stat.state = 'S';
    skip_fields(text, 1);
    stat.start_time = take_number<std::uint64_t>(text);
    return stat;
}

bool visit_processes(PidVisitor visit, void* context) noexcept
{
    struct All {
        PidVisitor visit;
        void* context;
    } all{visit, context};
    return visit_processes_until(
        [](pid_t pid, void* data) {
            const All& a = *static_cast<const All*>(data);
            a.visit(pid, a.context);
            return true;
        },
        &all);
}

bool visit_processes_until(bool (*visit)(pid_t pid, void* context), void* context) noexcept
{
    if (!is_proc_ours())
        return false;
    const UniqueFd folder(::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder)
        return false;
    alignas(DirectoryEntry) char batch[2048];
    for (bool goes_on = true; goes_on;) {
        const long size = ::syscall(SYS_getdents64, folder.get(), batch, sizeof batch);
        if (size <= 0)
            return size == 0;
        for_each_name(batch, size, [&](const char* name) {
            if (const pid_t pid = pid_of_name(name); pid > 0 && goes_on)
                goes_on = visit(pid, context);
        });
    }
    return true;
}

bool visit_children(pid_t parent, PidVisitor visit, void* context) noexcept
{
    if (!is_proc_ours())
        return false;
    const UniqueFd file = open_for_reading(ProcPath(parent, "/task/", parent, "/children").get());
    if (!file) {
        ParentFilter filter{parent, visit, context};
        return visit_processes(visit_if_child, &filter);
    }
    NumberReader reader(visit, context);
    char buffer[512];
    ssize_t size = 0;
    while ((size = read_some(file.get(), buffer, sizeof buffer)) > 0)
        reader.feed({buffer, static_cast<std::size_t>(size)});
    reader.finish();
    return true;
}

std::optional<std::size_t> first_children(pid_t parent, std::span<pid_t> into) noexcept
{
    const UniqueFd file = open_for_reading(ProcPath(parent, "/task/", parent, "/children").get());
    char buffer[512];
    const ssize_t size = file ? read_some(file.get(), buffer, sizeof buffer) : -1;
    if (size < 0)
        return std::nullopt;
    struct Filled {
        std::span<pid_t> into;
        std::size_t count = 0;
    } filled{into};
    const auto put = [](pid_t pid, void* context) {
        auto* const f = static_cast<Filled*>(context);
        if (f->count < f->into.size())
            f->into[f->count++] = pid;
    };
    NumberReader(put, &filled)
        .feed({buffer, static_cast<std::size_t>(size)}); // a blank stands behind each number
    return filled.count;
}

pid_t oldest_child(pid_t parent) noexcept
{
    Oldest oldest;
    visit_children(parent, keep_older, &oldest);
    return oldest.pid;
}

} // namespace init::system
