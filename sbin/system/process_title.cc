// SPDX-License-Identifier: MIT
// Writes a title over the strings that exec put on the stack. The kernel shows them up to the first NUL, also
// past the end of the arguments into the environment, once the last byte of the arguments is not NUL. Source:
// proc_pid_cmdline(5).
#include "system/process_title.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace init::system {

namespace {

char* begin = nullptr;            // the first byte of argv[0]
char* end_of_arguments = nullptr; // one past the NUL of the last word
char* end = nullptr;              // one past the NUL of the last variable
bool is_moved = false;

/// Extends `tail` over the strings of `list` that follow it without a gap.
char* contiguous_end(char** list, char* tail) noexcept
{
    for (; *list != nullptr; ++list)
        if (*list == tail)
            tail += std::strlen(tail) + 1;
    return tail;
}

void find_strings(int argc, char** argv, char** variables)
{
    if (argc < 1 || argv[0] == nullptr)
        return;
    begin = argv[0];
    end_of_arguments = contiguous_end(argv, begin);
    end = contiguous_end(variables, end_of_arguments);
}

// glibc hands main's three arguments to what stands in this array; this runs before anything could change the
// lists. An attribute `constructor` will not do: link-time optimisation joins constructors into one function
// that is called, and calls them, without arguments.
[[gnu::section(".init_array.00101"), gnu::used]] void (*find_strings_first)(int, char**,
                                                                            char**) = find_strings;

} // namespace

void move_environment() noexcept
{
    if (is_moved || environ == nullptr)
        return;
    std::size_t count = 0;
    std::size_t bytes = 0;
    for (char** variable = environ; *variable != nullptr; ++variable, ++count)
        bytes += std::strlen(*variable) + 1;
    // Both blocks live as long as the process.
    char** list = new (std::nothrow) char*[count + 1];
    char* text = new (std::nothrow) char[bytes + 1];
    if (list == nullptr || text == nullptr) {
        delete[] list;
        delete[] text;
        return;
    }
    for (std::size_t i = 0; i < count; ++i) {
        list[i] = text;
        text = ::stpcpy(text, environ[i]) + 1;
    }
    list[count] = nullptr;
    environ = list;
    is_moved = true;
}

void set_title(std::string_view title, const char* name) noexcept
{
    ::prctl(PR_SET_NAME, name, 0, 0, 0);
    if (begin == nullptr)
        return;
    move_environment();
    char* const limit = is_moved ? end : end_of_arguments;
    const auto room = static_cast<std::size_t>(limit - begin);
    if (room < 2)
        return;
    const std::size_t size = std::min(title.size(), room - 1);
    std::memcpy(begin, title.data(), size);
    std::memset(begin + size, 0, room - size);
    if (begin + size < end_of_arguments)
        end_of_arguments[-1] = ' ';
}

} // namespace init::system
