// SPDX-License-Identifier: MIT
// The `$` names of LSB headers: which scripts stand behind `$network`, as insserv.conf tells it or, where
// there is none, as the distributions have it.
#pragma once

#include "model/diagnostic.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace init::model {

class Facilities {
public:
    /// For a tree without insserv.conf: $local_fs $network $named $portmap $remote_fs $syslog $time of
    /// LSB 3.1 20.4, each with the names that Debian's and Red Hat's scripts have for it, all of them
    /// optional.
    static Facilities built_in();

    struct Member {
        std::string name;      ///< a script's Provides, or another `$` name
        bool optional = false; ///< written `+name`: absent ones are not missed

        bool operator==(const Member&) const = default;
    };

    /// Reads one file of /etc/insserv.conf or /etc/insserv.conf.d: `$name member +member ...` and
    /// `<interactive> name ...`, `#` comments, lines continued by a backslash. Later lines add to earlier
    /// ones. A bad line costs that line.
    Diagnostics read(std::string_view text, std::string_view file);

    /// True for `$all`, `$null`, and whatever was defined.
    [[nodiscard]] bool is_known(std::string_view facility) const;
    /// The names that stand behind `facility` with other facilities resolved, each once, in order of
    /// definition; a facility that leads to itself ends there. Empty for an unknown one, `$all` and `$null`.
    [[nodiscard]] std::vector<Member> members(std::string_view facility) const;
    /// Named in an `<interactive>` line.
    [[nodiscard]] bool is_interactive(std::string_view name) const;
    [[nodiscard]] bool is_empty() const noexcept { return defined_.empty() && interactive_.empty(); }

private:
    std::map<std::string, std::vector<Member>, std::less<>> defined_;
    std::set<std::string, std::less<>> interactive_;
};

} // namespace init::model
