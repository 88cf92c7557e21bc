// SPDX-License-Identifier: MIT
// A tree for tests of chkconfig, whole commands run on it, and what they left.
#pragma once

#include "applets/applets.h"
#include "temporary_tree.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

namespace init::test {

struct Ran {
    int status = -1;
    std::string out;
    std::string error;
};

/// Turns a descriptor into a file until it is destroyed.
class Redirection {
public:
    Redirection(int fd, const std::string& path) : fd_(fd), kept_(::dup(fd))
    {
        const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        ::dup2(file, fd);
        ::close(file);
    }
    Redirection(const Redirection&) = delete;
    Redirection& operator=(const Redirection&) = delete;
    ~Redirection()
    {
        ::dup2(kept_, fd_);
        ::close(kept_);
    }

private:
    int fd_;
    int kept_;
};

/// A tree in Red Hat's layout: the folders below /etc/rc.d, with links to them below /etc.
class ChkconfigTestTree : public TemporaryTree {
public:
    ChkconfigTestTree()
    {
        folder("/etc/rc.d/init.d");
        link("rc.d/init.d", "/etc/init.d");
        for (const std::string& name : level_names()) {
            folder("/etc/rc.d/" + name);
            link("rc.d/" + name, "/etc/" + name);
        }
    }

    void script(const std::string& name, const std::string& header) const
    {
        file("/etc/rc.d/init.d/" + name, "#!/bin/sh\n" + header);
    }
    /// `3S80web 4K20web`: links as somebody made them.
    void links(const std::string& list) const
    {
        std::istringstream words{list};
        for (std::string word; words >> word;)
            link("../init.d/" + word.substr(4), "/etc/rc" + word.substr(0, 1) + ".d/" + word.substr(1));
    }
    /// All of them as `links` takes them, sorted by level and name; one that leads elsewhere than to its
    /// script is followed by `!`.
    [[nodiscard]] std::string links() const
    {
        std::vector<std::string> all;
        for (const std::string& level : level_names())
            for (const auto& entry : std::filesystem::directory_iterator{at("/etc/" + level)}) {
                const std::string name = entry.path().filename().string();
                const bool is_right =
                    entry.is_symlink() && name.size() > 3 &&
                    std::filesystem::read_symlink(entry.path()) == "../init.d/" + name.substr(3);
                all.push_back(level.substr(2, 1) + name + (is_right ? "" : "!"));
            }
        std::sort(all.begin(), all.end());
        std::string text;
        for (const std::string& each : all)
            text += (text.empty() ? "" : " ") + each;
        return text;
    }

    /// `chkconfig` with these words, divided by blanks, on the tree.
    [[nodiscard]] Ran run(const std::string& words,
                          int (*applet)(applets::Arguments) = applets::chkconfig) const
    {
        return run_on_root("--root " + path() + " " + words, applet);
    }
    /// The same on the root that the process has.
    [[nodiscard]] Ran run_on_root(const std::string& words,
                                  int (*applet)(applets::Arguments) = applets::chkconfig) const
    {
        std::istringstream in{words};
        std::vector<std::string> list;
        for (std::string word; in >> word;)
            list.push_back(word);
        Ran ran;
        std::fflush(nullptr);
        {
            const Redirection out(STDOUT_FILENO, at("/stdout"));
            const Redirection error(STDERR_FILENO, at("/stderr"));
            ran.status = applet(list);
            std::fflush(nullptr);
        }
        ran.out = text("/stdout");
        ran.error = text("/stderr");
        return ran;
    }

private:
    static std::vector<std::string> level_names()
    {
        return {"rc0.d", "rc1.d", "rc2.d", "rc3.d", "rc4.d", "rc5.d", "rc6.d"};
    }
};

} // namespace init::test
