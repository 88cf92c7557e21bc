// SPDX-License-Identifier: MIT
#include "host/configuration.h"

#include "system/read_text.h"

#include <boost/filesystem/operations.hpp>

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>

namespace init::host {
namespace {

constexpr const char* main_file = "/etc/rcinit.conf";
constexpr const char* folder = "/etc/rcinit.conf.d";
constexpr std::size_t file_limit = 256 * 1024;

void add(Configuration& configuration, model::Diagnostics&& more)
{
    configuration.complaints.insert(configuration.complaints.end(), more.begin(), more.end());
}

void read_one(Configuration& configuration, const std::string& path)
{
    const system::Result<std::string> text = system::read_text(path, file_limit);
    if (text)
        add(configuration, read_settings(configuration.settings, *text, path));
    else if (text.error() != boost::system::errc::no_such_file_or_directory)
        add(configuration,
            {{path, 0,
              fmt::format("cannot be read ({}), its settings are left out", text.error().message())}});
}

std::vector<std::string> fragments()
{
    std::vector<std::string> paths;
    boost::system::error_code error;
    boost::filesystem::directory_iterator at(folder, error);
    for (const boost::filesystem::directory_iterator end; !error && at != end; at.increment(error))
        if (at->path().extension() == ".conf")
            paths.push_back(at->path().native());
    std::sort(paths.begin(), paths.end());
    return paths;
}

} // namespace

Configuration read_configuration(std::span<const std::pair<std::string, std::string>> options)
{
    Configuration configuration;
    read_one(configuration, main_file);
    for (const std::string& path : fragments())
        read_one(configuration, path);

    std::vector<std::string> environment;
    for (char** variable = environ; variable && *variable; ++variable)
        if (std::string_view(*variable).starts_with("RCINIT_"))
            environment.emplace_back(*variable);
    add(configuration, read_environment_settings(configuration.settings, environment));

    for (const auto& [key, value] : options)
        if (const auto why = set(configuration.settings, key, value))
            add(configuration, {{"--" + key, 0, *why + ", option ignored"}});
    return configuration;
}

} // namespace init::host
