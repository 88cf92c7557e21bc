// SPDX-License-Identifier: MIT
// A cgroup of the second version is made, entered before exec and removed; where there is none, everything is
// empty.
#define BOOST_TEST_MODULE cgroup
#include "system/cgroup.h"
#include "system/spawn.h"

#include "left_out.h"

#include <boost/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>

using namespace init::system;

BOOST_AUTO_TEST_CASE(a_folder_that_is_no_cgroup_tree_gives_nothing)
{
    CgroupTree tree = CgroupTree::find("/tmp");
    BOOST_TEST(!tree.is_usable());
    BOOST_TEST(tree.make(1).procs() == -1);
}

BOOST_AUTO_TEST_CASE(a_child_is_born_inside_and_the_end_removes_it)
{
    CgroupTree tree = CgroupTree::find();
    if (!tree.is_usable())
        tree = CgroupTree::find("/sys/fs/cgroup/unified");
    Cgroup cgroup = tree.make(static_cast<std::uint32_t>(::getpid()));
    if (cgroup.procs() < 0) {
        init::test::leave_out("no cgroup tree of the second version is writable here");
        return;
    }
    const std::string path = cgroup.path();
    char program[] = "/bin/sleep";
    char seconds[] = "1000";
    char* argv[] = {program, seconds, nullptr};
    SpawnRequest request;
    request.path = program;
    request.argv = argv;
    request.environment = environ;
    request.cgroup_procs = cgroup.procs();
    const Spawned spawned = spawn(request);
    BOOST_REQUIRE(spawned.pid > 0);
    std::ifstream file("/proc/" + std::to_string(spawned.pid) + "/cgroup");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    BOOST_TEST(text.find("/rc-" + std::to_string(::getpid()) + "\n") != std::string::npos);
    ::kill(spawned.pid, SIGKILL);
    ::waitpid(spawned.pid, nullptr, 0);
    cgroup.remove();
    BOOST_TEST(::access(path.c_str(), F_OK) == -1);
}
