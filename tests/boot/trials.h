// SPDX-License-Identifier: MIT
// Many trials of one kind, a few at a time, each with a container of its own in a thread of its own.
#pragma once

#include <atomic>
#include <exception>
#include <string>
#include <thread>
#include <vector>

namespace boot {

/// Runs `trial(i)` for each i below `count`; returns what was wrong, without the empty ones.
template <class Trial>
std::vector<std::string> run_trials(int count, const Trial& trial, unsigned side_by_side = 4)
{
    std::vector<std::string> faults(static_cast<std::size_t>(count));
    std::atomic<int> next{0};
    std::vector<std::thread> workers;
    for (unsigned w = 0; w < side_by_side; ++w)
        workers.emplace_back([&] {
            for (int i = next++; i < count; i = next++)
                try {
                    faults[static_cast<std::size_t>(i)] = trial(i);
                } catch (const std::exception& e) {
                    faults[static_cast<std::size_t>(i)] = e.what();
                }
        });
    for (std::thread& worker : workers)
        worker.join();
    std::erase(faults, "");
    return faults;
}

} // namespace boot
