// SPDX-License-Identifier: MIT
// Options, variables, pages and exit statuses: each row is run with the peer's program and with ours.
#include "compare.h"
#include "enclosed.h"
#include "option_rows.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <ostream>

namespace small_test {

const std::string& files()
{
    static const std::string folder = [] {
        char pattern[] = "/tmp/rcinit-files-XXXXXX";
        if (::mkdtemp(pattern) == nullptr)
            throw std::runtime_error("no temporary folder");
        const std::string root = pattern;
        std::ofstream(root + "/no-bit") << "#!/bin/sh\nexit 5\n";
        std::ofstream(root + "/no-line") << "exit 5\n";
        std::ofstream(root + "/no-interpreter") << "#!/nowhere/sh\nexit 5\n";
        std::ofstream(root + "/empty");
        // An ELF header for a machine that this is not.
        std::string header(64, '\0');
        std::memcpy(header.data(),
                    "\x7f"
                    "ELF\x02\x01\x01",
                    7);
        header[16] = 2;
        header[18] = static_cast<char>(0xf3);
        header[20] = 1;
        std::ofstream(root + "/foreign").write(header.data(), 64);
        ::symlink("loop", (root + "/loop").c_str());
        ::chmod((root + "/no-bit").c_str(), 0644);
        for (const char* name : {"/no-line", "/no-interpreter", "/empty", "/foreign"})
            ::chmod((root + name).c_str(), 0755);
        return root;
    }();
    return folder;
}

namespace {

std::string shown(const Stream& stream, const std::string& text)
{
    const std::string plain = without_pids(text);
    switch (stream.kind) {
    case Stream::Kind::nothing:
        return plain;
    case Stream::Kind::begins:
        return plain.substr(0, std::strlen(stream.text));
    case Stream::Kind::is:
        return plain;
    case Stream::Kind::same_line:
        break;
    }
    const std::string line = first_line(plain);
    const std::size_t size = std::strlen(stream.text);
    return line.size() < size ? line : line.substr(line.size() - size);
}

/// What is the same for both: getopt's line counts whole.
std::string compared(const Stream& stream, const std::string& text)
{
    return stream.kind == Stream::Kind::same_line ? first_line(text) : shown(stream, text);
}

void check(const Row& row)
{
    const Setting setting{.name = row.name, .words = row.words, .environment = row.environment};
    const auto observe = [&](Whose whose) {
        const Ending ending = run(setting, whose);
        BOOST_TEST(described(ending) == row.ending);
        BOOST_TEST(shown(row.out, ending.out) == row.out.text);
        BOOST_TEST(shown(row.err, ending.err) == row.err.text);
        return described(ending) + "\n" + compared(row.out, ending.out) + "\n" +
               compared(row.err, ending.err);
    };
    (void)same_for_both(row.name, observe);
}

void check_all(const std::vector<Row>& rows)
{
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT(row.name << ": " << row.claim)
    check(row);
}

} // namespace

BOOST_AUTO_TEST_SUITE(options, *boost::unit_test::precondition(in_namespace))

BOOST_AUTO_TEST_CASE(dumb_init_reads_its_options_and_ends_as_its_peer_does)
{
    check_all(dumb_init_rows());
}
BOOST_AUTO_TEST_CASE(tini_reads_its_options_and_ends_as_its_peer_does)
{
    check_all(tini_rows());
}
BOOST_AUTO_TEST_CASE(catatonit_reads_its_options_and_ends_as_its_peer_does)
{
    check_all(catatonit_rows());
}
BOOST_AUTO_TEST_CASE(pause_tells_its_version_wherever_it_is_asked)
{
    check_all(pause_rows());
}

BOOST_AUTO_TEST_CASE(the_names_of_the_runtimes_are_answered_as_their_peers)
{
    for (const auto& [name, version] : {std::pair{"docker-init", "tini version 0.19.0 - rcinit "},
                                        std::pair{"podman-init", "tini version 0.2.1_catatonit - rcinit "}})
        BOOST_TEST_CONTEXT(name)
        {
            const Ending told = run({.name = name, .words = {"--version"}}, Whose::ours);
            BOOST_TEST(described(told) == "exit 0");
            BOOST_TEST(told.out.substr(0, std::strlen(version)) == version);
            const Ending ran =
                run({.name = name, .words = {"--", probe(), "words", "-x"}, .first = true}, Whose::ours);
            BOOST_TEST(described(ran) == "exit 0");
            BOOST_TEST(ran.out == "-x\n");
            BOOST_TEST(ran.err == "");
        }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace small_test
