// SPDX-License-Identifier: MIT
// The one place where the bodies of Boost.Process v2 are compiled: as headers alone, version 1.81 leaves one of them out. Linked in
// only where something of them is used.
#include <boost/asio/detail/throw_error.hpp>  // which the next header uses and does not include

#include <boost/process/v2/src.hpp>
