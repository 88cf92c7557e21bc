// SPDX-License-Identifier: MIT
// The files that init owns, on a root of the test's own: made before the first script, mended after one, and
// the records that are written anew where a script has emptied them.
#define BOOST_TEST_MODULE host_records
#include "host/records.h"

#include "recording_log.h"
#include "temporary_tree.h"

#include <boost/test/unit_test.hpp>

using namespace init;
using test::TemporaryTree;

namespace {

model::Runlevel level(char c)
{
    return *model::Runlevel::from(c);
}

struct Fixture {
    TemporaryTree tree;
    test::RecordingLog log;
    int opened = 0;
    int mended = 0;
    system::UtmpPaths paths{tree.at("/var/run/utmp"), tree.at("/var/log/wtmp"), tree.at("/var/run/runlevel")};
    host::Records records{log, options(), {[this] { ++opened; }, [this] { ++mended; }}, paths};

    system::PrepareOptions options() const
    {
        system::PrepareOptions options;
        options.root = tree.path();
        options.mount_proc = false;
        return options;
    }
    char recorded() const
    {
        const auto record = system::read_level_record(paths.utmp);
        return record ? record->current : '-';
    }
    void empty_utmp() const { std::ofstream{paths.utmp, std::ios::trunc}; }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(folders_are_made_what_is_stale_is_swept_and_then_the_channels_open, Fixture)
{
    tree.folder("/run");
    tree.file("/run/gone.pid", "999999\n");
    records.prepare_system();
    BOOST_TEST(std::filesystem::is_directory(tree.at("/var/lock/subsys")));
    BOOST_TEST(!std::filesystem::exists(tree.at("/run/gone.pid")));
    BOOST_TEST(log.has("swept"));
    BOOST_TEST(opened == 1);
    BOOST_TEST(mended == 0);
}

BOOST_FIXTURE_TEST_CASE(mending_makes_folders_anew_and_sweeps_nothing, Fixture)
{
    records.prepare_system();
    const std::size_t said = log.lines.size();
    std::filesystem::remove_all(tree.at("/var/lock"));
    tree.file("/run/late.pid", "999999\n");
    records.mend_files();
    BOOST_TEST(std::filesystem::is_directory(tree.at("/var/lock/subsys")));
    BOOST_TEST(std::filesystem::exists(tree.at("/run/late.pid")));
    BOOST_TEST(mended == 1);
    BOOST_TEST(opened == 1);
    BOOST_TEST(log.lines.size() == said);
}

BOOST_FIXTURE_TEST_CASE(a_level_that_was_lost_is_recorded_anew_with_the_boot_before_it, Fixture)
{
    records.prepare_system();
    records.mend_files(); // nothing is known yet, and nothing is written
    BOOST_TEST(recorded() == '-');
    records.record_boot();
    records.record_runlevel(level('N'), level('3'));
    BOOST_TEST(recorded() == '3');
    empty_utmp();
    records.mend_files();
    BOOST_TEST(recorded() == '3');
    const auto size = std::filesystem::file_size(paths.utmp);
    records.mend_files(); // it is there
    BOOST_TEST(std::filesystem::file_size(paths.utmp) == size);
}

BOOST_FIXTURE_TEST_CASE(a_removed_file_and_one_that_never_was_are_both_gone, Fixture)
{
    tree.file("/lock", "");
    records.remove_file(tree.at("/lock"));
    records.remove_file(tree.at("/lock"));
    BOOST_TEST(!std::filesystem::exists(tree.at("/lock")));
}
