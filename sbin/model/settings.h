// SPDX-License-Identifier: MIT
// The configuration: one table of keys, and the readers of `key=value` from files, environment and options.
// The later source wins: script header < rcinit.conf < conf.d < NAME.service < environment < option.
#pragma once

#include "model/diagnostic.h"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace init::model {

enum class RcChoice { automatic, engine, script };
enum class SysinitChoice { automatic, image, builtin, none };
enum class IntChoice { stop, ctrlaltdel };
enum class RebootChoice { exit, restart };
enum class BootFailureChoice { go_on, stop };
enum class LogChoice { normal, debug };
enum class ParallelChoice { automatic, yes, no };
enum class OutputChoice { lines, grouped };

/// Where a value comes from; the later one wins.
enum class SettingSource : unsigned char { fallback, header, file, service_file, environment, option };

/// Of the keys that init and a service may both set.
struct SettingSources {
    SettingSource start_timeout = SettingSource::fallback;
    SettingSource stop_timeout = SettingSource::fallback;
    SettingSource keeper = SettingSource::fallback;
};

struct Settings {
    std::chrono::milliseconds grace{10'000};
    std::optional<std::chrono::milliseconds> margin;
    std::chrono::milliseconds stop_timeout{90'000};
    std::chrono::milliseconds start_timeout{300'000};
    std::chrono::milliseconds sysinit_timeout{120'000};
    RcChoice rc = RcChoice::automatic;
    SysinitChoice sysinit = SysinitChoice::automatic;
    IntChoice int_signal = IntChoice::stop; ///< `int`
    RebootChoice reboot = RebootChoice::exit;
    BootFailureChoice on_boot_failure = BootFailureChoice::go_on;
    LogChoice log = LogChoice::normal;
    ParallelChoice parallel = ParallelChoice::automatic;
    std::optional<unsigned> jobs; ///< at least 1; default_jobs() where it is not set
    OutputChoice output = OutputChoice::lines;
    unsigned shuffle = 0; ///< seed of an arbitrary order among scripts that are ready; 0 for none
    bool hostname = false;
    bool keeper = true;
    SettingSources sources;
};

/// How many scripts may compute at once: twice the processors, at least 4.
unsigned default_jobs(unsigned processors) noexcept;

/// What one service may set for itself.
struct ServiceSettings {
    std::optional<std::chrono::milliseconds> start_timeout;
    std::optional<std::chrono::milliseconds> stop_timeout;
    std::optional<bool> keeper;
    std::optional<std::string> pidfile;
    bool machine_runs = false; ///< although its name is that of a script for a machine
    SettingSources sources;
};

// What holds for a service: its own value, unless that of init as a whole comes from a later source.
std::chrono::milliseconds start_timeout_of(const Settings& settings, const ServiceSettings& own) noexcept;
std::chrono::milliseconds stop_timeout_of(const Settings& settings, const ServiceSettings& own) noexcept;
bool keeper_of(const Settings& settings, const ServiceSettings& own) noexcept;

enum class SettingScope { global, service, both };

/// One row of the table that the manual page, `--help` and the readers come from.
struct SettingRow {
    std::string_view key;      ///< `on-boot-failure`
    std::string_view values;   ///< `continue, stop`
    std::string_view fallback; ///< the default, as a user writes it
    SettingScope scope;
    std::string_view meaning;
};
std::span<const SettingRow> setting_rows() noexcept;

/// Reads `10s`, `1500ms`, `2min`, `1h`, or seconds without a unit, with a fraction allowed; nothing for
/// anything else, negative ones and over 24 h.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;

/// Sets one key. Returns why not, in words ("unknown key", "\"x\" is not one of ..."), or nothing when it was
/// taken.
std::optional<std::string> set(Settings& settings, std::string_view key, std::string_view value,
                               SettingSource source = SettingSource::option);
std::optional<std::string> set(ServiceSettings& settings, std::string_view key, std::string_view value,
                               SettingSource source = SettingSource::service_file);

/// Reads the lines of a configuration file: `key=value`, `#` comments, blank lines. A bad line costs that
/// line.
Diagnostics read_settings(Settings& settings, std::string_view text, std::string_view file);
Diagnostics read_settings(ServiceSettings& settings, std::string_view text, std::string_view file);
/// `# rcinit: key=value ...` lines in the comment at the head of a script (up to the first line that is
/// neither comment nor blank).
Diagnostics read_header_settings(ServiceSettings& settings, std::string_view script, std::string_view file);
/// `RCINIT_KEY=value` out of an environment; RCINIT_SERVICE is not a setting.
Diagnostics read_environment_settings(Settings& settings, std::span<const std::string> environment);

} // namespace init::model
