// SPDX-License-Identifier: MIT
#include "system/resident_memory.h"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

// The bounds of the code, from the linker. Source: end(3) and ld's default script.
extern "C" char __executable_start;
extern "C" char etext;

namespace init::system {

void release_code() noexcept
{
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto begin = (reinterpret_cast<std::uintptr_t>(&__executable_start) + page - 1) / page * page;
    const auto end = reinterpret_cast<std::uintptr_t>(&etext) / page * page;
    // Code is mapped privately from the file and never written, so nothing can be lost with it.
    if (end > begin)
        (void)::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

void release_idle_memory() noexcept
{
    (void)::malloc_trim(0);
    release_code();
}

} // namespace init::system
