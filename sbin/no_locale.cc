// SPDX-License-Identifier: MIT
// Keeps the C++ library's locales out of the static file. Boost.Filesystem's path converts wide characters
// with std::locale; nothing here has a wide path, but the mere reference brings in 600 KiB of facets and
// tables. The linker's --wrap sends its references here instead; what other code may say of locales is not
// touched. Source: ld(1).

namespace {

/// Reached by no path of narrow characters. The fault handler says what happened and leaves.
[[noreturn]] void no_locale()
{
    __builtin_trap();
}

} // namespace

// The names are the linker's: `__wrap_` and the mangled symbol.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
void __wrap__ZNSt6localeC1EPKc()
{
    no_locale();
}
void __wrap__ZNSt6localeC1ERKS_()
{
    no_locale();
}
void __wrap__ZSt9use_facetISt7codecvtIwc11__mbstate_tEERKT_RKSt6locale()
{
    no_locale();
}
/// At exit, for the locale that was never made.
void __wrap__ZNSt6localeD1Ev() {}
}
// NOLINTEND(bugprone-reserved-identifier)
