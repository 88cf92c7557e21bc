// SPDX-License-Identifier: MIT
// Finds programs by name, as execvp(3) does.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace init::host {

/// Where init's own children are searched for.
inline constexpr std::string_view system_path = "/sbin:/usr/sbin:/bin:/usr/bin";

/// The container's PATH, or `system_path` without one.
std::string_view container_path() noexcept;

/// Of a PATH: the rest is not looked at. Whoever sets it would else decide how long a search takes.
inline constexpr std::size_t most_folders = 100;

/// `name` itself when it holds a slash; else the first executable file in the folders of `path`, or the first
/// file of that name that is none; empty when there is neither. One for which `answers` is false is not
/// touched.
std::string find_program(const std::string& name, std::string_view path,
                         const std::function<bool(const std::string&)>& answers = {});

/// An executable file, searched for in the container's PATH.
bool is_program(const std::string& word);

} // namespace init::host
