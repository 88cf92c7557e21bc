// SPDX-License-Identifier: MIT
// The result of a call that can fail: a value or an errno-carrying error code. Nothing in PID 1 throws one.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <cerrno>

namespace init::world {

template <class T> using Result = boost::system::result<T, boost::system::error_code>;

inline boost::system::error_code errno_code(int error = errno) noexcept
{
    return {error, boost::system::system_category()};
}

} // namespace init::world
