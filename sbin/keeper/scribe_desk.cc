// SPDX-License-Identifier: MIT
#include "keeper/scribe_desk.h"

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace init::keeper {

std::size_t waiting_in(int pipe) noexcept
{
    int bytes = 0;
    return ::ioctl(pipe, FIONREAD, &bytes) == 0 && bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

void Intake::set_place(std::uint32_t taken, std::uint32_t held) noexcept
{
    place_.store(std::uint64_t{taken} << 32 | held);
}

/// Lines end with a newline, so a read that was carried out has left something in its last byte.
void Intake::take_over() noexcept
{
    const std::uint32_t pending = pending_.load();
    if (pending == 0)
        return;
    if (bytes_[held() + pending - 1] != '\0')
        set_place(taken(), held() + pending);
    else
        claimed_ -= pending;
    pending_ = 0;
}

void Intake::read(int fd) noexcept
{
    compact();
    const auto wanted = static_cast<std::uint32_t>(std::min(waiting_in(fd), size - held()));
    if (wanted == 0)
        return;
    bytes_[held() + wanted - 1] = '\0';
    pending_ = wanted;
    claimed_ += wanted; // before: who asks meanwhile finds them in the pipe, or here, or in both
    const ssize_t got = ::read(fd, bytes_ + held(), wanted);
    const auto count = static_cast<std::uint32_t>(std::max<ssize_t>(got, 0));
    claimed_ -= wanted - count;
    set_place(taken(), held() + count);
    pending_ = 0;
}

std::string_view Intake::text() const noexcept
{
    return {bytes_ + taken(), held() - taken()};
}

void Intake::remove_prefix(std::size_t count) noexcept
{
    set_place(taken() + static_cast<std::uint32_t>(count), held());
}

/// Moves the rest to the front where it does not overlap itself: until the place says so, it stands where it
/// stood.
void Intake::compact() noexcept
{
    const std::uint32_t rest = held() - taken();
    if (taken() == 0 || rest > taken())
        return;
    std::memcpy(bytes_, bytes_ + taken(), rest);
    set_place(0, rest);
}

void DeskUnmapped::operator()(Desk* desk) const noexcept
{
    ::munmap(desk, sizeof(Desk));
}

SharedDesk map_desk() noexcept
{
    void* const memory =
        ::mmap(nullptr, sizeof(Desk), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return SharedDesk(memory != MAP_FAILED ? new (memory) Desk : nullptr);
}

} // namespace init::keeper
