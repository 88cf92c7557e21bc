// SPDX-License-Identifier: MIT
#include "host/loop.h"

#include "world/guarded.h"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace init::host {
namespace {

constexpr std::size_t queue_places = 64;
constexpr std::size_t ready_at_once = 8;
constexpr std::int64_t longest_wait = 3'600'000; ///< ms; a time that is further away is looked at again then
constexpr int generation_shift = 32;             ///< in the data of an epoll event; below it stands the place

std::uint64_t tag_of(std::size_t place, std::uint32_t generation) noexcept
{
    return std::uint64_t{generation} << generation_shift | place;
}

std::uint32_t what_of(control::Interest interest) noexcept
{
    switch (interest) {
    case control::Interest::read:
        return EPOLLIN;
    case control::Interest::write:
        return EPOLLOUT;
    case control::Interest::change:
        break;
    }
    return EPOLLPRI;
}

} // namespace

world::Result<system::UniqueFd> Loop::open() noexcept
{
    system::UniqueFd events{::epoll_create1(EPOLL_CLOEXEC)};
    if (!events)
        return world::errno_code();
    return events;
}

Loop::Loop(system::UniqueFd events, world::Log& log)
    : log_(log), events_(std::move(events)), queue_(queue_places)
{
}

world::TimePoint Loop::now() noexcept
{
    return std::chrono::steady_clock::now();
}

std::int64_t Loop::wall_clock() noexcept
{
    return ::time(nullptr);
}

// --- Events -----------------------------------------------------------------------------------------

world::Event Loop::next_event()
{
    while (!collect_due())
        wait();
    return queue_.pop();
}

void Loop::push(world::Event event) noexcept
{
    guarded(log_, "out of memory for an event; it is lost", [&] { queue_.push(std::move(event)); });
}

/// Does what is due; true when there is an event to give.
bool Loop::collect_due() noexcept
{
    const world::TimePoint at = now();
    for (const ChoreRow& row : chores_)
        if (const auto due = row.chore->due(); due && *due <= at)
            row.chore->work(at);
    while (const std::optional<world::Timer> due = timers_.take_due(at))
        push(world::TimerFired{*due});
    return !queue_.is_empty();
}

int Loop::timeout() noexcept
{
    std::optional<world::TimePoint> first = timers_.soonest();
    for (const ChoreRow& row : chores_)
        if (const auto due = row.chore->due(); due && (!first || *due < *first))
            first = due;
    if (!first)
        return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*first - now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, longest_wait));
}

void Loop::wait() noexcept
{
    std::array<epoll_event, ready_at_once> ready;
    const int count = ::epoll_wait(events_.get(), ready.data(), static_cast<int>(ready.size()), timeout());
    for (int i = 0; i < count; ++i)
        serve(ready[static_cast<std::size_t>(i)].data.u64);
}

/// The handler is held here while it runs: what it captured must outlive its own removal.
void Loop::serve(std::uint64_t tag) noexcept
{
    const std::size_t place = tag & 0xffffffffU;
    const auto generation = static_cast<std::uint32_t>(tag >> generation_shift);
    if (sources_[place].generation != generation)
        return; // removed by the handler of another one that was ready
    Handler handler = std::move(sources_[place].handler);
    guarded(log_, "what a descriptor had to say could not be handled; going on", handler);
    if (sources_[place].generation == generation)
        sources_[place].handler = std::move(handler);
}

// --- Who waits for what -----------------------------------------------------------------------------

Loop::Source* Loop::find(int fd) noexcept
{
    const auto found = std::ranges::find(sources_, fd, &Source::fd);
    return found != sources_.end() ? &*found : nullptr;
}

world::Result<void> Loop::add(int fd, control::Interest interest, Handler handler)
{
    if (is_in_reserve_)
        return world::errno_code(ESHUTDOWN);
    return add(fd, interest, Weight::rare, std::move(handler));
}

world::Result<void> Loop::add_vital(int fd, Handler handler)
{
    return add(fd, control::Interest::read, Weight::vital, std::move(handler));
}

world::Result<void> Loop::add(int fd, control::Interest interest, Weight weight, Handler handler)
{
    Source* source = find(fd);
    const bool is_known = source != nullptr;
    if (!source)
        source = find(-1);
    if (!source)
        source = &sources_.emplace_back();
    const std::uint32_t generation = ++last_generation_;
    epoll_event event{};
    event.events = what_of(interest);
    event.data.u64 = tag_of(static_cast<std::size_t>(source - sources_.data()), generation);
    int result = ::epoll_ctl(events_.get(), is_known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
    if (result != 0 && is_known && errno == ENOENT) // closed without a word, and its number is another's now
        result = ::epoll_ctl(events_.get(), EPOLL_CTL_ADD, fd, &event);
    if (result != 0)
        return world::errno_code();
    source->fd = fd;
    source->weight = weight;
    source->generation = generation;
    source->handler = std::move(handler);
    return {};
}

void Loop::remove(int fd) noexcept
{
    if (Source* const source = fd >= 0 ? find(fd) : nullptr)
        drop(*source);
}

void Loop::drop(Source& source) noexcept
{
    (void)::epoll_ctl(events_.get(), EPOLL_CTL_DEL, source.fd, nullptr); // it is there, or closed already
    source.fd = -1;
    source.generation = 0;
    source.handler = nullptr;
}

void Loop::add_chore(Chore& chore, Weight weight)
{
    chores_.push_back({&chore, weight});
}

void Loop::begin_reserve() noexcept
{
    if (is_in_reserve_)
        return;
    is_in_reserve_ = true;
    for (Source& source : sources_)
        if (source.fd >= 0 && source.weight == Weight::rare)
            drop(source);
    std::erase_if(chores_, [](const ChoreRow& row) { return row.weight == Weight::rare; });
    queue_.stop_growing();
    for (const auto& step : at_reserve_)
        guarded(log_, "a step of the stop's reserve failed; going on", step);
}

} // namespace init::host
