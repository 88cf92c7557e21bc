// SPDX-License-Identifier: MIT
// The one place where the bodies of Boost.Asio and Boost.Process v2 are compiled; everybody else sees declarations only.
// Linked in only where something of them is used.
#include <boost/asio/impl/src.hpp>
#include <boost/process/v2/src.hpp>
