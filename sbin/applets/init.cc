// SPDX-License-Identifier: MIT
// `init` where it boots: wires host, supervisor and channels together in the order that PID 1 needs. What
// happens from then on is the supervisor's.
#include "applets/applets.h"
#include "host/builtin_rc_sysinit.h"
#include "host/linux_host.h"
#include "host/program_search.h"
#include "keeper/keeper_pool.h"
#include "model/exit_status.h"
#include "model/init_arguments.h"
#include "supervisor/supervisor.h"
#include "system/fault_handler.h"
#include "system/file_limit.h"
#include "system/origin.h"
#include "system/process_title.h"
#include "system/signal_mask.h"
#include "tree/configuration.h"

#include <fmt/format.h>

#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <optional>

namespace init::applets {
namespace {

constexpr mode_t file_mask = 022;
constexpr int wrong_usage = 64; ///< EX_USAGE. Source: sysexits.h

struct Ending {
    int status = model::exit_status::init_fault;
    bool boot_again = false;
};

/// What the process itself needs before anything is forked or allocated.
void settle_process()
{
    system::block_signals_at_start(); // before anything a signal could interrupt; rc children get an empty
                                      // mask
    system::remember_origin();
    system::reset_dispositions();
    system::handle_faults();
    system::raise_file_limit();
    (void)::chdir("/");
    ::umask(file_mask);
    if (::getpid() != 1)
        (void)::prctl(PR_SET_CHILD_SUBREAPER,
                      1); // refused nowhere since Linux 3.4; without it orphans go to PID 1
    system::move_environment();
}

/// Deaf to signals it would boot, and never stop.
Ending refuse_to_be_deaf(const std::string& fault)
{
    fmt::print(stderr, "init: cannot listen to signals ({}); nothing is started; leaving with {}\n", fault,
               model::exit_status::init_fault);
    return {};
}

/// Before there is a loop, which it takes settings to make.
tree::Configuration read_configuration(const model::InitArguments& arguments)
{
    host::Tree own;
    return tree::read_configuration(own, arguments.settings);
}

Ending boot(const model::InitArguments& arguments)
{
    host::Senses senses = host::Senses::open();
    if (!senses.fault.empty())
        return refuse_to_be_deaf(senses.fault);
    auto pool = keeper::KeeperPool::start({});
    if (!pool) {
        fmt::print(stderr, "init: cannot start its helper processes: {}; leaving with {}\n",
                   pool.error().message(), model::exit_status::init_fault);
        return {};
    }
    tree::Configuration configuration = read_configuration(arguments);
    host::LinuxHost machine{std::move(senses), std::move(*pool), configuration.settings};
    if (const std::string fault = machine.listen(); !fault.empty())
        return refuse_to_be_deaf(fault);
    const std::array<const model::Diagnostics*, 2> both = {&arguments.complaints, &configuration.complaints};
    for (const model::Diagnostics* complaints : both)
        for (const model::Diagnostic& complaint : *complaints)
            machine.log().say(to_string(complaint));
    configuration.complaints.clear();

    supervisor::Supervisor supervisor{machine.parts(),
                                      configuration.settings,
                                      {arguments.level, arguments.autoboot, host::builtin_rc_sysinit,
                                       RCINIT_VERSION, arguments.command, arguments.command_waits}};
    machine.on_status([&supervisor](bool anew) { return supervisor.report(anew); });
    supervisor.on_reload([&] {
        tree::Configuration fresh = tree::read_configuration(machine.parts().tree, arguments.settings);
        for (const model::Diagnostic& complaint : fresh.complaints)
            machine.log().say(to_string(complaint));
        machine.use_log_choice(fresh.settings.log);
        return fresh.settings;
    });
    const int status = supervisor.run();
    machine.finish(supervisor.deadline());
    const bool again = supervisor.reboot_was_asked() &&
                       supervisor.stop_status() == model::exit_status::reboot &&
                       supervisor.settings().reboot == model::RebootChoice::restart;
    return {status, again};
}

/// PID 1 has nobody to ask, and passes over what it does not know. Whoever starts it by hand may not have
/// meant to boot.
int refuse_to_boot(const model::Diagnostics& complaints)
{
    for (const model::Diagnostic& complaint : complaints)
        fmt::print(stderr, "init: {}\n", to_string(complaint));
    fmt::print(stderr,
               "init: this process is not PID 1, so it boots only with words that it knows; nothing was "
               "started, see init(8)\n");
    return wrong_usage;
}

} // namespace

int init(Arguments words)
{
    const model::InitArguments arguments = model::parse_init_arguments(words, host::is_program);
    if (arguments.version) {
        fmt::print("rcinit {}\n", RCINIT_VERSION);
        return 0;
    }
    if (::getpid() != 1 && !arguments.complaints.empty())
        return refuse_to_boot(arguments.complaints);
    settle_process();
    const Ending ending = boot(arguments);
    if (ending.boot_again) {
        std::vector<std::string> own{"init"};
        own.insert(own.end(), words.begin(), words.end());
        std::vector<char*> argv;
        for (std::string& word : own)
            argv.push_back(word.data());
        argv.push_back(nullptr);
        system::return_to_origin();
        ::execv("/proc/self/exe", argv.data());
        fmt::print(stderr, "init: cannot boot again in place: {}; leaving instead\n",
                   world::errno_code().message());
    }
    // Not exit(): nothing of ours waits for a destructor, and the container ends here.
    (void)std::fflush(nullptr);
    ::_exit(ending.status);
}

} // namespace init::applets
