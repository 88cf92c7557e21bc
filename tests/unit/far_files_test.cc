// SPDX-License-Identifier: MIT
// The tree that init runs in, with a part of it on a file server that answers, falls silent, and comes back.
#define BOOST_TEST_MODULE far_files
#include "file_server.h"
#include "host/tree.h"
#include "host_world.h"
#include "temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

using namespace init;
using namespace init::test;
using namespace std::chrono_literals;
using world::FileKind;

namespace {

std::string at(const char* name)
{
    static const tests::TemporaryFolder folder;
    return folder / name;
}

/// A folder with a script in it, served at another place.
struct Served {
    host::Tree tree;
    Failure fault;

    explicit Served(HostWorld& world) : tree(world.loop, world.log, world.processes.ownership())
    {
        world.processes.use_tree(tree);
        for (const char* folder : {"source", "far"})
            std::filesystem::create_directories(at(folder));
        for (const char* name : {"source/one", "source/two"})
            std::ofstream{at(name)} << "# " << name << "\n";
        std::filesystem::permissions(at("source/one"), std::filesystem::perms{0755});
        std::filesystem::remove(at("silence"));
        if (::access("/dev/fuse", R_OK | W_OK) != 0 ||
            boot::serve_files(at("far"), at("source"), at("silence"), false) != 0)
            fault = denied;
    }
    static void fall_silent() { std::ofstream{at("silence")} << "\n"; }
};

} // namespace

HOST_TEST(what_a_file_server_shows_is_read_as_any_other_file)
{
    Served served(world);
    if (!served.fault.empty())
        return served.fault;
    const auto text = served.tree.read_file(at("far/one"), 100);
    HOLDS(text && *text == "# source/one\n");
    HOLDS(served.tree.read_file(at("far/one"), 4).value() == "# so");
    HOLDS(served.tree.read_file(at("far/none"), 4).error().value() == ENOENT);
    const auto names = served.tree.list_folder(at("far"));
    HOLDS(names && *names == (std::vector<std::string>{"one", "two"}));
    HOLDS(served.tree.look(at("far/one")).kind == FileKind::file);
    HOLDS(served.tree.look(at("far/one")).executable);
    HOLDS(!served.tree.look(at("far/two")).executable);
    HOLDS(served.tree.look(at("far/none")).kind == FileKind::none);
    HOLDS(served.tree.answers(at("far/one")));
    return {};
}

HOST_TEST(many_looks_in_a_row_leave_no_process_behind)
{
    Served served(world);
    if (!served.fault.empty())
        return served.fault;
    for (int i = 0; i < 50; ++i)
        HOLDS(served.tree.look(at("far/one")).kind == FileKind::file);
    world.pass(600ms);
    for (const world::ProcessLook& look : world.processes.processes())
        HOLDS(look.pid == ::getpid() || system::read_process(look.pid)->state != 'Z');
    HOLDS(world.count<world::OwnershipUnsure>() == 0); // none of them was taken for somebody's orphan
    return {};
}

HOST_TEST(a_server_that_falls_silent_is_waited_for_once_and_not_counted_among_the_living)
{
    Served served(world);
    if (!served.fault.empty())
        return served.fault;
    const auto before = world.processes.population(world::Processes::Count::all);
    served.fall_silent();
    const auto begun = std::chrono::steady_clock::now();
    HOLDS(served.tree.look(at("far/one")).kind == FileKind::unanswered);
    const auto once = std::chrono::steady_clock::now();
    HOLDS(once - begun >= 1s); // it has a chance
    for (int i = 0; i < 200; ++i) {
        HOLDS(served.tree.look(at("far/one")).executable);
        HOLDS(served.tree.read_file(at("far/one"), 9).error().value() == ETIMEDOUT);
        HOLDS(served.tree.list_folder(at("far")).error().value() == ETIMEDOUT);
        HOLDS(!served.tree.answers(at("far/two")));
    }
    HOLDS(std::chrono::steady_clock::now() - once < 1s);
    HOLDS(served.tree.look(at("source/one")).kind == FileKind::file);
    const auto after = world.processes.population(world::Processes::Count::all);
    HOLDS(after.others == before.others);
    return {};
}

HOST_TEST(a_server_that_answers_after_all_is_asked_again)
{
    Served served(world);
    if (!served.fault.empty())
        return served.fault;
    served.fall_silent();
    HOLDS(served.tree.look(at("far/one")).kind == FileKind::unanswered);
    // What was asked for while it was silent is lost with the mount, and another one comes into its place.
    HOLDS(::umount2(at("far").c_str(), MNT_FORCE | MNT_DETACH) == 0);
    std::filesystem::remove(at("silence"));
    HOLDS(boot::serve_files(at("far"), at("source"), at("silence"), false) == 0);
    HOLDS(served.tree.look(at("far/one")).kind == FileKind::file);
    return {};
}

HOST_TEST(a_signal_that_comes_meanwhile_is_not_kept_waiting)
{
    Served served(world);
    if (!served.fault.empty())
        return served.fault;
    served.fall_silent();
    HOLDS(::kill(::getpid(), SIGTERM) == 0); // blocked, as all are in init
    const auto begun = std::chrono::steady_clock::now();
    HOLDS(served.tree.look(at("far/one")).kind == FileKind::unanswered);
    HOLDS(std::chrono::steady_clock::now() - begun < 1s);
    return {};
}

HOST_TEST(a_timer_that_is_due_is_not_kept_waiting)
{
    Served served(world);
    if (!served.fault.empty())
        return served.fault;
    served.fall_silent();
    const auto begun = std::chrono::steady_clock::now();
    world.loop.arm({world::Timer::Kind::stop_reserve}, begun + 300ms);
    HOLDS(served.tree.look(at("far/one")).kind == FileKind::unanswered);
    HOLDS(std::chrono::steady_clock::now() - begun < 1s);
    return {};
}
