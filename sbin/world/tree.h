// SPDX-License-Identifier: MIT
// Reading a tree of files, whether it is the one that init runs in or the unpacked image that somebody looks
// at from outside.
#pragma once

#include "world/result.h"

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace init::world {

enum class FileKind {
    none,
    file,
    folder,
    fifo,
    socket,
    device,
    other,
    unanswered ///< on a file server that does not answer: it may be anything, and nobody may wait to see
};
struct FileLook {
    FileKind kind = FileKind::none; ///< of what a link leads to
    bool executable = false;        ///< by us; in another root: any of its mode bits says so
    std::int64_t modified = 0;      ///< seconds since 1970
    std::uint64_t device = 0; ///< with `inode` the same for all names of one file; 0 where it is not told
    std::uint64_t inode = 0;

    /// By this name or another the file that was seen before, and nobody has written to it since.
    [[nodiscard]] bool is_still(const FileLook& before) const noexcept
    {
        return inode != 0 && inode == before.inode && device == before.device && modified == before.modified;
    }
};

/// Of a folder: more than any tree of scripts has, and a moment to read. Without a limit whoever may write
/// into a folder decides how long init reads it.
inline constexpr std::size_t most_names = 20'000;

/// A path that cannot be looked at is `none`.
class Tree {
public:
    Tree() = default;
    Tree(const Tree&) = delete;
    Tree& operator=(const Tree&) = delete;
    virtual ~Tree() = default;

    virtual Result<std::string> read_file(const std::string& path, std::size_t limit) = 0;
    /// The names in it, sorted bytewise. Errors: errno; ENOENT where there is no such folder, which most
    /// callers take for an empty one; E2BIG where it holds more than `most_names`, of which none is given:
    /// which of them came first would be chance. A list that breaks off is an error, too.
    virtual Result<std::vector<std::string>> list_folder(const std::string& path) = 0;
    virtual FileLook look(const std::string& path) = 0;
};
} // namespace init::world
