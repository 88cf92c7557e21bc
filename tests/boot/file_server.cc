// SPDX-License-Identifier: MIT
#include "file_server.h"

#include <fcntl.h>
#include <linux/fuse.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace boot {
namespace {

namespace fs = std::filesystem;

constexpr unsigned longest_life = 240;

/// Node 1 is the source itself; those above are what is in it.
class FileServer {
public:
    FileServer(std::string source, std::string silence)
        : source_(std::move(source)), silence_(std::move(silence))
    {
        if (fs::is_directory(source_))
            for (const auto& entry : fs::directory_iterator{source_})
                names_.push_back(entry.path().filename());
        std::sort(names_.begin(), names_.end());
    }

    bool mount(const std::string& point)
    {
        device_ = ::open("/dev/fuse", O_RDWR | O_CLOEXEC);
        const std::string options = "fd=" + std::to_string(device_) +
                                    (fs::is_directory(source_) ? ",rootmode=40000" : ",rootmode=100000") +
                                    ",user_id=0,group_id=0,allow_other,default_permissions";
        return device_ >= 0 &&
               ::mount("far", point.c_str(), "fuse", MS_NOSUID | MS_NODEV, options.c_str()) == 0;
    }

    void close() const { ::close(device_); }

    void serve()
    {
        std::vector<char> request(FUSE_MIN_READ_BUFFER + (1U << 17U));
        for (;;) {
            const ssize_t size = ::read(device_, request.data(), request.size());
            if (size < 0 && (errno == EINTR || errno == ENOENT || errno == EAGAIN))
                continue;
            if (size < static_cast<ssize_t>(sizeof(fuse_in_header)))
                return;
            if (::access(silence_.c_str(), F_OK) != 0)
                answer(request.data());
        }
    }

private:
    [[nodiscard]] std::string path_of(std::uint64_t node) const
    {
        return node == FUSE_ROOT_ID ? source_ : source_ + "/" + names_.at(node - 2);
    }

    void reply(const fuse_in_header& in, int error, const void* data = nullptr, std::size_t size = 0) const
    {
        fuse_out_header out{static_cast<std::uint32_t>(sizeof out + size), -error, in.unique};
        const iovec parts[] = {{&out, sizeof out}, {const_cast<void*>(data), size}};
        (void)!::writev(device_, parts, size != 0 ? 2 : 1);
    }

    [[nodiscard]] bool fill(std::uint64_t node, fuse_attr& attr) const
    {
        struct stat facts {};
        if (::stat(path_of(node).c_str(), &facts) != 0)
            return false;
        attr.ino = node;
        attr.size = static_cast<std::uint64_t>(facts.st_size);
        attr.mode = facts.st_mode;
        attr.nlink = 1;
        attr.mtime = static_cast<std::uint64_t>(facts.st_mtime);
        attr.blksize = 4096;
        return true;
    }

    void look_up(const fuse_in_header& in, const char* name) const
    {
        const auto at = std::find(names_.begin(), names_.end(), name);
        fuse_entry_out entry{};
        entry.nodeid = static_cast<std::uint64_t>(at - names_.begin()) + 2;
        if (at == names_.end() || !fill(entry.nodeid, entry.attr))
            return reply(in, ENOENT);
        reply(in, 0, &entry, sizeof entry);
    }

    void read_file(const fuse_in_header& in, const fuse_read_in& wanted) const
    {
        std::ifstream file{path_of(in.nodeid)};
        const std::string text{std::istreambuf_iterator<char>{file}, {}};
        const std::size_t begin = std::min<std::size_t>(wanted.offset, text.size());
        reply(in, 0, text.data() + begin, std::min<std::size_t>(wanted.size, text.size() - begin));
    }

    void read_folder(const fuse_in_header& in, const fuse_read_in& wanted) const
    {
        std::string entries;
        for (std::size_t i = wanted.offset; i < names_.size(); ++i) {
            fuse_dirent entry{i + 2, i + 1, static_cast<std::uint32_t>(names_[i].size()), 0};
            std::string one(FUSE_DIRENT_ALIGN(FUSE_NAME_OFFSET + names_[i].size()), '\0');
            std::memcpy(one.data(), &entry, FUSE_NAME_OFFSET);
            names_[i].copy(one.data() + FUSE_NAME_OFFSET, names_[i].size());
            if (entries.size() + one.size() > wanted.size)
                break;
            entries += one;
        }
        reply(in, 0, entries.data(), entries.size());
    }

    void answer(const char* bytes) const
    {
        fuse_in_header in;
        std::memcpy(&in, bytes, sizeof in);
        const char* const rest = bytes + sizeof in;
        switch (in.opcode) {
        case FUSE_INIT: {
            fuse_init_out out{};
            out.major = FUSE_KERNEL_VERSION;
            out.minor = FUSE_KERNEL_MINOR_VERSION;
            out.max_write = 4096;
            return reply(in, 0, &out, sizeof out);
        }
        case FUSE_GETATTR: {
            fuse_attr_out out{};
            return fill(in.nodeid, out.attr) ? reply(in, 0, &out, sizeof out) : reply(in, ENOENT);
        }
        case FUSE_LOOKUP:
            return look_up(in, rest);
        case FUSE_OPEN:
        case FUSE_OPENDIR: {
            const fuse_open_out out{};
            return reply(in, 0, &out, sizeof out);
        }
        case FUSE_READ:
        case FUSE_READDIR: {
            fuse_read_in wanted;
            std::memcpy(&wanted, rest, sizeof wanted);
            return in.opcode == FUSE_READ ? read_file(in, wanted) : read_folder(in, wanted);
        }
        case FUSE_RELEASE:
        case FUSE_RELEASEDIR:
        case FUSE_FLUSH:
            return reply(in, 0);
        case FUSE_FORGET:
        case FUSE_BATCH_FORGET:
        case FUSE_INTERRUPT:
            return; // nobody waits for an answer
        default:
            return reply(in, ENOSYS);
        }
    }

    std::string source_;
    std::string silence_;
    std::vector<std::string> names_;
    int device_ = -1;
};

} // namespace

int serve_files(const std::string& point, const std::string& source, const std::string& silence, bool deaf)
{
    FileServer server{source, silence};
    if (!server.mount(point)) {
        std::perror("mount");
        return 1;
    }
    if (::fork() != 0) {
        server.close(); // when the server has gone, nobody waits for it any more
        return 0;
    }
    ::setsid();
    ::alarm(longest_life);
    if (deaf)
        ::signal(SIGTERM, SIG_IGN);
    const int null = ::open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; ++fd)
        ::dup2(null, fd);
    server.serve();
    ::_exit(0);
}

} // namespace boot
