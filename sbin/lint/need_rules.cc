// SPDX-License-Identifier: MIT
// What headers name: whether anybody has the name, whether it runs in the same level, whether two have it.
#include "lint/rule_groups.h"

#include <fmt/format.h>

#include <algorithm>

namespace init::lint {
namespace {

using model::LsbHeader;
using model::LsbKeyword;

std::string lowered(std::string_view name)
{
    std::string lower(name);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

class NeedJudge {
public:
    NeedJudge(const tree::RcTree& tree, Findings& findings) : tree_(tree), findings_(findings)
    {
        for (std::size_t i = 0; i < tree.scripts.size(); ++i) {
            const tree::Script& script = tree.scripts[i];
            if (!script.is_judged)
                continue;
            learn(script.name, i);
            if (script.lsb)
                for (const std::string& name : script.lsb->provides)
                    learn(name, i);
        }
        for (const tree::Link& link : tree.links)
            if (link.script)
                learn(link.link.name, *link.script);
    }

    void judge()
    {
        for (const tree::Script& script : tree_.scripts) {
            // What is switched off in every level needs nothing, and Debian's images have scripts of the
            // machine without the ones they need.
            if (!script.lsb || (script.is_linked && script.starts_in.empty()) || tree_.skip_of(script))
                continue;
            judge_list(script, LsbKeyword::required_start, script.lsb->required_start, true);
            judge_list(script, LsbKeyword::required_stop, script.lsb->required_stop, true);
            judge_list(script, LsbKeyword::should_start, script.lsb->should_start, false);
            judge_list(script, LsbKeyword::should_stop, script.lsb->should_stop, false);
        }
        judge_provides();
    }

private:
    void learn(const std::string& name, std::size_t script)
    {
        const auto [at, is_new] = known_.try_emplace(name, names_.size());
        if (is_new) {
            any_case_.try_emplace(lowered(name), names_.size());
            names_.push_back(name);
            providers_.emplace_back();
        }
        std::vector<std::size_t>& providers = providers_[at->second];
        if (std::find(providers.begin(), providers.end(), script) == providers.end())
            providers.push_back(script);
    }

    void judge_list(const tree::Script& script, LsbKeyword keyword, const std::vector<std::string>& names,
                    bool required)
    {
        for (std::string_view name : names) {
            // `+name` is only wanted.
            const bool is_wanted = name.starts_with('+');
            name.remove_prefix(is_wanted ? 1 : 0);
            const auto known = known_.find(name);
            if (name.empty() || tree_.facilities.is_known(name))
                continue;
            if (known == known_.end())
                judge_absent(script, keyword, name, required && !is_wanted);
            else if (keyword == LsbKeyword::required_start && !is_wanted)
                judge_started(script, name, providers_[known->second]);
        }
    }

    void judge_absent(const tree::Script& script, LsbKeyword keyword, std::string_view name, bool required)
    {
        const auto other = any_case_.find(lowered(name));
        const std::string_view word = model::to_string(keyword);
        if (other != any_case_.end())
            say(Code::need_case, script, keyword,
                fmt::format("{} names {}; there is {}, and letters count, so nothing is waited for", word,
                            name, other->second));
        else if (required && name.starts_with('$'))
            say(Code::facility_unknown, script, keyword,
                fmt::format("{} names {}, which nothing defines or provides; it holds nothing", word, name));
        else if (required)
            say(Code::need_missing, script, keyword,
                fmt::format("{} names {}, which no script of the tree provides; init {}", word, name,
                            keyword == LsbKeyword::required_start
                                ? "starts the script without it, and insserv refuses to enable it"
                                : "stops the script without waiting for it"));
    }

    /// Each level that starts the script starts the need as well, or has done so before any level.
    void judge_started(const tree::Script& script, std::string_view name,
                       const std::vector<std::size_t>& providers)
    {
        for (const char letter : tree::RcTree::levels) {
            const model::Runlevel level = *model::Runlevel::from(letter);
            if (!script.starts_in.has(level) || level.ends())
                continue;
            const auto is_started = [&](std::size_t other) {
                const model::RunlevelSet& starts = tree_.scripts[other].starts_in;
                return starts.has(level) || starts.has(*model::Runlevel::from('S'));
            };
            if (std::none_of(providers.begin(), providers.end(), is_started))
                return say(
                    Code::need_not_started, script, LsbKeyword::required_start,
                    fmt::format("Required-Start names {}, which level {} does not start; the script is "
                                "started without it",
                                name, letter));
        }
    }

    void say(Code code, const tree::Script& script, LsbKeyword keyword, const std::string& text)
    {
        findings_.add(code, script.lsb_file, script.line_of(keyword), text);
    }

    /// Facilities may have several providers: Red Hat's network and NetworkManager are both $network.
    void judge_provides()
    {
        for (std::size_t known = 0; known < names_.size(); ++known) {
            const std::string& name = names_[known];
            const std::vector<std::size_t>& providers = providers_[known];
            if (name.starts_with('$') || providers.size() < 2)
                continue;
            for (std::size_t i = 1; i < providers.size(); ++i) {
                const tree::Script& first = tree_.scripts[providers[0]];
                const tree::Script& other = tree_.scripts[providers[i]];
                if (const char level = shared_level(first, other))
                    say(Code::provides_doubled, other, LsbKeyword::provides,
                        fmt::format(
                            "{} is provided by {} as well, and level {} starts both; who needs it waits for "
                            "one of them only",
                            name, first.name, level));
            }
        }
    }

    static char shared_level(const tree::Script& a, const tree::Script& b)
    {
        for (const char letter : tree::RcTree::levels) {
            const model::Runlevel level = *model::Runlevel::from(letter);
            if (!level.ends() && a.starts_in.has(level) && b.starts_in.has(level))
                return letter;
        }
        return '\0';
    }

    const tree::RcTree& tree_;
    Findings& findings_;
    std::vector<std::string> names_;
    std::vector<std::vector<std::size_t>> providers_; ///< the scripts, for each name
    tree::NameIndex known_;                           ///< the names
    tree::NameIndex any_case_;                        ///< the names, by their lower-case letters
};

} // namespace

void judge_needs(const tree::RcTree& tree, Findings& findings)
{
    NeedJudge(tree, findings).judge();
}

} // namespace init::lint
