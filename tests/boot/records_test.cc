// SPDX-License-Identifier: MIT
// What a whole life leaves in utmp and wtmp, for who, last and runlevel.
#define BOOST_TEST_MODULE boot_records
#include "container.h"

#include <boost/test/unit_test.hpp>

#include <utmp.h>

#include <cstring>

namespace ut = boost::unit_test;
using namespace boot;

namespace {

constexpr const char* utmp_path = "/var/run/utmp";
constexpr const char* wtmp_path = "/var/log/wtmp";

std::vector<utmp> records_in(Container& box, const char* path)
{
    const std::string bytes = box.read(path);
    std::vector<utmp> records(bytes.size() / sizeof(utmp));
    std::memcpy(records.data(), bytes.data(), records.size() * sizeof(utmp));
    return records;
}

std::string field(const char* text, std::size_t size)
{
    return {text, ::strnlen(text, size)};
}

/// `type id line user pid`, blanks for what is empty.
std::string shown(const utmp& record)
{
    return std::to_string(record.ut_type) + ' ' + field(record.ut_id, sizeof record.ut_id) + ' ' +
           field(record.ut_line, sizeof record.ut_line) + ' ' + field(record.ut_user, sizeof record.ut_user) +
           ' ' + std::to_string(record.ut_pid);
}

std::vector<std::string> shown_in(Container& box, const char* path)
{
    std::vector<std::string> lines;
    for (const utmp& record : records_in(box, path))
        lines.push_back(shown(record));
    return lines;
}

bool has(const std::vector<std::string>& lines, const std::string& line)
{
    return std::find(lines.begin(), lines.end(), line) != lines.end();
}

/// An inittab with an entry that is recorded and one whose + says that it is not.
struct Recorded : Container {
    Recorded()
    {
        file(wtmp_path, "");
        inittab("id:3:initdefault:\nl0:0:wait:/etc/rc.d/rc 0\nl3:3:wait:/etc/rc.d/rc 3\n"
                "x1:3:respawn:/bin/sleep 1001\nx2:3:respawn:+/bin/sleep 1002\n");
    }
    pid_t pid_of(const std::string& command)
    {
        pid_t found = 0;
        (void)wait_for([&] {
            const auto all = processes(command);
            found = all.empty() ? 0 : all[0].pid;
            return found != 0;
        });
        return found;
    }
};

constexpr int level_of_boot = '3' + 256 * 'N';
constexpr int level_of_stop = '0' + 256 * '3';

} // namespace

BOOST_AUTO_TEST_SUITE(records, *ut::precondition(containers_work))

BOOST_AUTO_TEST_CASE(a_life_is_recorded_from_its_boot_to_its_end)
{
    Recorded box;
    BOOST_REQUIRE(box.boot());
    const pid_t first = box.pid_of("/bin/sleep 1001");
    BOOST_REQUIRE(first != 0);
    BOOST_REQUIRE(box.pid_of("/bin/sleep 1002") != 0);
    const std::string born = "5 x1   " + std::to_string(first);
    BOOST_TEST(box.wait_for([&] { return has(shown_in(box, utmp_path), born); }),
               joined(shown_in(box, utmp_path)));
    const auto now = shown_in(box, utmp_path);
    BOOST_TEST(has(now, "2 ~~ ~ reboot 0"), joined(now));
    BOOST_TEST(has(now, "1 ~~ ~ runlevel " + std::to_string(level_of_boot)), joined(now));
    for (const std::string& line : now)
        BOOST_TEST(line.find(" x2 ") == std::string::npos, line);
    BOOST_TEST(box.exec({"runlevel"}).output == "N 3\n");

    // The entry dies and is started again: both are told.
    BOOST_TEST(box.exec({"kill", std::to_string(first)}).status == 0);
    BOOST_TEST(
        box.wait_for([&] { return has(shown_in(box, wtmp_path), "8 x1   " + std::to_string(first)); }));
    BOOST_TEST(box.wait_for([&] {
        const auto all = box.processes("/bin/sleep 1001");
        return !all.empty() && has(shown_in(box, utmp_path), "5 x1   " + std::to_string(all[0].pid));
    }));

    BOOST_TEST(box.stop().status == 0);
    const auto past = shown_in(box, wtmp_path);
    BOOST_TEST(has(past, "2 ~~ ~ reboot 0"), joined(past));
    BOOST_TEST(has(past, born), joined(past));
    BOOST_TEST(has(past, "1 ~~ ~ runlevel " + std::to_string(level_of_stop)), joined(past));
    BOOST_TEST(has(past, "1 ~~ ~~ shutdown 0"), joined(past));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_there_is_not_made)
{
    Recorded box;
    box.remove(wtmp_path);
    box.environment("RCINIT_SYSINIT=none");
    BOOST_REQUIRE(box.boot());
    BOOST_REQUIRE(box.pid_of("/bin/sleep 1001") != 0);
    BOOST_TEST(!box.exists(wtmp_path));
    BOOST_TEST(box.stop().status == 0);
    BOOST_TEST(!box.exists(wtmp_path));
}

BOOST_AUTO_TEST_SUITE_END()
