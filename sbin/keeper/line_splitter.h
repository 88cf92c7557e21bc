// SPDX-License-Identifier: MIT
// Cuts a stream of bytes into labelled lines, each small enough to be written to a pipe whole. It knows
// nothing of descriptors and clocks: the caller says when a partial line has waited long enough.
#pragma once

#include <cstddef>
#include <string_view>

namespace init::keeper {

/// Every line is `label: text\n` and at most `line_limit` bytes. A longer line comes in parts, each labelled,
/// each but the last with a backslash at its end. All bytes but the newline pass through as they are.
/// Allocates nothing.
class LineSplitter {
public:
    static constexpr std::size_t line_limit = 4096; ///< PIPE_BUF on Linux: what a pipe takes whole
    static constexpr std::size_t label_limit = 128; ///< a longer label is cut
    static constexpr std::size_t last_limit = 200;

    /// Begins anew. What a terminal obeys in the label becomes `?`; without a label lines stand alone.
    /// `limit` is for lines that something else stands before, in one write with them.
    void start(std::string_view label, std::size_t limit = line_limit) noexcept;

    /// Takes bytes up to the end of a line, and returns how many. When `is_ready` it takes none.
    std::size_t feed(std::string_view bytes) noexcept;

    [[nodiscard]] bool is_ready() const noexcept { return is_ready_; }
    /// The line that is ready, with label and newline; valid until `next`.
    [[nodiscard]] std::string_view line() const noexcept { return {buffer_, size_}; }
    void next() noexcept;
    /// The label with what follows it.
    [[nodiscard]] std::string_view prefix() const noexcept { return {buffer_, prefix_}; }

    [[nodiscard]] bool has_partial() const noexcept { return !is_ready_ && size_ > prefix_; }
    /// Makes what there is of a partial line ready. What follows of it is a new labelled line; nothing, when
    /// a newline follows at once.
    void finish_partial() noexcept;

    /// The partial line, or the last line that was not empty; cut to `last_limit` bytes, without label.
    [[nodiscard]] std::string_view last() const noexcept;

private:
    void append(char c) noexcept { buffer_[size_++] = c; }
    void end_line() noexcept;
    void split_long_line() noexcept;
    void keep_last() noexcept;

    char buffer_[line_limit];
    std::size_t size_ = 0;
    std::size_t prefix_ = 0;
    std::size_t limit_ = line_limit;
    char last_[last_limit];
    std::size_t last_size_ = 0;
    char carried_ = 0; // the byte that made a line too long
    bool is_carried_ = false;
    bool is_ready_ = false;
    bool was_partial_ = false; // the line that is ready, or was last, ended without a newline of its own
};

} // namespace init::keeper
