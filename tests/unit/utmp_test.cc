// SPDX-License-Identifier: MIT
// utmp and wtmp records, written to files of the test's own and read back as the C library lays them out.
#define BOOST_TEST_MODULE utmp
#include "system/utmp.h"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>
#include <unistd.h>
#include <utmp.h>

#include <cstring>
#include <filesystem>
#include <fstream>

using namespace init::system;
using init::model::Runlevel;

namespace {

struct Folder {
    std::string path;
    UtmpPaths files;
    Folder()
    {
        char name[] = "/tmp/utmp-test-XXXXXX";
        path = ::mkdtemp(name);
        files = {path + "/utmp", path + "/wtmp", path + "/runlevel"};
    }
    ~Folder() { std::filesystem::remove_all(path); }
    void touch(const std::string& file) const { std::ofstream{file}; }
    [[nodiscard]] std::vector<::utmp> records(const std::string& file) const
    {
        std::vector<::utmp> all;
        ::utmp one{};
        std::ifstream in{file, std::ios::binary};
        while (in.read(reinterpret_cast<char*>(&one), sizeof one))
            all.push_back(one);
        return all;
    }
};

Runlevel level(char c)
{
    return *Runlevel::from(c);
}

} // namespace

BOOST_AUTO_TEST_CASE(a_file_that_does_not_exist_is_not_made)
{
    const Folder folder;
    const UtmpWriter writer{folder.files};
    BOOST_TEST(writer.boot(5).has_value());
    BOOST_TEST(writer.process("1", 7, true, 5).has_value());
    BOOST_TEST(!std::filesystem::exists(folder.files.utmp));
    BOOST_TEST(!std::filesystem::exists(folder.files.wtmp));
}

BOOST_AUTO_TEST_CASE(boot_and_level_have_one_slot_each_in_utmp_and_are_appended_to_wtmp)
{
    const Folder folder;
    folder.touch(folder.files.utmp);
    folder.touch(folder.files.wtmp);
    const UtmpWriter writer{folder.files};
    BOOST_TEST(writer.boot(5).has_value());
    BOOST_TEST(writer.runlevel(Runlevel::none(), level('3'), 6).has_value());
    BOOST_TEST(writer.runlevel(level('3'), level('5'), 7).has_value());

    const auto now = folder.records(folder.files.utmp);
    BOOST_REQUIRE(now.size() == 2);
    BOOST_TEST(now[0].ut_type == BOOT_TIME);
    BOOST_TEST(std::strcmp(now[0].ut_user, "reboot") == 0);
    BOOST_TEST(now[1].ut_type == RUN_LVL);
    BOOST_TEST(now[1].ut_pid == '5' + 256 * '3');
    BOOST_TEST(now[1].ut_tv.tv_sec == 7);

    const auto history = folder.records(folder.files.wtmp);
    BOOST_REQUIRE(history.size() == 3);
    BOOST_TEST(history[1].ut_pid == 20019);
    BOOST_TEST(history[1].ut_host[0] != '\0');
    BOOST_TEST(read_level_file(folder.files.level).value() == '5');
    BOOST_TEST((read_level_record(folder.files.utmp).value() == LevelRecord{'3', '5'}));
}

BOOST_AUTO_TEST_CASE(a_dead_process_keeps_its_slot_and_line)
{
    const Folder folder;
    folder.touch(folder.files.utmp);
    const UtmpWriter writer{folder.files};
    BOOST_TEST(writer.boot(5).has_value());
    BOOST_TEST(writer.process("co", 70, true, 6).has_value());

    auto records = folder.records(folder.files.utmp);
    records[1].ut_type = USER_PROCESS;
    std::strcpy(records[1].ut_line, "pts/0");
    std::strcpy(records[1].ut_user, "root");
    std::ofstream{folder.files.utmp, std::ios::binary}.write(
        reinterpret_cast<const char*>(records.data()), static_cast<std::streamsize>(2 * sizeof(::utmp)));
    const auto logins = read_logins(folder.files.utmp);
    BOOST_REQUIRE(logins.size() == 1);
    BOOST_TEST(logins[0].user == "root");
    BOOST_TEST(logins[0].line == "pts/0");

    BOOST_TEST(writer.process("co", 70, false, 8).has_value());
    records = folder.records(folder.files.utmp);
    BOOST_REQUIRE(records.size() == 2);
    BOOST_TEST(records[1].ut_type == DEAD_PROCESS);
    BOOST_TEST(std::strcmp(records[1].ut_line, "pts/0") == 0);
    BOOST_TEST(records[1].ut_user[0] == '\0');
    BOOST_TEST(read_logins(folder.files.utmp).empty());
}

BOOST_AUTO_TEST_CASE(the_shutdown_record_is_in_wtmp_only)
{
    const Folder folder;
    folder.touch(folder.files.utmp);
    folder.touch(folder.files.wtmp);
    BOOST_TEST(UtmpWriter{folder.files}.shutdown(9).has_value());
    BOOST_TEST(folder.records(folder.files.utmp).empty());
    const auto history = folder.records(folder.files.wtmp);
    BOOST_REQUIRE(history.size() == 1);
    BOOST_TEST(std::strcmp(history[0].ut_user, "shutdown") == 0);
    BOOST_TEST(history[0].ut_pid == 0);
}

BOOST_AUTO_TEST_CASE(a_torn_record_is_dropped_before_the_next)
{
    const Folder folder;
    std::ofstream{folder.files.utmp} << "torn";
    std::ofstream{folder.files.wtmp} << "torn";
    BOOST_TEST(UtmpWriter{folder.files}.boot(9).has_value());
    BOOST_TEST(folder.records(folder.files.utmp).size() == 1);
    BOOST_TEST(folder.records(folder.files.wtmp).size() == 1);
}

BOOST_AUTO_TEST_CASE(links_and_fifos_in_a_files_place_are_refused_at_once)
{
    const Folder folder;
    folder.touch(folder.path + "/elsewhere");
    std::filesystem::create_symlink(folder.path + "/elsewhere", folder.files.utmp);
    BOOST_REQUIRE(::mkfifo(folder.files.wtmp.c_str(), 0600) == 0);
    const UtmpWriter writer{folder.files};
    BOOST_TEST(writer.boot(5).error().value() == ELOOP);
    BOOST_TEST(writer.shutdown(5).has_error());
    BOOST_TEST(std::filesystem::file_size(folder.path + "/elsewhere") == 0);
}

BOOST_AUTO_TEST_CASE(a_second_name_of_another_file_is_not_written_to)
{
    const Folder folder;
    const std::string other = folder.path + "/shadow";
    std::ofstream{other} << "kept";
    for (const std::string& file : {folder.files.utmp, folder.files.wtmp, folder.files.level})
        BOOST_REQUIRE(::link(other.c_str(), file.c_str()) == 0);
    const UtmpWriter writer{folder.files};
    BOOST_TEST(writer.boot(5).has_error());
    BOOST_TEST(writer.runlevel(Runlevel{}, level('3'), 5).has_error());
    BOOST_TEST(writer.shutdown(5).has_error());
    BOOST_TEST(std::filesystem::file_size(other) == 4U);
}

BOOST_AUTO_TEST_CASE(without_a_record_the_level_is_not_known)
{
    const Folder folder;
    BOOST_TEST(read_level_record(folder.files.utmp).error().value() == ENOENT);
    folder.touch(folder.files.utmp);
    BOOST_TEST(read_level_record(folder.files.utmp).error().value() == ENOENT);
    folder.touch(folder.files.level);
    BOOST_TEST(!read_level_file(folder.files.level).has_value());
}
