// SPDX-License-Identifier: MIT
// A walk with a stack of open folders, so that `..` leads to where the walk came from. An entry is opened
// before it is judged: what is judged and what is followed is the same one.
#include "system/trusted_path.h"

#include "system/rooted_path.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <limits.h>

#include <array>
#include <deque>
#include <optional>
#include <vector>

namespace init::system {
namespace {

constexpr int most_links = 16;
constexpr int most_attempts = 8; // somebody who makes and removes a name in turn does not hold us up
constexpr std::size_t most_depth = 64;
constexpr mode_t mode_above = 0755;

bool is_trusted(uid_t uid, uid_t self) noexcept
{
    return uid == 0 || uid == self;
}

class Walk {
public:
    Walk(const std::string& root, uid_t self, std::optional<mode_t> made_with) noexcept
        : root_(root), self_(self), made_with_(made_with)
    {
    }

    Reached<TrustedFolder> to(std::string_view path)
    {
        Step top;
        top.fd = UniqueFd{::open(root_.empty() ? "/" : root_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
        if (!top.fd || ::fstat(top.fd.get(), &top.facts) != 0)
            return failed(errno);
        steps_.push_back(std::move(top));
        ahead_ = path_components(path);
        while (!ahead_.empty()) {
            const std::string name = std::move(ahead_.front());
            ahead_.pop_front();
            if (const auto problem = take(name))
                return *problem;
        }
        return TrustedFolder{std::move(steps_.back().fd), this->path(), can_move()};
    }

private:
    struct Step {
        UniqueFd fd;
        std::string name;
        struct stat facts {};
        bool can_move = false;
    };

    static NotReached failed(int error, std::string link = {})
    {
        return {world::errno_code(error), std::move(link)};
    }

    std::optional<NotReached> take(const std::string& name)
    {
        if (name == "..") {
            if (steps_.size() > 1)
                steps_.pop_back();
            return std::nullopt;
        }
        Step next;
        next.name = name;
        next.fd = open_or_make(name);
        if (!next.fd || ::fstat(next.fd.get(), &next.facts) != 0)
            return failed(errno);
        if (S_ISLNK(next.facts.st_mode))
            return follow(next);
        if (!S_ISDIR(next.facts.st_mode))
            return failed(ENOTDIR);
        if (steps_.size() > most_depth)
            return failed(ENAMETOOLONG);
        next.can_move = others_may_move(steps_.back().facts, next.facts, self_);
        steps_.push_back(std::move(next));
        return std::nullopt;
    }

    /// Nothing, with errno set, where it is missing and stays so.
    UniqueFd open_or_make(const std::string& name) noexcept
    {
        const int folder = steps_.back().fd.get();
        for (int attempt = 0; attempt < most_attempts; ++attempt) {
            UniqueFd entry{::openat(folder, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)};
            if (entry || errno != ENOENT || !made_with_)
                return entry;
            const auto made = make_folder(folder, name.c_str(), ahead_.empty() ? *made_with_ : mode_above);
            if (!made && made.error().value() != EEXIST) {
                errno = made.error().value();
                return {};
            }
        }
        errno = EAGAIN;
        return {};
    }

    std::optional<NotReached> follow(const Step& link)
    {
        if (others_may_write(steps_.back().facts, self_) || !is_trusted(link.facts.st_uid, self_))
            return failed(EACCES, path() + "/" + link.name);
        if (++links_ > most_links)
            return failed(ELOOP);
        std::array<char, PATH_MAX> target{};
        const ssize_t length = ::readlinkat(link.fd.get(), "", target.data(), target.size());
        if (length <= 0)
            return failed(length < 0 ? errno : ENOENT);
        const std::string_view text{target.data(), static_cast<std::size_t>(length)};
        if (text.front() == '/')
            steps_.resize(1);
        auto parts = path_components(text);
        ahead_.insert(ahead_.begin(), std::make_move_iterator(parts.begin()),
                      std::make_move_iterator(parts.end()));
        return std::nullopt;
    }

    [[nodiscard]] std::string path() const
    {
        std::string path;
        for (const Step& step : steps_)
            if (!step.name.empty())
                path.append("/").append(step.name);
        return path;
    }

    [[nodiscard]] bool can_move() const noexcept
    {
        bool can = false;
        for (const Step& step : steps_)
            can = can || step.can_move;
        return can;
    }

    const std::string& root_;
    const uid_t self_;
    const std::optional<mode_t> made_with_;
    std::deque<std::string> ahead_;
    std::vector<Step> steps_; ///< the first is the root
    int links_ = 0;
};

} // namespace

std::string NotReached::message() const
{
    if (link.empty())
        return code.message();
    return fmt::format("{} is a link that others could have put there, and is not followed", link);
}

bool others_may_write(const struct stat& folder, uid_t self) noexcept
{
    const bool group_is_ours = folder.st_gid == 0 || folder.st_gid == ::getegid();
    return !is_trusted(folder.st_uid, self) || (folder.st_mode & S_IWOTH) != 0 ||
           ((folder.st_mode & S_IWGRP) != 0 && !group_is_ours);
}

bool others_may_move(const struct stat& folder, const struct stat& entry, uid_t self) noexcept
{
    if (!others_may_write(folder, self))
        return false;
    const bool held = (folder.st_mode & S_ISVTX) != 0 && is_trusted(folder.st_uid, self);
    return !held || !is_trusted(entry.st_uid, self);
}

Reached<TrustedFolder> open_trusted(const std::string& root, std::string_view path, uid_t self)
{
    return Walk{root, self, std::nullopt}.to(path);
}

Reached<TrustedFolder> make_trusted(const std::string& root, std::string_view path, mode_t mode)
{
    return Walk{root, ::geteuid(), mode}.to(path);
}

world::Result<void> make_folder(int folder, const char* name, mode_t mode) noexcept
{
    const mode_t before = ::umask(0);
    const int made = ::mkdirat(folder, name, mode);
    const int error = errno;
    ::umask(before);
    return made == 0 ? world::Result<void>{} : world::Result<void>{world::errno_code(error)};
}

} // namespace init::system
