// SPDX-License-Identifier: MIT
// Which commands of an inittab need a terminal, and which one.
#define BOOST_TEST_MODULE getty
#include "model/getty.h"

#include <boost/test/unit_test.hpp>

using namespace init::model;

BOOST_AUTO_TEST_CASE(the_device_is_read_from_the_command_line)
{
    struct Row {
        std::vector<std::string> argv;
        std::optional<std::string> device;
    };
    const Row rows[] = {
        {{"/sbin/mingetty", "tty1"}, "/dev/tty1"},
        {{"/sbin/getty", "38400", "tty2"}, "/dev/tty2"},
        {{"/sbin/agetty", "-L", "ttyS0", "9600", "vt102"}, "/dev/ttyS0"},
        {{"/sbin/agetty", "--noclear", "/dev/hvc0"}, "/dev/hvc0"},
        {{"/sbin/getty", "9600", "console"}, "/dev/console"},
        {{"/sbin/sulogin"}, ""},
        {{"/sbin/sushell"}, ""},
        {{"/etc/X11/prefdm", "-nodaemon"}, "/dev/tty0"},
        {{"/usr/bin/myapp", "tty1"}, std::nullopt},
        {{"/bin/sh", "-c", "getty tty1"}, std::nullopt},
        {{}, std::nullopt},
    };
    for (const Row& row : rows) {
        BOOST_TEST_CONTEXT((row.argv.empty() ? "empty" : row.argv[0]))
        {
            const auto need = terminal_need(row.argv);
            BOOST_TEST((need.has_value() == row.device.has_value()));
            if (need && row.device)
                BOOST_TEST(need->device == *row.device);
        }
    }
}
