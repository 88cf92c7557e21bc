// SPDX-License-Identifier: MIT
#include "recipe.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <random>
#include <span>

namespace hostile {
namespace {

// --- The words ---------------------------------------------------------------------------------------

constexpr std::string_view starts[] = {"quick",   "slow",   "hangs",       "deaf",   "fails-1", "fails-5",
                                       "fails-6", "daemon", "deaf-daemon", "floods", "chains"};
constexpr std::string_view stops[] = {"quick", "slow", "hangs", "computes", "daemonises", "floods", "fails"};
constexpr std::string_view attacks[] = {"crowd", "chains", "storm", "lock-names", "tmp-names",
                                        "swap",  "fifos",  "knock", "words",      "daemon-pids"};
constexpr std::string_view helpers[] = {"rc-keeper", "rc-spawner", "rc-scribe"};
constexpr std::string_view signals[] = {"STOP", "KILL"};
constexpr std::string_view outputs[] = {"read", "stuck", "gone"};
constexpr std::string_view parallels[] = {"auto", "yes", "no"};
constexpr std::string_view layouts[] = {"red-hat", "debian"};
constexpr std::string_view answers[] = {"no", "yes"};
constexpr std::string_view moments[] = {"start", "boot"};
constexpr std::string_view full_folders[] = {"/run", "/var/log", "/tmp"};
constexpr std::string_view over_folders[] = {"/run", "/dev", "/tmp"};
constexpr int pid_limits[] = {310, 400, 600};
constexpr int file_limits[] = {64, 128, 256, 1024};
constexpr int memory_limits[] = {32, 64};
constexpr int job_limits[] = {1, 4, 20};

constexpr int latest = 5000; ///< no pressure comes later, in ms

template <class Value> std::string_view word_of(std::span<const std::string_view> words, Value value)
{
    return words[static_cast<std::size_t>(value)];
}

// --- Making one --------------------------------------------------------------------------------------

/// The library's distributions differ between libraries; the generator itself does not.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : random_{seed} {}

    int between(int first, int last)
    {
        return first + static_cast<int>(random_() % static_cast<std::uint64_t>(last - first + 1));
    }
    bool one_in(int many) { return between(1, many) == 1; }
    template <class T, std::size_t n> const T& one_of(const T (&items)[n])
    {
        return items[static_cast<std::size_t>(between(0, n - 1))];
    }
    template <class Value, std::size_t n> Value value_of(const std::string_view (&)[n])
    {
        return static_cast<Value>(between(0, n - 1));
    }

private:
    std::mt19937_64 random_;
};

/// Most scripts are quick; what a K-script costs in time is for a few, since a stop has little of it.
Script make_script(Dice& dice, std::size_t place, bool headers)
{
    Script script;
    if (dice.one_in(2))
        script.start = dice.one_in(2) ? Start::daemon : dice.value_of<Start>(starts);
    // Two that never end are enough to hold up a boot that goes in order.
    if ((script.start == Start::hangs || script.start == Start::deaf) && !dice.one_in(3))
        script.start = Start::slow;
    if (dice.one_in(4))
        script.stop = dice.value_of<Stop>(stops);
    script.start_number = dice.between(2, 98);
    script.stop_number = dice.one_in(4) ? -1 : dice.between(2, 98);
    if (headers && place > 0 && dice.one_in(3))
        script.needs = dice.between(0, static_cast<int>(place) - 1);
    return script;
}

/// What needs another starts after it and stops before it by its numbers too.
void agree(std::vector<Script>& scripts)
{
    for (Script& script : scripts) {
        if (script.needs < 0)
            continue;
        const Script& needed = scripts[static_cast<std::size_t>(script.needs)];
        script.start_number = std::max(script.start_number, std::min(needed.start_number + 1, 99));
        if (script.start_number <= needed.start_number)
            script.needs = -1;
        if (needed.stop_number < 0 || script.stop_number < 0)
            continue;
        script.stop_number = std::min(script.stop_number, needed.stop_number - 1);
        if (script.stop_number < 1) {
            script.stop_number = needed.stop_number;
            script.needs = -1;
        }
    }
}

} // namespace

std::string name_of(std::size_t place)
{
    return {'s', static_cast<char>('0' + place / 10 % 10), static_cast<char>('0' + place % 10)};
}

Recipe make_recipe(std::uint64_t seed)
{
    Dice dice{seed};
    Recipe recipe;
    recipe.seed = seed;
    recipe.debian = dice.one_in(2);
    recipe.headers = dice.one_in(2);
    recipe.parallel = dice.value_of<Parallel>(parallels);
    recipe.jobs = dice.one_in(3) ? dice.one_of(job_limits) : 0;
    recipe.grace = dice.between(3, 10);
    recipe.output = dice.one_in(4) ? dice.value_of<Output>(outputs) : Output::read;
    recipe.pids = dice.one_in(4) ? dice.one_of(pid_limits) : 0;
    recipe.files = dice.one_in(4) ? dice.one_of(file_limits) : 0;
    recipe.memory = dice.one_in(6) ? dice.one_of(memory_limits) : 0;
    const auto moment = [&] { return dice.one_in(3) ? 0 : dice.between(1, latest); };
    if (dice.one_in(5))
        recipe.full = {std::string{dice.one_of(full_folders)}, moment()};
    if (dice.one_in(5))
        recipe.over = {std::string{dice.one_of(over_folders)}, dice.between(1, latest)};
    recipe.from_boot = !dice.one_in(3);
    recipe.term = dice.between(0, recipe.from_boot ? 1500 : 2500);

    const int scripts = dice.one_in(4) ? dice.between(20, 40) : dice.between(3, 15);
    for (int i = 0; i < scripts; ++i)
        recipe.scripts.push_back(make_script(dice, static_cast<std::size_t>(i), recipe.headers));
    agree(recipe.scripts);
    for (int i = dice.between(0, 2); i > 0; --i)
        recipe.attacks.push_back({dice.value_of<Attack>(attacks), dice.between(0, latest / 2)});
    for (int i = dice.one_in(2) ? dice.between(1, 3) : 0; i > 0; --i)
        recipe.hits.push_back({dice.value_of<Helper>(helpers), dice.one_in(2), dice.between(50, latest)});
    return recipe;
}

// --- Printing and reading ----------------------------------------------------------------------------

namespace {

std::string text_of(const OnFolder& what)
{
    return what.folder.empty() ? "-" : what.folder + "@" + std::to_string(what.at);
}

/// Takes what stands before `end` off the text; all of it where there is none.
std::string_view take(std::string_view& text, char end)
{
    const std::size_t at = text.find(end);
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return taken;
}

/// Reads what was printed; the first fault is remembered.
class Reader {
public:
    explicit Reader(std::string_view text) : text_{text} {}

    [[nodiscard]] bool is_good() const { return is_good_ && text_.empty(); }

    /// The value of the next word, which has to have this key.
    std::string_view next(std::string_view key)
    {
        std::string_view word = take(text_, ' ');
        is_good_ = is_good_ && take(word, '=') == key;
        return word;
    }
    template <class Number> Number number(std::string_view text)
    {
        Number value{};
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        is_good_ = is_good_ && error == std::errc{} && end == text.data() + text.size();
        return value;
    }
    template <class Value> Value value(std::span<const std::string_view> words, std::string_view word)
    {
        const auto found = std::ranges::find(words, word);
        is_good_ = is_good_ && found != words.end();
        return static_cast<Value>(found - words.begin());
    }
    OnFolder on_folder(std::string_view text)
    {
        if (text == "-")
            return {};
        OnFolder what;
        what.folder = take(text, '@');
        what.at = number<int>(text);
        return what;
    }
    /// Items with commas between; "-" for none.
    template <class Item>
    std::vector<Item> items(std::string_view text, Item (Reader::*read)(std::string_view))
    {
        std::vector<Item> result;
        while (text != "-" && !text.empty())
            result.push_back((this->*read)(take(text, ',')));
        return result;
    }
    Script script(std::string_view text)
    {
        Script script;
        script.start = value<Start>(starts, take(text, ':'));
        script.stop = value<Stop>(stops, take(text, ':'));
        script.start_number = number<int>(take(text, ':'));
        script.stop_number = number<int>(take(text, ':'));
        script.needs = number<int>(text);
        return script;
    }
    Attacked attack(std::string_view text)
    {
        Attacked attacked;
        attacked.kind = value<Attack>(attacks, take(text, '@'));
        attacked.at = number<int>(text);
        return attacked;
    }
    Hit hit(std::string_view text)
    {
        Hit hit;
        hit.helper = value<Helper>(helpers, take(text, ':'));
        hit.kills = value<int>(signals, take(text, '@')) == 1;
        hit.at = number<int>(text);
        return hit;
    }

private:
    std::string_view text_;
    bool is_good_ = true;
};

template <class Item, class Text> std::string list_of(const std::vector<Item>& items, const Text& text)
{
    std::string result;
    for (const Item& item : items)
        result += (result.empty() ? "" : ",") + text(item);
    return result.empty() ? "-" : result;
}

std::string text_of(const Script& script)
{
    return std::string{word_of(starts, script.start)} + ":" + std::string{word_of(stops, script.stop)} + ":" +
           std::to_string(script.start_number) + ":" + std::to_string(script.stop_number) + ":" +
           std::to_string(script.needs);
}

std::string text_of(const Attacked& attacked)
{
    return std::string{word_of(attacks, attacked.kind)} + "@" + std::to_string(attacked.at);
}

std::string text_of(const Hit& hit)
{
    return std::string{word_of(helpers, hit.helper)} + ":" + std::string{word_of(signals, hit.kills)} + "@" +
           std::to_string(hit.at);
}

} // namespace

std::string to_string(const Recipe& recipe)
{
    std::string text;
    const auto put = [&text](std::string_view key, std::string_view value) {
        text.append(text.empty() ? "" : " ").append(key).append("=").append(value);
    };
    const auto put_number = [&](std::string_view key, auto number) { put(key, std::to_string(number)); };
    put_number("seed", recipe.seed);
    put("layout", word_of(layouts, recipe.debian));
    put("headers", word_of(answers, recipe.headers));
    put("parallel", word_of(parallels, recipe.parallel));
    put_number("jobs", recipe.jobs);
    put_number("grace", recipe.grace);
    put("output", word_of(outputs, recipe.output));
    put_number("pids", recipe.pids);
    put_number("files", recipe.files);
    put_number("memory", recipe.memory);
    put("full", text_of(recipe.full));
    put("over", text_of(recipe.over));
    put("from", word_of(moments, recipe.from_boot));
    put_number("term", recipe.term);
    const auto text_of_item = [](const auto& item) { return text_of(item); };
    put("scripts", list_of(recipe.scripts, text_of_item));
    put("attacks", list_of(recipe.attacks, text_of_item));
    put("hits", list_of(recipe.hits, text_of_item));
    return text;
}

std::optional<Recipe> parse_recipe(std::string_view text)
{
    Reader reader{text};
    Recipe recipe;
    recipe.seed = reader.number<std::uint64_t>(reader.next("seed"));
    recipe.debian = reader.value<int>(layouts, reader.next("layout")) == 1;
    recipe.headers = reader.value<int>(answers, reader.next("headers")) == 1;
    recipe.parallel = reader.value<Parallel>(parallels, reader.next("parallel"));
    recipe.jobs = reader.number<int>(reader.next("jobs"));
    recipe.grace = reader.number<int>(reader.next("grace"));
    recipe.output = reader.value<Output>(outputs, reader.next("output"));
    recipe.pids = reader.number<int>(reader.next("pids"));
    recipe.files = reader.number<int>(reader.next("files"));
    recipe.memory = reader.number<int>(reader.next("memory"));
    recipe.full = reader.on_folder(reader.next("full"));
    recipe.over = reader.on_folder(reader.next("over"));
    recipe.from_boot = reader.value<int>(moments, reader.next("from")) == 1;
    recipe.term = reader.number<int>(reader.next("term"));
    recipe.scripts = reader.items(reader.next("scripts"), &Reader::script);
    recipe.attacks = reader.items(reader.next("attacks"), &Reader::attack);
    recipe.hits = reader.items(reader.next("hits"), &Reader::hit);
    return reader.is_good() ? std::optional{recipe} : std::nullopt;
}

// --- What is in it -----------------------------------------------------------------------------------

std::vector<std::string> ingredients_of(const Recipe& recipe)
{
    std::vector<std::string> result;
    const auto put = [&result](std::string key, std::string_view value) {
        result.push_back(std::move(key.append("=").append(value)));
    };
    put("layout", word_of(layouts, recipe.debian));
    put("headers", word_of(answers, recipe.headers));
    put("parallel", word_of(parallels, recipe.parallel));
    put("jobs", std::to_string(recipe.jobs));
    put("grace", std::to_string(recipe.grace));
    put("output", word_of(outputs, recipe.output));
    put("pids", std::to_string(recipe.pids));
    put("files", std::to_string(recipe.files));
    put("memory", std::to_string(recipe.memory));
    put("full", recipe.full.folder);
    put("over", recipe.over.folder);
    put("from", word_of(moments, recipe.from_boot));
    for (const Script& script : recipe.scripts) {
        put("start", word_of(starts, script.start));
        put("stop", word_of(stops, script.stop));
        put("link", word_of(answers, script.stop_number >= 0));
        put("needs", word_of(answers, script.needs >= 0));
    }
    for (const Attacked& attacked : recipe.attacks)
        put("attack", word_of(attacks, attacked.kind));
    for (const Hit& hit : recipe.hits)
        put(std::string{word_of(helpers, hit.helper)}, word_of(signals, hit.kills));
    return result;
}

std::vector<std::string> all_ingredients()
{
    std::vector<std::string> result;
    const auto put = [&result](std::string_view key, const auto& values) {
        for (const auto& value : values)
            if constexpr (std::is_integral_v<std::remove_cvref_t<decltype(value)>>)
                result.push_back(std::string{key} + "=" + std::to_string(value));
            else
                result.push_back(std::string{key} + "=" + std::string{value});
    };
    const int none[] = {0};
    const std::string_view nowhere[] = {""};
    const int graces[] = {3, 4, 5, 6, 7, 8, 9, 10};
    put("layout", layouts);
    put("headers", answers);
    put("parallel", parallels);
    put("jobs", none);
    put("jobs", job_limits);
    put("grace", graces);
    put("output", outputs);
    put("pids", none);
    put("pids", pid_limits);
    put("files", none);
    put("files", file_limits);
    put("memory", none);
    put("memory", memory_limits);
    put("full", nowhere);
    put("full", full_folders);
    put("over", nowhere);
    put("over", over_folders);
    put("from", moments);
    put("start", starts);
    put("stop", stops);
    put("link", answers);
    put("needs", answers);
    put("attack", attacks);
    for (const std::string_view helper : helpers)
        put(helper, signals);
    return result;
}

} // namespace hostile
