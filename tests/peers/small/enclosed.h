// SPDX-License-Identifier: MIT
// Whether the test program is alone in a PID namespace of its own; nothing may run where it is not.
#pragma once

#include <boost/test/unit_test.hpp>

namespace small_test {

/// A precondition of every suite.
boost::test_tools::assertion_result in_namespace(boost::unit_test::test_unit_id unit);

} // namespace small_test
