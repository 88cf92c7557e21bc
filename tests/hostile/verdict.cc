// SPDX-License-Identifier: MIT
#include "verdict.h"

#include <algorithm>
#include <string_view>

namespace hostile {
namespace {

constexpr int cut_off = 73;
constexpr std::string_view overtaken = "has used its share of the time";

std::size_t count(const Seen& seen, const std::string& event)
{
    return static_cast<std::size_t>(std::ranges::count(seen.events, event));
}

/// The position of the first such event; nothing where there is none.
std::optional<std::size_t> place_of(const Seen& seen, const std::string& event)
{
    const auto found = std::ranges::find(seen.events, event);
    return found == seen.events.end() ? std::nullopt
                                      : std::optional{static_cast<std::size_t>(found - seen.events.begin())};
}

std::vector<std::string_view> lines_of(std::string_view text)
{
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

/// Whether a line of init's names this script and holds these words.
bool log_names(const Seen& seen, const std::string& name, std::string_view words = {})
{
    return std::ranges::any_of(lines_of(seen.log), [&](std::string_view line) {
        return line.starts_with("init: ") && line.find(name) != std::string_view::npos &&
               line.find(words) != std::string_view::npos;
    });
}

/// Whether the scripts of a level run one after the other.
bool is_serial(const Recipe& recipe)
{
    return recipe.parallel == Parallel::no || (recipe.parallel == Parallel::automatic && !recipe.headers);
}

/// The places of those scripts that have begun, in the order in which they did.
std::vector<std::size_t> begun_in_order(const Recipe& recipe, const Seen& seen, std::string_view verb)
{
    std::vector<std::pair<std::size_t, std::size_t>> begun;
    for (std::size_t i = 0; i < recipe.scripts.size(); ++i)
        if (const auto at = place_of(seen, name_of(i) + " " + std::string{verb}))
            begun.emplace_back(*at, i);
    std::ranges::sort(begun);
    std::vector<std::size_t> places;
    for (const auto& [at, place] : begun)
        places.push_back(place);
    return places;
}

/// `number` gives a script's place in the order of links; negative: it has none.
template <class Number>
void judge_links(const Recipe& recipe, const Seen& seen, std::string_view verb, const Number& number,
                 Complaints& complaints)
{
    // Scripts without headers hold their number, whatever runs side by side; equal ones are in no order then.
    const bool serial = is_serial(recipe);
    const bool can_be_told = verb == "start" || recipe.output == Output::read;
    if ((!serial && recipe.headers) || !can_be_told)
        return;
    std::optional<std::size_t> before;
    for (const std::size_t place : begun_in_order(recipe, seen, verb)) {
        if (number(place) < 0)
            continue;
        // One that was overtaken was launched in time, but said so late.
        if (log_names(seen, name_of(place), overtaken))
            continue;
        const bool is_late = before && (number(*before) > number(place) ||
                                        (serial && number(*before) == number(place) && *before > place));
        if (is_late)
            complaints.push_back(name_of(*before) + " " + std::string{verb} + " came before " +
                                 name_of(place) + ", against the links");
        before = place;
    }
}

void judge_needs(const Recipe& recipe, const Seen& seen, Complaints& complaints)
{
    for (std::size_t i = 0; i < recipe.scripts.size(); ++i) {
        const Script& script = recipe.scripts[i];
        if (script.needs < 0)
            continue;
        const std::string needed = name_of(static_cast<std::size_t>(script.needs));
        const auto started = place_of(seen, name_of(i) + " start");
        const auto needed_started = place_of(seen, needed + " start");
        if (started && needed_started && *started < *needed_started)
            complaints.push_back(name_of(i) + " was started before " + needed + ", which it needs");
        const auto stopped = place_of(seen, name_of(i) + " stop");
        const auto needed_stopped = place_of(seen, needed + " stop");
        const bool can_be_told = recipe.output == Output::read && !log_names(seen, name_of(i), overtaken);
        const bool linked = script.stop_number >= 0 &&
                            recipe.scripts[static_cast<std::size_t>(script.needs)].stop_number >= 0;
        if (linked && can_be_told && stopped && needed_stopped && *stopped > *needed_stopped)
            complaints.push_back(needed + " was stopped before " + name_of(i) + ", which needs it");
    }
}

bool ends_by_itself(Stop stop)
{
    return stop != Stop::hangs && stop != Stop::computes;
}

} // namespace

Complaints judge_end(const Recipe& recipe, const Seen& seen)
{
    Complaints complaints;
    if (!seen.over)
        complaints.emplace_back("PID 1 is still there");
    else if (seen.took >= std::chrono::seconds{recipe.grace})
        complaints.push_back("PID 1 took " + std::to_string(seen.took.count()) + " ms");
    if (seen.over && seen.status != 0 && seen.status != cut_off)
        complaints.push_back("status " + std::to_string(seen.status));
    return complaints;
}

Complaints judge_stops(const Recipe& recipe, const Seen& seen)
{
    Complaints complaints;
    for (std::size_t i = 0; i < recipe.scripts.size(); ++i) {
        const std::string name = name_of(i);
        const std::size_t stops = count(seen, name + " stop");
        if (stops > 1)
            complaints.push_back(name + " was stopped " + std::to_string(stops) + " times");
        if (const std::size_t started = count(seen, name + " start"); started > 1)
            complaints.push_back(name + " was started " + std::to_string(started) + " times");
        const auto up = place_of(seen, name + " up");
        if (stops != 0 || !up || *up >= seen.events_before_term)
            continue;
        if (seen.status != cut_off)
            complaints.push_back(name + " was not stopped, and the status does not tell");
        else if (recipe.output == Output::read && !log_names(seen, name, "stop"))
            complaints.push_back(name + " was not stopped, and the log does not name it");
    }
    return complaints;
}

Complaints judge_status(const Recipe& recipe, const Seen& seen)
{
    Complaints complaints;
    for (std::size_t i = 0; seen.status == 0 && i < recipe.scripts.size(); ++i) {
        const std::string name = name_of(i);
        if (count(seen, name + " stop") == 0 || count(seen, name + " down") != 0)
            continue;
        const bool is_told = recipe.output != Output::read || log_names(seen, name, "failed");
        if (!ends_by_itself(recipe.scripts[i].stop) || !is_told)
            complaints.push_back("the stop of " + name + " did not come to its end, and the status is 0");
    }
    return complaints;
}

Complaints judge_order(const Recipe& recipe, const Seen& seen)
{
    Complaints complaints;
    judge_links(
        recipe, seen, "start", [&](std::size_t i) { return recipe.scripts[i].start_number; }, complaints);
    judge_links(
        recipe, seen, "stop", [&](std::size_t i) { return recipe.scripts[i].stop_number; }, complaints);
    judge_needs(recipe, seen, complaints);
    return complaints;
}

Complaints judge_leftovers(const Recipe& recipe, const Seen& seen)
{
    Complaints complaints;
    // Of the grace a margin is kept, and where there are many processes up to a quarter for the kernel.
    const std::chrono::milliseconds grace = std::chrono::seconds{recipe.grace};
    const bool is_time_over = seen.took >= (grace - std::chrono::seconds{1}) * 3 / 4;
    if (seen.leftovers && !is_time_over)
        for (const std::string& process : *seen.leftovers)
            complaints.push_back("left behind: " + process);
    return complaints;
}

Complaints judge_files(const Seen& seen)
{
    Complaints complaints;
    for (const std::string& change : seen.changed)
        complaints.push_back("a file of root's: " + change);
    return complaints;
}

Complaints judge_log(const Recipe& recipe, const Seen& seen)
{
    Complaints complaints;
    if (recipe.output != Output::read)
        return complaints;
    if (!seen.log.empty() && seen.log.back() != '\n')
        complaints.emplace_back("the last line of the log has no end");
    for (const std::string_view line : lines_of(seen.log)) {
        const std::size_t label = line.find(": ");
        const bool is_labelled = label != 0 && label != std::string_view::npos && line.find(' ') == label + 1;
        // Another line's beginning inside this one.
        if (!is_labelled || line.find(" init: ") != std::string_view::npos)
            complaints.push_back("a line of the log is not whole: " + std::string{line.substr(0, 200)});
    }
    const bool is_told = log_names(seen, "stopping through runlevel") || log_names(seen, "lines dropped");
    if (seen.over && !is_told)
        complaints.emplace_back("the log does not tell of the stop");
    return complaints;
}

Complaints judge(const Recipe& recipe, const Seen& seen)
{
    Complaints all;
    for (const Complaints& some : {judge_end(recipe, seen), judge_stops(recipe, seen),
                                   judge_status(recipe, seen), judge_order(recipe, seen),
                                   judge_leftovers(recipe, seen), judge_files(seen), judge_log(recipe, seen)})
        all.insert(all.end(), some.begin(), some.end());
    return all;
}

} // namespace hostile
