// SPDX-License-Identifier: MIT
// The signal mask as a value. init blocks everything before its first act and reads signals as data; what the
// mask was before is kept, because CMD and the small inits hand it on.
#pragma once

#include <signal.h>

namespace init::system {

class SignalMask {
public:
    /// Blocks every signal and gives the mask that was in force before.
    static SignalMask block_all() noexcept;

    /// Makes this the mask of the calling thread.
    void apply() const noexcept;
    [[nodiscard]] const sigset_t* get() const noexcept { return &set_; }

private:
    sigset_t set_{};
};

/// All signals are blocked while one of these lives; its end puts back the mask it found.
class SignalsBlocked {
public:
    SignalsBlocked() noexcept : before_(SignalMask::block_all()) {}
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;
    ~SignalsBlocked() { before_.apply(); }

private:
    SignalMask before_;
};

} // namespace init::system
