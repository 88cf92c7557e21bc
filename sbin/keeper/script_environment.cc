// SPDX-License-Identifier: MIT
// The environment that scripts start with, as one list with room at its end.
#include "keeper/script_environment.h"

#include <unistd.h>

#include <algorithm>
#include <new>

namespace init::keeper {

namespace {

constexpr std::string_view own_prefix = "RCINIT_";

char* nothing[] = {nullptr};
char** variables = nothing;
char** boot_variables = nothing; // `variables` as it was at first
std::size_t boot_count = 0;
std::size_t count = 0;
std::size_t room = 0;

std::string_view key_of(std::string_view variable) noexcept
{
    return variable.substr(0, variable.find('='));
}

} // namespace

bool prepare_environment() noexcept
{
    std::size_t found = 0;
    while (environ != nullptr && environ[found] != nullptr)
        ++found;
    // Lives as long as the process, and so do the strings: nobody in init changes its own environment.
    char** list = new (std::nothrow) char*[found + added_variables_limit + 1];
    char** copy = new (std::nothrow) char*[found + 1];
    if (list == nullptr || copy == nullptr)
        return false;
    count = 0;
    for (std::size_t i = 0; i < found; ++i)
        if (!std::string_view(environ[i]).starts_with(own_prefix))
            list[count++] = environ[i];
    list[count] = nullptr;
    std::copy(list, list + count, copy);
    room = count + added_variables_limit;
    variables = list;
    boot_variables = copy;
    boot_count = count;
    return true;
}

char* const* boot_environment() noexcept
{
    return variables;
}

std::vector<std::string> environment_with(const std::vector<std::string>& changes)
{
    std::vector<std::string> all = changes;
    for (char* const* variable = variables; *variable != nullptr; ++variable) {
        const std::string_view key = key_of(*variable);
        const bool is_changed = std::any_of(changes.begin(), changes.end(), [key](const std::string& change) {
            return key_of(change) == key;
        });
        if (!is_changed)
            all.emplace_back(*variable);
    }
    return all;
}

void reset_environment() noexcept
{
    std::copy(boot_variables, boot_variables + boot_count, variables);
    count = boot_count;
    variables[count] = nullptr;
}

bool set_variable(char* variable) noexcept
{
    const std::string_view key = key_of(variable);
    for (std::size_t i = 0; i < count; ++i)
        if (key_of(variables[i]) == key) {
            variables[i] = variable;
            return true;
        }
    if (count >= room)
        return false;
    variables[count++] = variable;
    variables[count] = nullptr;
    return true;
}

} // namespace init::keeper
