// SPDX-License-Identifier: MIT
#include "tree/service_settings.h"

#include "world/file_lines.h"

namespace init::tree {
namespace {

constexpr std::size_t text_limit = 256 * 1024;

} // namespace

model::ServiceSettings read_service_settings(world::Tree& tree, const std::string& name,
                                             const std::string& path, std::string_view text,
                                             model::Diagnostics& complaints)
{
    model::ServiceSettings settings;
    const auto add = [&complaints](const model::Diagnostics& more) {
        complaints.insert(complaints.end(), more.begin(), more.end());
    };
    add(model::read_header_settings(settings, text, path));
    const std::string own = "/etc/rcinit.conf.d/" + name + ".service";
    if (const world::Result<std::string> more = world::lines_or_complain(tree, own, text_limit, complaints))
        add(model::read_settings(settings, *more, own));
    else if (more.error() != boost::system::errc::no_such_file_or_directory)
        complaints.push_back(
            {own, 0, "cannot be read (" + more.error().message() + "), its settings are left out"});
    return settings;
}

std::optional<std::string> machine_skip(world::Tree& tree, const std::string& name, const std::string& path,
                                        const model::MachineFacts& facts)
{
    std::optional<std::string> reason = model::machine_reason(name, facts);
    if (!reason)
        return reason;
    const world::Result<std::string> text = tree.read_file(path, text_limit);
    model::Diagnostics told; // when the service is learnt
    const bool runs =
        read_service_settings(tree, name, path, text ? std::string_view(*text) : "", told).machine_runs;
    return runs ? std::nullopt : std::move(reason);
}

} // namespace init::tree
