// SPDX-License-Identifier: MIT
// What most tests include, like sbin/prefix.h. For programs of one file: their own
// <boost/test/unit_test.hpp> makes the main.
#pragma once

#include "../sbin/prefix.h"

#define BOOST_TEST_MAIN // of BOOST_TEST_MODULE, which a test defines later
#include <boost/test/test_tools.hpp>
