// SPDX-License-Identifier: MIT
// Tells a process that runs a service's script from one that only names it: `/etc/init.d/foo stop` from
// `tail -f /etc/init.d/foo`. What counts is which program it is, and where the script stands among its
// arguments.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace init::host {

/// The #! line of a script, as the kernel reads it: all that follows the program is one argument.
struct ScriptProgram {
    std::string path;     ///< empty without a #! line
    std::string argument; ///< `/lib/init/init-d-script`, `-e`; empty without one
    bool operator==(const ScriptProgram&) const = default;
};
/// `head`: the first bytes of the file. `#!/usr/bin/env bash` gives the name that env searches for.
ScriptProgram parse_script_program(std::string_view head);

/// What /proc/PID/exe is.
enum class Executable {
    other,
    interpreter, ///< a shell, or the script's own program
    multi_call,  ///< busybox: its first argument says what it is
    unknown      ///< the kernel does not let us look; the name decides
};

/// The word behind the script's path, empty without one, where `argv` runs the script of `service`; nothing
/// where it does not. `folder` is the working directory, which a relative path starts from; may be empty.
std::optional<std::string> verb_of_run(std::span<const std::string> argv, std::string_view folder,
                                       Executable executable, std::string_view service,
                                       const ScriptProgram& program);

/// Looks at processes for one service. A command line is read only of those whose program fits: it can wait
/// for the process's memory lock.
class RunByHandSearch {
public:
    explicit RunByHandSearch(std::string service);
    /// As `verb_of_run`.
    [[nodiscard]] std::optional<std::string> verb_of(pid_t pid) const;

private:
    struct FileId {
        std::uint64_t device = 0;
        std::uint64_t inode = 0;
        bool operator==(const FileId&) const = default;
    };
    static std::optional<FileId> identify(const std::string& path) noexcept;
    void add_interpreter(const std::string& path);
    [[nodiscard]] Executable executable_of(const std::string& process) const;
    [[nodiscard]] bool may_be_one(const std::string& process) const;

    std::string service_;
    ScriptProgram program_;
    std::vector<FileId> interpreters_;
};

} // namespace init::host
