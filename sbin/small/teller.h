// SPDX-License-Identifier: MIT
// Lines and pages of a small init, filled in and written with one write(2) each. No stdio and no heap; it is
// called in the child between vfork and exec too.
#pragma once

#include "small/personality.h"

#include <sys/types.h>

namespace init::small {

/// What the marks in a text stand for; what a text does not name need not be set.
struct Facts {
    const char* words = "";
    const char* option = "";
    int error = 0;
    long number = 0;
    pid_t process = 0;
    int signal = 0;
};

class Teller {
public:
    Teller(const Personality& who, const char* called) noexcept;

    void set_level(int level) noexcept { level_ = level; }
    [[nodiscard]] int level() const noexcept { return level_; }

    /// Writes the line that the personality has for this, where its level is told. What cannot be written is
    /// lost.
    void tell(Event event, const Facts& facts = {}) const noexcept;
    /// The same for what no personality tells as a warning; costs nothing where it is not told.
    void mention(Event event, const Facts& facts = {}) const noexcept
    {
        if (level_ >= static_cast<int>(Level::info))
            tell(event, facts);
    }
    void show(const Page& page) const noexcept;

private:
    const Personality& who_;
    const char* called_;
    int level_;
};

} // namespace init::small
