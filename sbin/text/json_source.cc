// SPDX-License-Identifier: MIT
// The one place where the bodies of Boost.JSON are compiled, with our own flags: of the packaged library the
// linker can only take whole objects, and with them the iostreams that nobody here uses.
#include <boost/json/src.hpp>
