# Every build option, its default and its reason.

# One file that runs on the userland of CentOS 5 as on Alpine's; sanitizers need it off.
option(RCINIT_STATIC "Link the program fully statically" ON)

# The tests need Boost.Test; a package build that only wants the binary leaves them out.
option(RCINIT_TESTS "Build the unit, scenario and boot tests" OFF)

# Address and undefined-behaviour sanitizers in everything that is built.
option(RCINIT_SANITIZE "Build with -fsanitize=address,undefined" OFF)

# libFuzzer targets; needs clang.
option(RCINIT_FUZZ "Build the fuzz targets" OFF)

# CI turns warnings into errors; a user's newer compiler must not stop a build.
option(RCINIT_WERROR "Treat warnings as errors" OFF)

# The release preset turns it on for the size of the file; everybody else links faster without.
option(RCINIT_LTO "Optimise at link time" OFF)

# What most files include is compiled once; the release preset does without, which shows that each file includes what it uses.
option(RCINIT_PREFIX "Precompile the headers that most files include" OFF)
