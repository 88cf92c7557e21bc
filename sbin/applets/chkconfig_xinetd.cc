// SPDX-License-Identifier: MIT
#include "applets/chkconfig_xinetd.h"
#include "model/shown_text.h"
#include "system/rooted_folder.h"
#include "system/rooted_path.h"
#include "system/spawn.h"
#include "world/folder_names.h"

#include <fmt/format.h>

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace init::applets {
namespace {

using model::LinkRequest;
using world::Result;

constexpr std::size_t file_limit = 1024 * 1024;
constexpr const char* folder = "/etc/xinetd.d/";

bool fail(const system::RootedTree& files, const char* step, const std::string& path, const std::string& why,
          const char* now)
{
    fmt::print(stderr, "chkconfig: cannot {} {}{}: {}; {}\n", step, files.root(), path, why, now);
    return false;
}

/// A file that is a link is rewritten where it lies, inside the tree.
Result<void> rewrite(const std::string& root, const std::string& path, std::string_view text)
{
    const Result<std::string> inside = system::resolve_in_root(root, path);
    if (!inside)
        return inside.error();
    const std::size_t slash = inside->rfind('/');
    const auto where = system::RootedFolder::open(root, inside->substr(0, slash));
    return where ? where->replace_file(inside->substr(slash + 1), text) : Result<void>{where.error()};
}

/// xinetd need not run, so a reload that its script refuses is no fault of ours; the file counts at its
/// start.
bool reload(const system::RootedTree& files)
{
    static char program[] = "/etc/init.d/xinetd";
    static char verb[] = "reload";
    char* argv[] = {program, verb, nullptr};
    system::SpawnRequest request;
    request.path = program;
    request.argv = argv;
    request.environment = ::environ;
    const system::Spawned child = system::spawn(request);
    if (child.pid < 0)
        return child.failure.error == ENOENT ||
               fail(files, "run", program, std::strerror(child.failure.error),
                    "the file is changed, and counts from xinetd's next start");
    int status = 0;
    while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (status != 0)
        fmt::print(stderr,
                   "chkconfig: {} reload failed; the file is changed, and counts from xinetd's next start\n",
                   program);
    return true;
}

/// What the request asks for; nothing where it leaves such a service alone.
std::optional<bool> wanted(LinkRequest request, const model::XinetdService& service)
{
    switch (request) {
    case LinkRequest::on:
    case LinkRequest::off:
        return request == LinkRequest::on;
    case LinkRequest::reset:
        return service.default_on;
    case LinkRequest::add:
    case LinkRequest::del:
    case LinkRequest::resetpriorities:
        break;
    }
    return std::nullopt;
}

} // namespace

Result<model::XinetdService> read_xinetd_service(system::RootedTree& files, const std::string& name)
{
    const Result<std::string> text = files.read_file(folder + name, file_limit);
    if (!text)
        return text.error();
    const std::optional<model::XinetdService> service = model::parse_xinetd_service(*text);
    return service ? Result<model::XinetdService>{*service}
                   : Result<model::XinetdService>{world::errno_code(EINVAL)};
}

void list_xinetd_services(system::RootedTree& files)
{
    for (const std::string& name : world::names_or_none(files, folder))
        if (!model::is_passed_over(name))
            if (const auto service = read_xinetd_service(files, name))
                fmt::print("\t{:<15}\t{}\n", model::shown_text(name, std::string::npos) + ":",
                           service->is_on ? "on" : "off");
}

bool change_xinetd_service(system::RootedTree& files, const std::string& name, LinkRequest request)
{
    const std::string path = folder + name;
    const Result<std::string> text = files.read_file(path, file_limit);
    const auto service = text ? model::parse_xinetd_service(*text) : std::nullopt;
    const auto on = service ? wanted(request, *service) : std::nullopt;
    if (!on)
        return true;
    const Result<void> written = rewrite(files.root(), path, model::switch_xinetd_service(*text, *on));
    if (!written)
        return fail(files, "rewrite", path, written.error().message(), "the service stays as it was");
    return !files.root().empty() || reload(files);
}

} // namespace init::applets
