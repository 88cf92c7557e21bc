// SPDX-License-Identifier: MIT
// Somebody who swaps two names as fast as the machine can, so that a step by path between two looks meets the
// other one sooner or later.
#pragma once

#include <fcntl.h>
#include <stdio.h>

#include <atomic>
#include <string>
#include <thread>

namespace init::test {

inline bool swap_names(const std::string& one, const std::string& other)
{
    return ::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0;
}

class SwappingThread {
public:
    SwappingThread(const std::string& one, const std::string& other)
        : thread_([this, one, other] {
              while (!over_)
                  (void)swap_names(one, other);
          })
    {
    }
    SwappingThread(const SwappingThread&) = delete;
    SwappingThread& operator=(const SwappingThread&) = delete;
    ~SwappingThread()
    {
        over_ = true;
        thread_.join();
    }

private:
    std::atomic<bool> over_{false};
    std::thread thread_; ///< the last, so that it begins when the rest is there
};

} // namespace init::test
