// SPDX-License-Identifier: MIT
// The fault that the memory test injects: from the reserve of a stop on, every allocation aborts. Linked into
// a build of the whole program with --wrap, so that the C library's and the C++ runtime's own calls are met
// as well.
#include <unistd.h>

#include <cstddef>
#include <cstdlib>

namespace {

bool is_starved = false;

void check() noexcept
{
    if (is_starved)
        std::abort(); // the fault handler turns this into status 70, which the test looks for
}

} // namespace

extern "C" {

void* __real_malloc(std::size_t size);
void* __real_calloc(std::size_t count, std::size_t size);
void* __real_realloc(void* old, std::size_t size);
void __real__ZN4init6keeper10KeeperPool13begin_reserveEv(void* pool);

void* __wrap_malloc(std::size_t size)
{
    check();
    return __real_malloc(size);
}

void* __wrap_calloc(std::size_t count, std::size_t size)
{
    check();
    return __real_calloc(count, size);
}

void* __wrap_realloc(void* old, std::size_t size)
{
    check();
    return __real_realloc(old, size);
}

/// init::keeper::KeeperPool::begin_reserve, the last step of the reserve.
void __wrap__ZN4init6keeper10KeeperPool13begin_reserveEv(void* pool)
{
    __real__ZN4init6keeper10KeeperPool13begin_reserveEv(pool);
    is_starved = true;
    (void)!::write(STDERR_FILENO, "memory is gone\n", 15); // so that a test sees that it was injected
}

} // extern "C"
