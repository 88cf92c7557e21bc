// SPDX-License-Identifier: MIT
#include "tree/configuration.h"

#include "world/file_lines.h"
#include "world/folder_names.h"

#include <fmt/format.h>

#include <unistd.h>

namespace init::tree {
namespace {

constexpr const char* main_file = "/etc/rcinit.conf";
constexpr const char* folder = "/etc/rcinit.conf.d";
constexpr std::size_t file_limit = 256 * 1024;

void add(Configuration& configuration, model::Diagnostics&& more)
{
    configuration.complaints.insert(configuration.complaints.end(), more.begin(), more.end());
}

void read_one(Configuration& configuration, world::Tree& tree, const std::string& path)
{
    const world::Result<std::string> text =
        world::lines_or_complain(tree, path, file_limit, configuration.complaints);
    if (text)
        add(configuration, read_settings(configuration.settings, *text, path));
    else if (text.error() != boost::system::errc::no_such_file_or_directory)
        add(configuration,
            {{path, 0,
              fmt::format("cannot be read ({}), its settings are left out", text.error().message())}});
}

} // namespace

Configuration read_configuration_files(world::Tree& tree)
{
    Configuration configuration;
    read_one(configuration, tree, main_file);
    for (const std::string& name :
         world::list_or_complain(tree, folder, configuration.complaints, "its settings are left out"))
        if (name.ends_with(".conf"))
            read_one(configuration, tree, std::string(folder) + "/" + name);
    return configuration;
}

Configuration read_configuration(world::Tree& own,
                                 std::span<const std::pair<std::string, std::string>> options)
{
    Configuration configuration = read_configuration_files(own);
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

} // namespace init::tree
