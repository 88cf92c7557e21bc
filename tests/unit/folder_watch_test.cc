// SPDX-License-Identifier: MIT
// Files that are written in watched folders, and those that are not noticed.
#define BOOST_TEST_MODULE folder_watch
#include "system/folder_watch.h"

#include "temporary_folder.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace ut = boost::unit_test;
using namespace init;

BOOST_AUTO_TEST_CASE(a_file_that_is_written_or_moved_into_a_watched_folder_is_noticed_once)
{
    const tests::TemporaryFolder folder;
    folder.write("run/old.pid", "1\n");
    folder.write("elsewhere/new.pid", "2\n");
    system::FolderWatch watch;
    BOOST_REQUIRE(watch.descriptor() >= 0);
    watch.add(folder / "run");
    watch.add(folder / "run");
    watch.add(folder / "none");
    watch.add(folder / "run/old.pid"); // no folder
    BOOST_TEST(!watch.drain().written);

    folder.write("run/old.pid", "3\n");
    BOOST_TEST(watch.drain().written);
    BOOST_TEST(!watch.drain().written);

    std::filesystem::rename(folder / "elsewhere/new.pid", folder / "run/new.pid");
    BOOST_TEST(watch.drain().written);

    folder.write("elsewhere/other.pid", "4\n");
    (void)folder.read("run/old.pid");
    const system::FolderWatch::Noticed noticed = watch.drain();
    BOOST_TEST(!noticed.written);
    BOOST_TEST(!noticed.lost);
}

namespace {

/// What init makes: a folder with a file in it, and a FIFO that is held open.
struct Kept {
    tests::TemporaryFolder folder;
    system::FolderWatch watch;
    system::UniqueFd fifo;

    Kept()
    {
        folder.write("run/rcinit/status.json", "{}\n");
        BOOST_REQUIRE(::mkfifo((folder / "run/initctl").c_str(), 0600) == 0);
        fifo.reset(::open((folder / "run/initctl").c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
        watch.keep(folder / "run/rcinit");
        watch.keep(folder / "run/initctl");
        watch.keep(folder / "none");
        BOOST_TEST(!watch.drain().lost);
    }
};

struct Loss {
    const char* what;
    void (*happens)(const tests::TemporaryFolder& folder);
    bool is_one = true;
};
std::ostream& operator<<(std::ostream& out, const Loss& loss)
{
    return out << loss.what;
}
const Loss losses[] = {
    {"the folder goes", [](const auto& f) { std::filesystem::remove_all(f / "run/rcinit"); }},
    {"the folder is moved away",
     [](const auto& f) { std::filesystem::rename(f / "run/rcinit", f / "run/old"); }},
    {"a file of it goes", [](const auto& f) { std::filesystem::remove(f / "run/rcinit/status.json"); }},
    {"the FIFO goes", [](const auto& f) { std::filesystem::remove(f / "run/initctl"); }},
    {"the FIFO is moved away",
     [](const auto& f) { std::filesystem::rename(f / "run/initctl", f / "run/x"); }},
    {"a file of it is replaced",
     [](const auto& f) {
         f.write("run/rcinit/.new", "{}\n");
         std::filesystem::permissions(f / "run/rcinit/.new", std::filesystem::perms::owner_read);
         std::filesystem::rename(f / "run/rcinit/.new", f / "run/rcinit/status.json");
     },
     false},
    {"the FIFO is written to", [](const auto& f) { std::ofstream{f / "run/initctl"} << "x"; }, false},
    {"another file comes and goes",
     [](const auto& f) {
         f.write("run/other", "\n");
         std::filesystem::remove(f / "run/other");
     },
     false},
};

} // namespace

BOOST_DATA_TEST_CASE(that_something_goes_that_is_to_stay_is_noticed, ut::data::make(losses), loss)
{
    Kept kept;
    loss.happens(kept.folder);
    BOOST_TEST(kept.watch.drain().lost == loss.is_one);
}

BOOST_AUTO_TEST_CASE(what_is_let_go_of_is_not_noticed_any_more_and_nothing_new_is)
{
    Kept kept;
    kept.watch.add(kept.folder / "run");
    kept.watch.let_go();
    kept.watch.add(kept.folder / "run/rcinit");
    kept.watch.keep(kept.folder / "run/initctl");
    // The kernel has no watch of it left, for whose end a close would wait.
    std::ifstream file{"/proc/self/fdinfo/" + std::to_string(kept.watch.descriptor())};
    const std::string info{std::istreambuf_iterator<char>{file}, {}};
    BOOST_TEST(info.find("pos:") != std::string::npos);
    BOOST_TEST(info.find("inotify wd:") == std::string::npos, info);
    kept.folder.write("run/new.pid", "1\n");
    std::filesystem::remove(kept.folder / "run/initctl");
    const system::FolderWatch::Noticed noticed = kept.watch.drain();
    BOOST_TEST(!noticed.written);
    BOOST_TEST(!noticed.lost);
}
