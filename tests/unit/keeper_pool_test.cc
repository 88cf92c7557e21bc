// SPDX-License-Identifier: MIT
// The pool end to end: runs of scripts, their events in order, and their output as the scribe writes it.
#define BOOST_TEST_MODULE keeper_pool
#include "pool_world.h"

namespace init::test {

POOL_TEST(a_run_starts_ends_and_is_empty_in_that_order)
{
    const RunId run = world.run("echo hello; exit 3");
    HOLDS(world.complete(run));
    HOLDS(world.has_started(run));
    HOLDS(world.has_ended(run));
    HOLDS(world.ended.at(run).status && WEXITSTATUS(*world.ended.at(run).status) == 3);
    HOLDS(world.ended.at(run).left == 0);
    HOLDS(world.wait_until([&] { return world.output == "svc: hello\n"; }));
    HOLDS(world.pool->runs_alive() == 0);
    return {};
}

} // namespace init::test
