// SPDX-License-Identifier: MIT
// The ways into a running init: telinit and its kin, the FIFOs, the status commands, and the signals that
// open and close the control channel.
#define BOOST_TEST_MODULE boot_control
#include "container.h"

#include <boost/json.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace ut = boost::unit_test;
namespace json = boost::json;
using namespace boot;

namespace {

/// One quiet service, and a script that tells of level 4.
struct Small : Container {
    Small()
    {
        service("quiet");
        enable("quiet", 10, 90);
        script("four", "echo \"four $1 $INIT_HALT\" >>/var/events\n");
        link('4', "S50four");
    }
};

json::value status(Container& box)
{
    const Ran ran = box.exec({"rcinit", "status", "--json"});
    BOOST_TEST(ran.status == 0);
    boost::system::error_code error;
    json::value value = json::parse(ran.output, error);
    BOOST_TEST(!error, ran.output);
    return value;
}

/// A sysvinit request for a level as a shell writes it, by printf.
std::string request(char level)
{
    return std::string{"printf '\\151\\031\\011\\003\\001\\000\\000\\000\\"} +
           (level == '4' ? "064" : "060") + "\\000\\000\\000\\000\\000\\000\\000'; head -c 368 /dev/zero";
}

} // namespace

BOOST_AUTO_TEST_SUITE(levels, *ut::precondition(containers_work))

BOOST_AUTO_TEST_CASE(telinit_changes_the_level_and_runlevel_tells_it)
{
    Small box;
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.exec({"runlevel"}).output == "N 3\n");
    BOOST_TEST(box.exec({"telinit", "4"}).status == 0);
    BOOST_TEST(box.wait_for_event("four start "));
    BOOST_TEST(box.exec({"runlevel"}).output == "3 4\n");
    BOOST_TEST(box.read("/var/run/runlevel").substr(0, 1) == "4");
}

BOOST_AUTO_TEST_CASE(telinit_e_sets_a_variable_for_scripts)
{
    Small box;
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.exec({"telinit", "-e", "INIT_HALT=POWEROFF"}).status == 0);
    BOOST_TEST(box.exec({"telinit", "4"}).status == 0);
    BOOST_TEST(box.wait_for_event("four start POWEROFF"), joined(box.events()));
}

BOOST_AUTO_TEST_CASE(telinit_refuses_what_is_no_level)
{
    Small box;
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.exec({"telinit", "x"}).status != 0);
    BOOST_TEST(box.exec({"telinit"}).status != 0);
    BOOST_TEST(box.exec({"runlevel"}).output == "N 3\n");
}

BOOST_AUTO_TEST_CASE(telinit_u_keeps_services_and_level)
{
    Small box;
    BOOST_REQUIRE(box.boot());
    const pid_t before = box.pid_in("/var/run/quiet.pid");
    BOOST_TEST(box.exec({"telinit", "u"}).status == 0);
    BOOST_TEST(box.exec({"telinit", "4"}).status == 0);
    BOOST_TEST(box.wait_for_event("four start "));
    BOOST_TEST(box.pid_in("/var/run/quiet.pid") == before);
    BOOST_TEST(box.process(before).has_value());
    BOOST_TEST(box.stop().status == 0);
    BOOST_TEST(box.count_events("quiet stop") == 1);
}

struct Ending {
    const char* command;
    int status;
};
std::ostream& operator<<(std::ostream& out, const Ending& ending)
{
    return out << ending.command;
}
const Ending endings[] = {{"telinit 0", 0},         {"telinit 6", 133}, {"halt", 0},
                          {"poweroff", 0},          {"reboot", 133},    {"shutdown -h now", 0},
                          {"shutdown -r now", 133}, {"init 0", 0}};

BOOST_DATA_TEST_CASE(a_stop_asked_for_inside_runs_K_scripts_and_tells_its_kind, ut::data::make(endings),
                     ending)
{
    Small box;
    BOOST_REQUIRE(box.boot());
    Session asking = box.exec_start({"sh", "-c", ending.command});
    const Ended end = box.wait_exit();
    BOOST_TEST(end.over);
    BOOST_TEST(end.status == ending.status);
    BOOST_TEST(box.count_events("quiet stop") == 1);
}

BOOST_AUTO_TEST_CASE(shutdown_k_only_warns_and_c_takes_it_back)
{
    Small box;
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.exec({"shutdown", "-k", "now", "only a warning"}).status == 0);
    Session waiting = box.exec_start({"shutdown", "-h", "+30"});
    BOOST_TEST(
        box.wait_for([&] { return box.exists("/var/run/shutdown.pid") || box.exists("/run/shutdown.pid"); }));
    BOOST_TEST(box.exec({"shutdown", "-c"}).status == 0);
    BOOST_TEST(box.wait_for([&] { return waiting.status().has_value(); }));
    BOOST_TEST(box.exec({"runlevel"}).output == "N 3\n");
    BOOST_TEST(!box.is_over());
}

BOOST_AUTO_TEST_CASE(reboot_restart_boots_again_in_place)
{
    Small box;
    box.environment("RCINIT_REBOOT=restart");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.exec({"telinit", "6"}).status == 0);
    BOOST_TEST(box.wait_for([&] { return box.count_events("quiet start") == 2; }));
    BOOST_TEST(in_order(box.events(), {"quiet start", "quiet stop", "quiet start"}), joined(box.events()));
    BOOST_REQUIRE(box.wait_for_state("running"));
    BOOST_TEST(box.stop().status == 0);
    BOOST_TEST(box.count_events("quiet stop") == 2);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(channel, *ut::precondition(containers_work))

BOOST_DATA_TEST_CASE(both_FIFOs_take_sysvinit_s_requests, ut::data::make({"/run/initctl", "/dev/initctl"}),
                     path)
{
    Small box;
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.shell("test -p " + std::string{path}).status == 0);
    BOOST_TEST(box.shell("{ " + request('4') + "; } >" + path).status == 0);
    BOOST_TEST(box.wait_for_event("four start "));
}

BOOST_AUTO_TEST_CASE(garbage_costs_itself_and_the_next_request_is_heard)
{
    Small box;
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.shell("head -c 1000 /dev/urandom >/run/initctl || head -c 1000 /opt/helper >/run/initctl")
                   .status == 0);
    BOOST_TEST(box.shell("{ printf '\\151\\031'; " + request('4') + "; } >/run/initctl").status == 0);
    BOOST_TEST(box.wait_for_event("four start "));
    BOOST_TEST(!box.log_lines("initctl").empty());
}

BOOST_AUTO_TEST_CASE(USR2_closes_the_FIFO_and_USR1_opens_it)
{
    Small box;
    BOOST_REQUIRE(box.boot());
    const std::string request_4 = "{ " + request('4') + "; } >/run/initctl";
    box.signal_init(SIGUSR2);
    // Without a reader a non-blocking open for writing is refused.
    const auto has_reader = [&] {
        return box.exec({"dd", "if=/dev/null", "of=/run/initctl", "oflag=nonblock", "conv=notrunc"}).status ==
               0;
    };
    BOOST_TEST(box.wait_for([&] { return !has_reader(); }));
    box.signal_init(SIGUSR1);
    BOOST_TEST(box.wait_for(has_reader));
    BOOST_TEST(box.shell(request_4).status == 0);
    BOOST_TEST(box.wait_for_event("four start "));
}

BOOST_AUTO_TEST_CASE(status_json_has_its_fields)
{
    Small box;
    box.script("failing", "exit 3\n");
    box.link('3', "S20failing");
    BOOST_REQUIRE(box.boot());
    const json::value value = status(box);
    BOOST_REQUIRE(value.is_object());
    const json::object& all = value.get_object();
    for (const char* key : {"schema", "state", "runlevel", "previous", "services"})
        BOOST_TEST(all.contains(key), key);
    BOOST_TEST(all.at("schema").to_number<int>() == 1);
    BOOST_TEST(all.at("state").as_string() == "running");
    BOOST_TEST(all.at("runlevel").as_string() == "3");
    BOOST_TEST(all.at("previous").as_string() == "N");
    bool seen = false;
    for (const json::value& item : all.at("services").as_array()) {
        const json::object& service = item.as_object();
        for (const char* key : {"name", "state", "pid", "processes", "restarts", "since", "exit"})
            BOOST_TEST(service.contains(key), key);
        if (service.at("name").as_string() == "quiet") {
            seen = true;
            BOOST_TEST(service.at("state").as_string() == "running");
            BOOST_TEST(service.at("pid").to_number<int>() == box.pid_in("/var/run/quiet.pid"));
        }
    }
    BOOST_TEST(seen);
}

BOOST_AUTO_TEST_CASE(status_of_one_service_and_the_state_files_agree)
{
    Small box;
    BOOST_REQUIRE(box.boot());
    const Ran ran = box.exec({"rcinit", "status", "quiet"});
    BOOST_TEST(ran.status == 0);
    BOOST_TEST(ran.output.find("quiet") != std::string::npos, ran.output);
    BOOST_TEST(box.exec({"rcinit", "status", "no-such"}).status != 0);
    BOOST_TEST(box.read("/run/rcinit/status.json").find("\"quiet\"") != std::string::npos);
    BOOST_TEST(box.shell("stat -c %a /run/rcinit/status.json /run/rcinit/environment /run/rcinit").output ==
               "644\n600\n755\n");
}

BOOST_AUTO_TEST_CASE(HUP_from_outside_reads_the_inittab_again)
{
    Small box;
    BOOST_REQUIRE(box.boot());
    box.inittab(box.read("/etc/inittab") + "nw:3:once:echo new >>/var/events\n");
    box.signal_init(SIGHUP);
    BOOST_TEST(box.wait_for_event("new"));
}

BOOST_AUTO_TEST_CASE(killall5_from_exec_spares_init_and_keepers_and_its_session)
{
    Small box;
    BOOST_REQUIRE(box.boot());
    const pid_t daemon = box.pid_in("/var/run/quiet.pid");
    const Ran ran = box.shell("killall5 -15; echo status $?");
    BOOST_TEST(ran.output == "status 0\n");
    BOOST_TEST(box.wait_for([&] { return !box.process(daemon); }));
    BOOST_TEST(!box.is_over());
    BOOST_TEST(box.exec({"telinit", "4"}).status == 0);
    BOOST_TEST(box.wait_for_event("four start "));
}

BOOST_AUTO_TEST_CASE(initctl_is_a_stub_that_says_yes)
{
    Small box;
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.exec({"initctl", "emit", "started", "JOB=x"}).status == 0);
    const Ran list = box.exec({"initctl", "list"});
    BOOST_TEST(list.status == 0);
    BOOST_TEST(list.output.empty());
}

BOOST_AUTO_TEST_SUITE_END()
