// SPDX-License-Identifier: MIT
#include "order_tree.h"

#include <boost/json.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

namespace boot {
namespace {

namespace fs = std::filesystem;

std::string line(const char* keyword, const std::string& value)
{
    return std::string{"# "} + keyword + ": " + value + "\n";
}

std::string numbered(char kind, int number, const std::string& name)
{
    return kind + std::string{number < 10 ? "0" : ""} + std::to_string(number) + name;
}

std::string text_of(const boost::json::object& object, const char* key)
{
    const boost::json::value* value = object.if_contains(key);
    if (value == nullptr || value->is_null())
        return {};
    return value->is_string() ? std::string{value->get_string().c_str()} : boost::json::serialize(*value);
}

/// A time stamp, a socket or a queue of init's own is no state that a script left.
bool is_of_init(const std::string& path)
{
    return path.starts_with("/run/rcinit") || path.starts_with("/var/run/rcinit") || path == "/run/initctl" ||
           path == "/run/utmp" || path == "/var/run/utmp" || path == "/var/log/wtmp";
}

void add_files(Container& box, const std::string& folder, std::vector<std::string>& facts)
{
    std::error_code error;
    for (const auto& entry : fs::recursive_directory_iterator{box.root() + folder, error}) {
        const std::string path = entry.path().string().substr(box.root().size());
        if (is_of_init(path) || !entry.is_regular_file(error))
            continue;
        const bool names_process = path.ends_with(".pid");
        facts.push_back("file " + path +
                        (!names_process                              ? ""
                         : box.process(box.pid_in(path)).has_value() ? " of a living process"
                                                                     : " of no process"));
    }
}

} // namespace

std::string block(const BlockText& text)
{
    return "### BEGIN INIT INFO\n" + line("Provides", text.provides) + line("Required-Start", text.needs) +
           line("Required-Stop", text.needs) + line("Should-Start", text.wants) +
           line("Should-Stop", text.wants) + line("X-Start-Before", text.before) +
           line("X-Stop-After", text.before) + line("Default-Start", "2 3 4 5") +
           line("Default-Stop", "0 1 6") + text.more + "### END INIT INFO\n";
}

void plant(Container& box, const TreeScript& script, Layout layout)
{
    std::string up = ": >/var/state/" + script.name + "\n";
    std::string down = "rm -f /var/state/" + script.name + "\n";
    if (script.leaves_nothing) {
        up = down = ":\n";
    } else if (script.is_daemon) {
        up += "/opt/helper daemon --pidfile /var/run/" + script.name + ".pid\n";
        down += "/opt/helper stop /var/run/" + script.name + ".pid\n";
    } else if (layout == Layout::red_hat) {
        up += ": >/var/lock/subsys/" + script.name + "\n";
        down += "rm -f /var/lock/subsys/" + script.name + "\n";
    }
    std::string needs;
    for (const std::string& need : script.needs)
        needs += "look " + need + " $1\n";
    if (!script.is_absent)
        box.script(script.name,
                   "#!/bin/sh\n" + script.header + "echo \"" + script.name + " $1 begin\" >>/var/events\n" +
                       "look() { [ -e /var/state/$1 ] && how=finds || how=misses\n" + "echo \"" +
                       script.name + " $2 $how $1\" >>/var/found; }\n" + needs + script.wait +
                       "\ncase $1 in\nstart)\n" + up + "status=" + std::to_string(script.status) +
                       " ;;\nstop)\n" + down + "status=0 ;;\nesac\n" + "echo \"" + script.name +
                       " $1 end\" >>/var/events\nexit $status\n",
                   script.mode);
    if (script.start >= 0)
        box.link(script.early ? 'S' : box.default_level(), numbered('S', script.start, script.name));
    for (const char level : {'0', '6'}) {
        if (script.stop >= 0)
            box.link(level, numbered('K', script.stop, script.name));
        if (script.ending >= 0)
            box.link(level, numbered('S', script.ending, script.name));
    }
    if (script.idle >= 0)
        box.link(box.default_level(), numbered('K', script.idle, script.name));
    box.file("/var/state/.keep", "");
}

void plant(Container& box, const OrderTree& tree)
{
    box.file("/etc/rcinit.conf", tree.settings);
    for (const auto& [path, text] : tree.files)
        box.file(path, text);
    for (const TreeScript& script : tree.scripts)
        plant(box, script, tree.layout);
}

bool boots(Container& box)
{
    box.start();
    return box.wait_for_log(" reached: ");
}

std::vector<ToldRun> told_runs(const std::vector<std::string>& events, std::size_t from)
{
    std::vector<ToldRun> runs;
    for (std::size_t i = from; i < events.size(); ++i) {
        const std::size_t first = events[i].find(' ');
        const std::size_t second = events[i].find(' ', first + 1);
        if (first == std::string::npos || second == std::string::npos)
            continue; // a line of rc.sysinit
        const std::string name = events[i].substr(0, first);
        const std::string verb = events[i].substr(first + 1, second - first - 1);
        if (events[i].substr(second + 1) == "begin") {
            runs.push_back({name, verb, i});
            continue;
        }
        const auto run = std::find_if(runs.begin(), runs.end(), [&](const ToldRun& known) {
            return known.name == name && known.verb == verb && !known.end;
        });
        if (run != runs.end())
            run->end = i;
    }
    return runs;
}

std::vector<std::string> names_of(const std::vector<ToldRun>& runs)
{
    std::vector<std::string> names;
    for (const ToldRun& run : runs)
        names.push_back(run.name);
    return names;
}

std::size_t most_at_once(const std::vector<ToldRun>& runs)
{
    std::size_t most = 0;
    for (const ToldRun& run : runs) {
        const auto running = std::count_if(runs.begin(), runs.end(), [&](const ToldRun& other) {
            return other.begin <= run.begin && other.end.value_or(run.begin + 1) > run.begin;
        });
        most = std::max(most, static_cast<std::size_t>(running));
    }
    return most;
}

std::vector<ToldService> told_services(Container& box)
{
    std::vector<ToldService> services;
    boost::system::error_code error;
    const boost::json::value told =
        boost::json::parse(box.exec({"rcinit", "status", "--json"}).output, error);
    const boost::json::object* const object = error ? nullptr : told.if_object();
    const boost::json::value* const list = object != nullptr ? object->if_contains("services") : nullptr;
    if (list == nullptr || !list->is_array())
        return services;
    for (const boost::json::value& item : list->get_array())
        if (const boost::json::object* const service = item.if_object())
            services.push_back({text_of(*service, "name"), text_of(*service, "state"),
                                text_of(*service, "exit"), text_of(*service, "reason")});
    return services;
}

std::vector<std::string> state_left(Container& box)
{
    std::vector<std::string> facts;
    for (const char* folder : {"/var", "/run"})
        add_files(box, folder, facts);
    std::string found = box.read("/var/found");
    for (std::size_t at = 0; at < found.size(); at = found.find('\n', at) + 1)
        facts.push_back(found.substr(at, found.find('\n', at) - at));
    for (const ToldRun& run : told_runs(box.events()))
        facts.push_back("ran " + run.name + " " + run.verb + (run.end ? "" : " without an end"));
    if (!box.is_over())
        for (const ToldService& service : told_services(box))
            facts.push_back("service " + service.name + " is " + service.state + ", exit status " +
                            (service.exit.empty() ? "unknown" : service.exit) + ", " + service.reason);
    std::sort(facts.begin(), facts.end());
    return facts;
}

std::string difference(const std::vector<std::string>& a, const std::vector<std::string>& b)
{
    std::string text;
    std::vector<std::string> only;
    std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(only));
    for (const std::string& fact : only)
        text += "\n  - " + fact;
    only.clear();
    std::set_difference(b.begin(), b.end(), a.begin(), a.end(), std::back_inserter(only));
    for (const std::string& fact : only)
        text += "\n  + " + fact;
    return text;
}

std::string plan_outside(const std::string& root)
{
    const std::string command = "'" RCINIT_BINARY "' plan --json --root '" + root + "' 2>/dev/null";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe{::popen(command.c_str(), "r"), ::pclose};
    std::string text;
    char buffer[4096];
    while (pipe) {
        const std::size_t n = std::fread(buffer, 1, sizeof buffer, pipe.get());
        if (n == 0)
            break;
        text.append(buffer, n);
    }
    return text;
}

bool is_long()
{
    const char* const value = std::getenv("RCINIT_LONG");
    return value != nullptr && std::string_view{value} == "yes";
}

} // namespace boot
