// SPDX-License-Identifier: MIT
// Rows about options, variables, pages and exit statuses: what is run, and what is documented of its outcome.
#pragma once

#include <string>
#include <vector>

namespace small_test {

/// How much of a stream must be as documented.
struct Stream {
    enum class Kind { nothing, begins, is, same_line } kind = Kind::nothing;
    const char* text = "";
};

constexpr Stream nothing{};
constexpr Stream begins(const char* text)
{
    return {Stream::Kind::begins, text};
}
constexpr Stream is(const char* text)
{
    return {Stream::Kind::is, text};
}
/// The first line, which is getopt's, is the same in both and ends so.
constexpr Stream same_line(const char* text)
{
    return {Stream::Kind::same_line, text};
}

struct Row {
    const char* claim;
    const char* name;
    std::vector<std::string> words;
    const char* ending;
    Stream out;
    Stream err;
    std::vector<std::string> environment{};
};

/// A folder of files that cannot be run, each for a reason of its own.
const std::string& files();

const std::vector<Row>& dumb_init_rows();
const std::vector<Row>& tini_rows();
const std::vector<Row>& catatonit_rows();
const std::vector<Row>& pause_rows();

} // namespace small_test
