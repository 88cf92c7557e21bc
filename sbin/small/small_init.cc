// SPDX-License-Identifier: MIT
// Finds the personality and puts orders and engine together.
#include "small/small_init.h"

#include "small/engine.h"
#include "small/orders.h"
#include "small/personalities.h"

#include <unistd.h>

#include <cstring>

namespace init::small {

constinit const char licence_text[] =
    "rcinit " RCINIT_VERSION " in the place of %b\nCopyright (c) 2026 the rcinit authors\n"
    "The MIT License (MIT): free to use, copy, modify and distribute, without any warranty, as long as the "
    "notice\n"
    "in the file LICENSE of rcinit's source goes with it.\n";

const Personality* find_personality(const char* called) noexcept
{
    const char* slash = std::strrchr(called, '/');
    const char* name = slash == nullptr ? called : slash + 1;
    for (const Personality* who : {&dumb_init, &tini, &catatonit, &pause_program})
        for (const char* known : who->names)
            if (std::strcmp(known, name) == 0)
                return who;
    return nullptr;
}

void run(const Personality& who, int argc, char** argv, char** envp) noexcept
{
    Teller teller{who, argv[0]};
    Orders orders;
    int status = read_orders(who, {argc, argv, envp}, teller, orders);
    if (status == go_on)
        status = Engine{who, orders, teller, envp}.run();
    ::_exit(status);
}

} // namespace init::small
