// SPDX-License-Identifier: MIT
// The one translation unit that holds {fmt}'s code. As headers alone each of our files would compile it
// again, which is a third of a build's time; Debian's library has floating point and locales, which the
// program does not use.
#include <fmt/format-inl.h>

namespace fmt::detail {

// What <fmt/format.h> leaves to a library for `char`.
template FMT_API auto thousands_sep_impl<char>(locale_ref) -> thousands_sep_result<char>;
template FMT_API auto decimal_point_impl(locale_ref) -> char;
template FMT_API void buffer<char>::append(const char*, const char*);
template FMT_API void vformat_to(buffer<char>&, string_view, basic_format_args<buffer_context<char>>,
                                 locale_ref);

} // namespace fmt::detail
