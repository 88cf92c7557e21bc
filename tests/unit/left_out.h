// SPDX-License-Identifier: MIT
// A case that cannot check anything on this machine says so, in the form that the test run counts and lists.
#pragma once

#include <boost/test/unit_test.hpp>

#include <iostream>
#include <string_view>

namespace init::test {

/// To be followed by the end of the case.
inline void leave_out(std::string_view why)
{
    std::cout << "skip - " << boost::unit_test::framework::current_test_case().p_name.get() << ": " << why
              << std::endl;
}

} // namespace init::test
