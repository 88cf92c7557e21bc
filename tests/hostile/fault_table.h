// SPDX-License-Identifier: MIT
// Which system calls of init and its helpers can fail how, and which failures need no word. Source: section 2
// of the manual; what only a wrong argument brings about (EFAULT, EINVAL, EBADF) is left out, but where an
// old kernel says it.
#pragma once

#include "fault_tracer.h"

#include <span>
#include <vector>

namespace boot {

/// What a call is made on, for people and for the rows below.
enum class Object { none, path, descriptor };

struct CallRow {
    const char* name;
    long number;
    Object object;
    int argument; ///< which one the object is, from 0
    std::vector<int> errors;
    const char* maker = nullptr; ///< nullptr: whoever makes it
    const char* pattern = "*";   ///< of the object, for fnmatch(3)
    bool is_done = false;        ///< the kernel does it all the same, whatever it says

    [[nodiscard]] bool is_of(const Site& site) const;
};

/// A call that is not made to fail.
struct CallLeftOut {
    const char* name;
    long number;
    const char* why;
};

/// A failure that init may pass over in silence, since it costs nothing, or nothing that anybody would miss.
struct HarmlessRow {
    const char* maker; ///< nullptr: whoever makes it
    const char* call;
    const char* pattern; ///< of the object, for fnmatch(3)
    const char* why;
};

std::span<const CallRow> call_rows();
std::span<const CallLeftOut> calls_left_out();
std::span<const HarmlessRow> harmless_rows();

/// The first row of a call; nullptr for one that has none.
const CallRow* find_call(long number);
bool is_left_out(long number);
/// The reason; nullptr when such a failure has to be told.
const char* why_harmless(const Site& site);

} // namespace boot
