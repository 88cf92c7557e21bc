// SPDX-License-Identifier: MIT
// A mix of pressures on one boot and one stop, made from a number: which scripts there are and how they
// behave, what others in the container do meanwhile, what is scarce, and when TERM comes. A value alone: it
// can be printed as one line and read back. Carrying it out is left to others.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hostile {

/// What an S-script does after it has said that it begins.
enum class Start {
    quick,
    slow,    ///< half a second
    hangs,   ///< for ever
    deaf,    ///< for ever, and ignores TERM
    fails_1, ///< ends with 1, 5 or 6, whose meaning the LSB tells
    fails_5,
    fails_6,
    daemon,      ///< leaves a daemon with a pid file
    deaf_daemon, ///< leaves one that ignores TERM
    floods,      ///< writes 20,000 lines, and leaves a daemon
    chains,      ///< leaves a chain of 30 processes that ignore TERM
};

/// What a K-script does after it has said that it begins.
enum class Stop {
    quick,
    slow,       ///< half a second
    hangs,      ///< for ever
    computes,   ///< for ever, with a processor
    daemonises, ///< leaves a process that works for half a second
    floods,
    fails,
};

enum class Attack {
    crowd,       ///< 150 processes, deaf to TERM
    chains,      ///< 4 chains of 60, the same
    storm,       ///< 10 processes that change their pid all the time
    lock_names,  ///< 5,000 names in /run/lock
    tmp_names,   ///< 5,000 names in /tmp
    swap,        ///< links to root's files below /run/lock and /tmp, exchanged with folders all the time
    fifos,       ///< FIFOs and links where pid files and folders are looked for
    knock,       ///< connects to the control socket again and again, and sends descriptors
    words,       ///< 20 processes whose command line has 20,000 words each
    daemon_pids, ///< files named like pid files in /tmp and /run/lock that name others' processes
};

enum class Helper { keeper, spawner, scribe };

enum class Output { read, stuck, gone };

enum class Parallel { automatic, yes, no };

struct Script {
    Start start = Start::quick;
    Stop stop = Stop::quick;
    int start_number = 10;
    int stop_number = -1; ///< without a K-link -1
    int needs = -1;       ///< the place of an earlier one that its header names; -1 for none

    bool operator==(const Script&) const = default;
};

/// Times are milliseconds since the start of PID 1.
struct Attacked {
    Attack kind = Attack::crowd;
    int at = 0;

    bool operator==(const Attacked&) const = default;
};

/// A signal to all of init's helpers of that kind.
struct Hit {
    Helper helper = Helper::keeper;
    bool kills = true; ///< KILL; else STOP
    int at = 0;

    bool operator==(const Hit&) const = default;
};

/// Something that is done to a folder: filled up, or mounted over.
struct OnFolder {
    std::string folder; ///< empty: nothing
    int at = 0;         ///< 0: before PID 1 begins

    bool operator==(const OnFolder&) const = default;
};

struct Recipe {
    std::uint64_t seed = 0;
    bool debian = false;
    bool headers = false; ///< whether scripts have LSB headers
    Parallel parallel = Parallel::automatic;
    int jobs = 0;  ///< 0: not set
    int grace = 3; ///< seconds
    Output output = Output::read;
    int pids = 0;   ///< the most processes at once; 0: no limit, as below
    int files = 0;  ///< descriptors of a process
    int memory = 0; ///< MiB of address space of a process
    OnFolder full;
    OnFolder over;
    bool from_boot = false; ///< whether TERM comes so long after the boot is over, or after the start
    int term = 0;
    std::vector<Script> scripts;
    std::vector<Attacked> attacks;
    std::vector<Hit> hits;

    bool operator==(const Recipe&) const = default;
};

/// The same for the same seed, on every machine.
Recipe make_recipe(std::uint64_t seed);

/// One line of words `key=value`, without a newline.
std::string to_string(const Recipe& recipe);
/// Nothing where it is not what `to_string` gives.
std::optional<Recipe> parse_recipe(std::string_view text);

/// Each thing that a recipe may hold, as a word, for example "start=hangs" or "over=/dev".
std::vector<std::string> ingredients_of(const Recipe& recipe);
/// All of them.
std::vector<std::string> all_ingredients();

/// "s07": scripts are named for their places.
std::string name_of(std::size_t place);

} // namespace hostile
