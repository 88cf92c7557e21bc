// SPDX-License-Identifier: MIT
// Picks the applet by the name the program was called by, or by the first word after `rcinit`. Nothing that
// an applet throws gets past here.
#include "applets/applets.h"
#include "model/exit_status.h"
#include "small/small_init.h"
#include "system/fault_handler.h"
#include "system/origin.h"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace init::applets;

constexpr int wrong_usage = 64;

struct Applet {
    std::string_view name;
    int (*run)(Arguments);
    bool by_link; ///< answers to a link of that name
    bool by_word; ///< answers to `rcinit NAME`
    std::string_view meaning;
};

/// `init` by its name boots as PID 1 and is telinit otherwise, as in sysvinit.
int init_or_telinit(Arguments words)
{
    return ::getpid() == 1 ? init::applets::init(words) : telinit(words);
}

int help(Arguments);
int version(Arguments)
{
    fmt::print("rcinit {}\n", RCINIT_VERSION);
    return 0;
}

constexpr Applet applets[] = {
    {"init", init_or_telinit, true, false, ""},
    {"init", init::applets::init, false, true,
     "boot: as PID 1, or as the parent of its own tree in a shared PID namespace"},
    {"status", status, false, true, "runlevel, services and their processes"},
    {"start", start, false, true, "start services, through init where it runs"},
    {"stop", stop, false, true, "stop services"},
    {"restart", restart, false, true, "restart services"},
    {"try-restart", try_restart, false, true, "restart services that run"},
    {"reload", reload, false, true, "have services read their configuration again"},
    {"service", service, true, true, "run one verb of a service's script"},
    {"plan", plan, false, true, "what a boot and a stop would do, in which order and why not"},
    {"why", why, false, true, "why a service is started when it is"},
    {"why-not", why_not, false, true, "why a service is not started"},
    {"lint", lint, false, true, "what is wrong with the rc tree of an image, before it is booted"},
    {"header", header, false, true, "what the headers of init scripts say"},
    {"signals", signals, false, true, "what each signal to init does"},
    {"install", install, false, true, "make the links to the other names"},
    {"telinit", telinit, true, true, "ask init for another runlevel, or to re-read its table"},
    {"runlevel", runlevel, true, true, "the previous and the current runlevel"},
    {"shutdown", shutdown, true, true, "stop the container at a time, with warnings"},
    {"halt", halt, true, true, "stop the container"},
    {"poweroff", poweroff, true, true, "stop the container"},
    {"reboot", reboot, true, true, "stop the container with status 133, or boot it again"},
    {"killall5", killall5, true, true, "signal every process outside this session"},
    {"chkconfig", chkconfig, true, true, "in which runlevels a service is started"},
    {"install_initd", install_initd, true, false, ""},
    {"remove_initd", remove_initd, true, false, ""},
    {"initctl", initctl, true, true, "answers what packages ask of Upstart's client"},
    {"help", help, false, true, "this text"},
    {"--help", help, false, true, ""},
    {"-h", help, false, true, ""},
    {"--version", version, false, true, ""},
};

int help(Arguments)
{
    fmt::print("usage: rcinit COMMAND [ARGUMENTS]\n\n");
    for (const Applet& applet : applets)
        if (applet.by_word && !applet.meaning.empty())
            fmt::print("  {:10} {}\n", applet.name, applet.meaning);
    fmt::print("\nAs PID 1, and by the name init, it boots the rc tree of the container.\n");
    return 0;
}

std::string_view base_name(std::string_view path)
{
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

int run(std::string_view name, const std::vector<std::string>& words)
{
    for (const Applet& applet : applets)
        if (applet.by_link && applet.name == name)
            return applet.run(words);
    const bool is_rcinit = name == "rcinit";
    if (is_rcinit && !words.empty()) {
        for (const Applet& applet : applets)
            if (applet.by_word && applet.name == words[0])
                return applet.run(Arguments(words).subspan(1));
    }
    // As PID 1 whatever it is called by is init: there is nobody else to be it.
    if (::getpid() == 1)
        return init::applets::init(words);
    if (is_rcinit && words.empty()) {
        help({});
        return wrong_usage;
    }
    if (is_rcinit)
        fmt::print(stderr, "rcinit: unknown command \"{}\"; nothing was done, see rcinit --help\n", words[0]);
    else
        fmt::print(stderr, "rcinit: called by the unknown name \"{}\"; nothing was done, see rcinit --help\n",
                   name);
    return wrong_usage;
}

/// Runs before static constructors, as the first code of ours. A small init is told by its name here, so that
/// it does not pay for the rest of the program. PID 1 has no default action for a signal, so a stop signal
/// that comes before the mask is set would be lost.
void take_first_step(int argc, char** argv, char** envp)
{
    if (argc > 0)
        if (const init::small::Personality* who = init::small::find_personality(argv[0]))
            init::small::run(*who, argc, argv, envp);
    if (::getpid() == 1)
        init::system::block_signals_at_start();
}
[[gnu::section(".preinit_array"), gnu::used]] void (*const first_step)(int, char**, char**) = take_first_step;

} // namespace

int main(int argc, char** argv)
try {
    const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    return run(argc > 0 ? base_name(argv[0]) : "rcinit", words);
} catch (const std::exception& e) {
    init::system::write_last_words({"rcinit: a fault of its own: ", e.what(), "; leaving with 70\n"});
    return init::model::exit_status::init_fault;
} catch (...) {
    return init::model::exit_status::init_fault;
}
