// SPDX-License-Identifier: MIT
// chkconfig: in which runlevels a service is started, by the links in rcN.d and the headers of the scripts;
// and install_initd and remove_initd, LSB's names for adding and removing a script. It never runs a service's
// script. Source: chkconfig(8) of rhel6, LSB 3.1 20.4 and 20.5.
#include "applets/applets.h"
#include "applets/chkconfig_arguments.h"
#include "applets/chkconfig_xinetd.h"
#include "model/chkconfig_numbers.h"
#include "text/shown_line.h"
#include "tree/chkconfig_tree.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

namespace init::applets {
namespace {

using model::ChkconfigService;
using model::LinkRequest;
using Action = ChkconfigArguments::Action;

/// How tools that read chkconfig's messages find this one; what follows it is ours.
int say_unreadable(const std::string& name, const boost::system::error_code& error)
{
    fmt::print(stderr, "error reading information on service {}: {}\n", name, error.message());
    return 1;
}

void say_all(const model::Diagnostics& complaints)
{
    for (const model::Diagnostic& complaint : complaints)
        text::print_line(stderr, to_string(complaint));
}

/// xinetd's services are shown where it runs; in a tree that nobody booted, where a boot may start it.
bool is_xinetd_on(const tree::ChkconfigTree& tree)
{
    const ChkconfigService xinetd = tree.service("xinetd", {});
    if (const auto level = tree.current_level())
        return *level < model::chkconfig_levels && xinetd.is_on(*level);
    return xinetd.levels_on() != 0;
}

int list_all(tree::ChkconfigTree& tree, const ChkconfigArguments& arguments)
{
    if (!tree.may_list())
        return 1;
    if (arguments.sysv)
        for (const ChkconfigService& service : tree.services())
            if (!service.links.empty())
                fmt::print("{}\n", list_line(service));
    if (!arguments.xinetd || !is_xinetd_on(tree))
        return 0;
    fmt::print("\nxinetd based services:\n");
    list_xinetd_services(tree.files());
    return 0;
}

int list_one(const ChkconfigService& service)
{
    if (service.links.empty()) {
        fmt::print(
            stderr,
            "service {0} supports chkconfig, but is not referenced in any runlevel (run 'chkconfig --add "
            "{0}')\n",
            service.name);
        return 1;
    }
    fmt::print("{}\n", list_line(service));
    return 0;
}

int query(const tree::ChkconfigTree& tree, const ChkconfigService& service, std::optional<unsigned> levels)
{
    if (levels)
        return !service.links.empty() && (service.levels_on() & *levels) != 0 ? 0 : 1;
    const auto level = tree.current_level();
    if (!level) {
        fmt::print(stderr, "cannot determine current run level; ask for one with --level\n");
        return 1;
    }
    return *level < model::chkconfig_levels && service.is_on(*level) ? 0 : 1;
}

/// All services, with the one in question among them although its name may be one that is passed over.
struct Services {
    std::vector<ChkconfigService> all;
    std::size_t target = 0;
};

Services read_services(tree::ChkconfigTree& tree, const std::string& name, model::ChkconfigHeader&& header)
{
    Services services{tree.services()};
    while (services.target < services.all.size() && services.all[services.target].name != name)
        ++services.target;
    if (services.target == services.all.size())
        services.all.push_back(tree.service(name, std::move(header)));
    return services;
}

int change(tree::ChkconfigTree& tree, const Services& services, LinkRequest request,
           std::optional<unsigned> levels)
{
    const bool is_switch = request == LinkRequest::on || request == LinkRequest::off;
    const unsigned usual = is_switch ? model::usual_level_bits : model::all_level_bits;
    return tree.change(plan_links(services.all, services.target, request, levels.value_or(usual))) ? 0 : 1;
}

/// Only links that nobody touched since they were added follow the override.
int override_links(tree::ChkconfigTree& tree, Services& services)
{
    ChkconfigService& service = services.all[services.target];
    if (!tree.has_override(service.name))
        return 0;
    auto original = tree.read_script(service.name, false);
    if (!original || !original->header)
        return 0;
    std::swap(service.header, *original->header);
    const bool is_untouched = is_as_added(services.all, services.target);
    std::swap(service.header, *original->header);
    return is_untouched ? change(tree, services, LinkRequest::reset, std::nullopt) : 0;
}

int use_script(tree::ChkconfigTree& tree, const ChkconfigArguments& arguments, tree::ReadScript& script)
{
    if (!script.header)
        fmt::print(stderr, "service {} does not support chkconfig\n", arguments.name);
    const bool changes = arguments.action != Action::list && arguments.action != Action::query;
    if (!script.header || changes)
        say_all(script.complaints);
    if (!script.header)
        return 1;
    if (changes) {
        Services services = read_services(tree, arguments.name, std::move(*script.header));
        return arguments.action == Action::override_links
                   ? override_links(tree, services)
                   : change(tree, services, arguments.request, arguments.levels);
    }
    const ChkconfigService service = tree.service(arguments.name, std::move(*script.header));
    return arguments.action == Action::list ? list_one(service) : query(tree, service, arguments.levels);
}

int use_xinetd(tree::ChkconfigTree& tree, const ChkconfigArguments& arguments)
{
    const auto service = read_xinetd_service(tree.files(), arguments.name);
    if (!service)
        return say_unreadable(arguments.name, service.error());
    if (arguments.action == Action::query)
        return service->is_on ? 0 : 1;
    if (arguments.action == Action::change)
        return change_xinetd_service(tree.files(), arguments.name, arguments.request) ? 0 : 1;
    if (arguments.action == Action::list)
        fmt::print("{:<15}\t{}\n", arguments.name, service->is_on ? "on" : "off");
    return 0;
}

int use_named(tree::ChkconfigTree& tree, const ChkconfigArguments& arguments)
{
    const bool changes = arguments.action == Action::change || arguments.action == Action::override_links;
    if (changes && !tree.may_change())
        return 1;
    if (!arguments.sysv)
        return use_xinetd(tree, arguments);
    auto script = tree.read_script(arguments.name);
    if (script)
        return use_script(tree, arguments, *script);
    if (arguments.xinetd && script.error() == boost::system::errc::no_such_file_or_directory)
        return use_xinetd(tree, arguments);
    return say_unreadable(arguments.name, script.error());
}

/// `install_initd`, `remove_initd`: as --add and --del, but not where a requirement would stay unmet.
int use_initd(Arguments words, LinkRequest request, const char* own_name)
{
    ChkconfigArguments arguments = parse_chkconfig_arguments(words);
    if (!arguments.error.empty() || arguments.action != Action::query || arguments.levels) {
        fmt::print(stderr, "usage:   {} [--root DIR] SCRIPT\n", own_name);
        return 1;
    }
    arguments.action = Action::change;
    arguments.request = request;
    tree::ChkconfigTree tree(arguments.root);
    if (auto script = tree.read_script(arguments.name); script && script->header) {
        const Services services = read_services(tree, arguments.name, std::move(*script->header));
        const bool adds = request == LinkRequest::add;
        const std::string* unmet = adds ? find_unmet(services.all, services.target) : nullptr;
        const ChkconfigService* dependent = adds ? nullptr : find_dependent(services.all, services.target);
        if (unmet || dependent) {
            fmt::print(stderr, "{}: {} {} {}; nothing was changed\n", own_name, arguments.name,
                       unmet ? "requires what no added script provides:" : "is required by",
                       unmet ? *unmet : dependent->name);
            return 1;
        }
    }
    arguments.xinetd = false;
    return use_named(tree, arguments);
}

} // namespace

int chkconfig(Arguments words)
{
    const ChkconfigArguments arguments = parse_chkconfig_arguments(words);
    if (!arguments.error.empty()) {
        fmt::print(stderr, "chkconfig: {}; nothing was done\n{}", arguments.error,
                   arguments.wants_usage ? chkconfig_usage : "");
        return 1;
    }
    if (arguments.action == Action::help || arguments.action == Action::version) {
        fmt::print("chkconfig version {} (rcinit)\n{}", RCINIT_VERSION,
                   arguments.action == Action::help ? chkconfig_usage : "");
        return 0;
    }
    tree::ChkconfigTree tree(arguments.root);
    return arguments.name.empty() ? list_all(tree, arguments) : use_named(tree, arguments);
}

int install_initd(Arguments words)
{
    return use_initd(words, LinkRequest::add, "install_initd");
}

int remove_initd(Arguments words)
{
    return use_initd(words, LinkRequest::del, "remove_initd");
}

} // namespace init::applets
