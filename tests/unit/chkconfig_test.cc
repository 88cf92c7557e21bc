// SPDX-License-Identifier: MIT
// Whole chkconfig commands on trees of the test's own: output, exit status and the links that are left.
#define BOOST_TEST_MODULE chkconfig
#include "chkconfig_tree.h"
#include "system/utmp.h"

#include <boost/test/unit_test.hpp>

namespace {

using init::test::ChkconfigTestTree;
using init::test::Ran;
using init::test::TemporaryTree;
namespace fs = std::filesystem;

constexpr const char* web = "# chkconfig: 345 80 20\n# description: pages\n";
constexpr const char* web_added = "0K20web 1K20web 2K20web 3S80web 4S80web 5S80web 6K20web";
constexpr const char* web_listed = "web            \t0:off\t1:off\t2:off\t3:on\t4:on\t5:on\t6:off\n";

std::string block(const std::string& lines)
{
    return "### BEGIN INIT INFO\n" + lines + "### END INIT INFO\n";
}

bool has(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_CASE(every_verb_leaves_its_links)
{
    const struct {
        const char* claim;
        const char* before;
        const char* words;
        const char* after;
    } rows[] = {
        {"added", "", "--add web", web_added},
        {"added by its path", "", "--add /etc/init.d/web", web_added},
        {"added to what is there", "3S42web 5K09web", "--add web",
         "0K20web 1K20web 2K20web 3S42web 4S80web 5K09web 6K20web"},
        {"deleted", web_added, "--del web", ""},
        {"hand-changed and doubled ones are deleted", "3S42web 3K17web 5S99web", "--del web", ""},
        {"on", "2K20web 3K20web 4K20web 5K20web 6K20web", "web on",
         "2S80web 3S80web 4S80web 5S80web 6K20web"},
        {"off", web_added, "web off", "0K20web 1K20web 2K20web 3K20web 4K20web 5K20web 6K20web"},
        {"on in some levels", web_added, "--level 26 web on",
         "0K20web 1K20web 2S80web 3S80web 4S80web 5S80web 6S80web"},
        {"off in one level", web_added, "--levels 4 web off",
         "0K20web 1K20web 2K20web 3S80web 4K20web 5S80web 6K20web"},
        {"a hand-changed number is seen and taken back", "3S07web", "--level 3 web on", "3S80web"},
        {"a doubled one becomes one", "3S07web 3K93web", "--level 3 web off", "3K20web"},
        {"reset", "0S01web 3K02web", "web reset", web_added},
        {"reset in one level", "0S01web 3K02web", "--level 3 web reset", "0S01web 3S80web"},
        {"new numbers", "0S01web 3K02web", "web resetpriorities", "0S80web 3K20web"},
        {"another service's links stay", "3S80web2 3K20we", "--level 3 web on", "3K20we 3S80web 3S80web2"},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.claim)
        {
            const ChkconfigTestTree tree;
            tree.script("web", web);
            tree.links(row.before);
            const Ran ran = tree.run(row.words);
            BOOST_TEST(ran.status == 0);
            BOOST_TEST(ran.out == "");
            BOOST_TEST(ran.error == "");
            BOOST_TEST(tree.links() == row.after);
            BOOST_TEST(tree.run(row.words).status == 0); // and once more changes nothing
            BOOST_TEST(tree.links() == row.after);
        }
}

BOOST_AUTO_TEST_CASE(the_list_has_the_services_with_links_by_name)
{
    const ChkconfigTestTree tree;
    for (const char* name : {"web", "app", "idle", "web.rpmsave", ".web", "web~", "web,", "web.bak"})
        tree.script(name, web);
    tree.script("plain", "# nothing for chkconfig\n");
    tree.folder("/etc/init.d/folder");
    tree.links("3S80web 3S80app 5S01app 3S80plain 3S80web.rpmsave 3S80web~ 3S80web.bak 3S80gone");
    const std::string list = "app            \t0:off\t1:off\t2:off\t3:on\t4:off\t5:on\t6:off\n"
                             "web            \t0:off\t1:off\t2:off\t3:on\t4:off\t5:off\t6:off\n"
                             "web.bak        \t0:off\t1:off\t2:off\t3:on\t4:off\t5:off\t6:off\n";
    for (const char* words : {"", "--list", "--list --type sysv"}) {
        const Ran ran = tree.run(words);
        BOOST_TEST(ran.status == 0);
        BOOST_TEST(ran.out == list);
        BOOST_TEST(ran.error == "");
    }
    const Ran one = tree.run("--list web");
    BOOST_TEST(one.status == 0);
    BOOST_TEST(one.out == "web            \t0:off\t1:off\t2:off\t3:on\t4:off\t5:off\t6:off\n");
}

BOOST_AUTO_TEST_CASE(a_service_that_cannot_be_managed_is_refused_with_the_reason)
{
    const ChkconfigTestTree tree;
    tree.script("web", web);
    tree.script("plain", "# a script\n");
    tree.script("template", "# chkconfig: @CHKCONFIG@\n");
    tree.script("nowhere", block("# Default-Start: S\n# Default-Stop:\n"));
    tree.folder("/etc/init.d/folder");
    const struct {
        const char* name;
        const char* error;
    } rows[] = {
        {"plain", "service plain does not support chkconfig\n"},
        {"template", "service template does not support chkconfig\n/etc/rc.d/init.d/template:2: "},
        {"nowhere", "service nowhere does not support chkconfig\n"},
        {"gone", "error reading information on service gone: No such file or directory\n"},
        {"folder", "error reading information on service folder: Invalid argument\n"},
    };
    for (const auto& row : rows)
        for (const char* words :
             {"--list NAME", "--add NAME", "--del NAME", "--override NAME", "NAME", "NAME on", "NAME off",
              "NAME reset", "NAME resetpriorities", "--level 3 NAME"}) {
            std::string line = words;
            line.replace(line.find("NAME"), 4, row.name);
            BOOST_TEST_CONTEXT(line)
            {
                const Ran ran = tree.run(line);
                BOOST_TEST(ran.status == 1);
                BOOST_TEST(ran.out == "");
                BOOST_TEST(ran.error.starts_with(row.error), ran.error);
                BOOST_TEST(tree.links() == "");
            }
        }
    const Ran unlinked = tree.run("--list web");
    BOOST_TEST(unlinked.status == 1);
    BOOST_TEST(unlinked.out == "");
    BOOST_TEST(unlinked.error == "service web supports chkconfig, but is not referenced in any runlevel (run "
                                 "'chkconfig --add web')\n");
}

BOOST_AUTO_TEST_CASE(headers_are_read_as_written)
{
    const struct {
        const char* claim;
        const char* header;
        const char* links; ///< after --add
    } rows[] = {
        {"CRLF", "# chkconfig: 3 80 20\r\n# description: x\r\n",
         "0K20web 1K20web 2K20web 3S80web 4K20web 5K20web 6K20web"},
        {"no levels", "# chkconfig: - 80 20\n", "0K20web 1K20web 2K20web 3K20web 4K20web 5K20web 6K20web"},
        {"levels of both", "# chkconfig: - 85 15\n# Default-Start: 2 3\n",
         "0K15web 1K15web 2S85web 3S85web 4K15web 5K15web 6K15web"},
        {"a block alone", "### BEGIN INIT INFO\n# Default-Start: 3\n### END INIT INFO\n",
         "0K50web 1K50web 2K50web 3S50web 4K50web 5K50web 6K50web"},
        {"requires itself", "### BEGIN INIT INFO\n# Provides: w\n# Should-Start: w\n# Default-Start: 3\n",
         "0K50web 1K50web 2K50web 3S50web 4K50web 5K50web 6K50web"},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.claim)
        {
            const ChkconfigTestTree tree;
            tree.script("web", row.header);
            BOOST_TEST(tree.run("--add web").status == 0);
            BOOST_TEST(tree.links() == row.links);
        }
    const ChkconfigTestTree tree;
    tree.script("web", "# chkconfig: - 80 20\n" + block("# Default-Start: 2345\n"));
    const Ran ran = tree.run("--add web");
    BOOST_TEST(ran.status == 0);
    BOOST_TEST(has(ran.error, "/etc/rc.d/init.d/web:4: 2345 is no runlevel"), ran.error);
}

BOOST_AUTO_TEST_CASE(requirements_move_links_of_other_services)
{
    const ChkconfigTestTree tree;
    tree.script("web", block("# Required-Start: db\n# Required-Stop: db\n# Default-Start: 3\n"));
    tree.script(
        "db", block("# Provides: db\n# Should-Start: $syslog\n# Should-Stop: $syslog\n# Default-Start: 3\n"));
    tree.script("log", "# chkconfig: 3 60 40\n" + block("# Provides: $syslog\n"));
    tree.script("other", web);
    tree.links("3S80other");
    for (const char* name : {"web", "db", "log"})
        BOOST_TEST(tree.run(std::string("--level 03 ") + name + " reset").status == 0);
    BOOST_TEST(tree.links() == "0K38web 0K39db 0K40log 3S60log 3S61db 3S62web 3S80other");
}

BOOST_AUTO_TEST_CASE(an_override_counts_and_is_applied_to_untouched_links_only)
{
    const auto links_after = [](const char* before, const char* text, const char* words) {
        const ChkconfigTestTree tree;
        tree.script("web", web);
        tree.links(before);
        if (text)
            tree.file("/etc/chkconfig.d/web", text);
        const Ran ran = tree.run(words);
        BOOST_TEST(ran.status == 0);
        return tree.links();
    };
    constexpr const char* other = "# chkconfig: 2 10 90\n";
    constexpr const char* overridden = "0K90web 1K90web 2S10web 3K90web 4K90web 5K90web 6K90web";
    BOOST_TEST(links_after(web_added, other, "--override web") == overridden);
    BOOST_TEST(links_after("", other, "--add web") == overridden);
    BOOST_TEST(links_after(web_added, other, "web reset") == overridden);
    BOOST_TEST(links_after(web_added, "# Default-Start: 2\n", "--override web") ==
               "0K20web 1K20web 2S80web 3K20web 4K20web 5K20web 6K20web");
    BOOST_TEST(links_after(web_added, nullptr, "--override web") == web_added);
    BOOST_TEST(links_after("", other, "--override web") == "");
    constexpr const char* touched = "0K20web 1K20web 2K20web 3S81web 4S80web 5S80web 6K20web";
    BOOST_TEST(links_after(touched, other, "--override web") == touched);
    constexpr const char* switched = "0K20web 1K20web 2K20web 3K20web 4S80web 5S80web 6K20web";
    BOOST_TEST(links_after(switched, other, "--override web") == switched);

    const ChkconfigTestTree tree; // of a script that says nothing itself, and one that cannot be read
    tree.script("web", "# nothing\n");
    tree.file("/etc/chkconfig.d/web", other);
    BOOST_TEST(tree.run("--add web").status == 0);
    BOOST_TEST(tree.links() == overridden);
    tree.script("app", web);
    tree.file("/etc/chkconfig.d/app", "# chkconfig: nonsense\n");
    const Ran ran = tree.run("--level 3 app on");
    BOOST_TEST(ran.status == 0);
    BOOST_TEST(has(ran.error, "/etc/chkconfig.d/app:1: "), ran.error);
    BOOST_TEST(has(ran.error, "the override is left out"), ran.error);
    BOOST_TEST(tree.has("/etc/rc3.d/S80app"));
}

BOOST_AUTO_TEST_CASE(a_query_is_an_exit_status)
{
    const ChkconfigTestTree tree;
    tree.script("web", web);
    tree.links("3S80web 4K20web");
    BOOST_TEST(tree.run("--level 3 web").status == 0);
    BOOST_TEST(tree.run("--level 4 web").status == 1);
    BOOST_TEST(tree.run("--level 5 web").status == 1);
    const Ran unknown = tree.run("web");
    BOOST_TEST(unknown.status == 1);
    BOOST_TEST(has(unknown.error, "cannot determine current run level"), unknown.error);
    tree.folder("/var/run");
    for (const char level : {'3', '4', '7', 'S'}) {
        tree.file("/var/run/runlevel", std::string(1, level));
        const Ran ran = tree.run("web");
        BOOST_TEST(ran.status == (level == '3' ? 0 : 1), level);
        BOOST_TEST(ran.error.empty() == (level != 'S'), ran.error);
        BOOST_TEST(ran.out == "");
    }
    // The record counts more than the file.
    tree.file("/var/run/utmp", "");
    const init::system::UtmpWriter writer(
        {tree.at("/var/run/utmp"), tree.at("/none"), tree.at("/none/level")});
    BOOST_TEST(
        writer.runlevel(init::model::Runlevel::none(), *init::model::Runlevel::from('3'), 1).has_value());
    BOOST_TEST(tree.run("web").status == 0);
}

BOOST_AUTO_TEST_CASE(what_has_a_links_name_is_put_right)
{
    const ChkconfigTestTree tree;
    tree.script("web", web);
    tree.link("/etc/init.d/web", "/etc/rc3.d/S80web");
    tree.file("/etc/rc4.d/S80web", "a copy of the script");
    BOOST_TEST(tree.links() == "3S80web! 4S80web!");
    BOOST_TEST(tree.run("--level 34 web on").status == 0);
    BOOST_TEST(tree.links() == "3S80web 4S80web");
}

BOOST_AUTO_TEST_CASE(folders_directly_below_etc_serve_as_well)
{
    for (const bool has_sysinit : {false, true}) {
        const TemporaryTree tree;
        const ChkconfigTestTree other; // only to run commands
        for (const char level : std::string("0123456"))
            tree.folder(std::string("/etc/rc") + level + ".d");
        tree.file("/etc/init.d/web", web);
        if (has_sysinit)
            tree.file("/etc/rc.d/rc.sysinit", "#!/bin/sh\n");
        BOOST_TEST(other.run_on_root("--root " + tree.path() + " --add web").status == 0);
        BOOST_TEST(fs::read_symlink(tree.at("/etc/rc3.d/S80web")) == "../init.d/web");
        BOOST_TEST(tree.has("/etc/rc6.d/K20web"));
        BOOST_TEST(other.run_on_root("--list --root " + tree.path()).out == web_listed);
    }
}

BOOST_AUTO_TEST_CASE(lsb_names_refuse_what_would_stay_unmet)
{
    using init::applets::install_initd;
    using init::applets::remove_initd;
    const ChkconfigTestTree tree;
    tree.script("web", block("# Required-Start: $local_fs db\n# Default-Start: 3\n"));
    tree.script("db", "# chkconfig: 3 60 40\n" + block("# Provides: db\n"));
    const Ran unmet = tree.run("web", install_initd);
    BOOST_TEST(unmet.status == 1);
    BOOST_TEST(has(unmet.error, "web requires what no added script provides: db"), unmet.error);
    BOOST_TEST(tree.links() == "");
    BOOST_TEST(tree.run("/etc/init.d/db", install_initd).status == 0);
    BOOST_TEST(tree.run("web", install_initd).status == 0);
    BOOST_TEST(tree.has("/etc/rc3.d/S61web"));
    const Ran needed = tree.run("db", remove_initd);
    BOOST_TEST(needed.status == 1);
    BOOST_TEST(has(needed.error, "db is required by web"), needed.error);
    BOOST_TEST(tree.run("web", remove_initd).status == 0);
    BOOST_TEST(tree.run("db", remove_initd).status == 0);
    BOOST_TEST(tree.links() == "");
    BOOST_TEST(tree.run("", install_initd).status == 1);
    BOOST_TEST(tree.run("gone", install_initd).status == 1);
}

BOOST_AUTO_TEST_CASE(usage_goes_where_it_is_asked_for)
{
    const ChkconfigTestTree tree;
    for (const char* words : {"--help", "--version"}) {
        const Ran ran = tree.run(words);
        BOOST_TEST(ran.status == 0);
        BOOST_TEST(ran.out.starts_with("chkconfig version "), ran.out);
        BOOST_TEST(has(ran.out, "usage:") == (std::string(words) == "--help"));
        BOOST_TEST(ran.error == "");
    }
    for (const char* words : {"--frob", "web start", "--add", "--list a b"}) {
        const Ran ran = tree.run(words);
        BOOST_TEST(ran.status == 1, words);
        BOOST_TEST(ran.out == "", words);
        BOOST_TEST(has(ran.error, "\nusage:"), ran.error);
    }
}
