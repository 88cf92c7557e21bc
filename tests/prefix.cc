// SPDX-License-Identifier: MIT
// A library has a source; the headers that are precompiled for it are what counts.
#include "prefix.h"
