// SPDX-License-Identifier: MIT
// The signal mask as a value: taken, kept and put back. None of the calls can fail with the arguments used
// here.
#include "system/signal_mask.h"

namespace init::system {

SignalMask SignalMask::block_all() noexcept
{
    sigset_t all;
    ::sigfillset(&all);
    SignalMask before;
    ::sigprocmask(SIG_SETMASK, &all, &before.set_);
    return before;
}

void SignalMask::apply() const noexcept
{
    ::sigprocmask(SIG_SETMASK, &set_, nullptr);
}

} // namespace init::system
