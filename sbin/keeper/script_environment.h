// SPDX-License-Identifier: MIT
// The environment that scripts start with: what init was started with, without its own RCINIT_* keys. Made
// once in init; a keeper, which has no heap, adds the variables of its run in place.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace init::keeper {

constexpr std::size_t added_variables_limit = 256;

/// Builds it from `environ`. Allocates; called once, before the spawner is forked. False when memory is
/// short.
bool prepare_environment() noexcept;

/// Ended by a null pointer.
char* const* boot_environment() noexcept;

/// The boot's environment with KEY=VALUE `changes` in place of older ones, for a process that init starts
/// itself.
std::vector<std::string> environment_with(const std::vector<std::string>& changes);

/// Takes back every `set_variable`: what they pointed to need not live on. Allocates nothing.
void reset_environment() noexcept;

/// Sets KEY=VALUE, in place of an older value. `variable` must outlive the environment. False when the room
/// is used up. Allocates nothing; for a process of its own, since it changes what `boot_environment` gives.
bool set_variable(char* variable) noexcept;

} // namespace init::keeper
