// SPDX-License-Identifier: MIT
// The one place where the bodies of Boost.Process v2 are compiled: as headers alone, version 1.81 leaves one
// of them out. The library's own src.hpp is not taken whole, because its shell parser (wordexp) brings the C
// library's name services into a static file.
#include <boost/asio/detail/throw_error.hpp> // which the next headers use and do not include

#include <boost/process/v2/detail/config.hpp>

#include <boost/process/v2/impl/error.ipp>
#include <boost/process/v2/impl/pid.ipp>

#include <boost/process/v2/detail/impl/environment.ipp>
#include <boost/process/v2/detail/impl/last_error.ipp>
#include <boost/process/v2/detail/impl/throw_error.ipp>
#include <boost/process/v2/detail/impl/utf8.ipp>
#include <boost/process/v2/impl/default_launcher.ipp>
#include <boost/process/v2/impl/environment.ipp>
#include <boost/process/v2/impl/process_handle.ipp>
