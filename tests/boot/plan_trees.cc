// SPDX-License-Identifier: MIT
#include "plan_trees.h"

#include <boost/json.hpp>

#include <algorithm>
#include <random>

namespace boot {
namespace {

enum class Style { headers, insserv, mixed, numbers };

class Maker {
public:
    explicit Maker(unsigned seed)
        : random_(seed * 7919 + 1), seed_(seed), style_(static_cast<Style>(seed / 9 % 4))
    {
        static constexpr Layout layouts[] = {Layout::red_hat, Layout::debian, Layout::plain};
        static constexpr const char* choices[] = {"auto", "yes", "no"};
        made_.tree.layout = layouts[seed % 3];
        const char* const parallel = choices[seed / 3 % 3];
        made_.serial = seed / 3 % 3 == 2;
        made_.tree.name = "tree " + std::to_string(seed) + ", parallel=" + parallel;
        made_.tree.settings = std::string{"parallel="} + parallel + "\n";
    }

    PlanTree make()
    {
        const std::size_t count = 7 + random_() % 6;
        for (std::size_t i = 0; i < count; ++i)
            names_.push_back("svc-" + std::string(1, static_cast<char>('a' + (i * 5) % 26)));
        for (std::size_t i = 0; i < count; ++i)
            add_script(i);
        add_leftovers();
        add_files();
        return std::move(made_);
    }

private:
    bool one_in(unsigned n) { return random_() % n == 0; }
    const std::string& some_name() { return names_[random_() % names_.size()]; }

    std::string some_needs(std::size_t at)
    {
        std::string needs;
        for (unsigned n = static_cast<unsigned>(random_() % 3); n > 0; --n)
            // Mostly of one that stands before it; the others make loops.
            needs += " " + (at > 0 && !one_in(5) ? names_[random_() % at] : some_name());
        if (one_in(5))
            needs += " $fac";
        if (one_in(6))
            needs += " alias-of-" + some_name();
        if (one_in(9))
            needs += one_in(2) ? " ghost" : " +spirit";
        if (one_in(12))
            needs += " $all";
        return needs;
    }

    std::string some_block(std::size_t at)
    {
        std::string provides = names_[at];
        if (one_in(2))
            provides += " alias-of-" + names_[at];
        if (one_in(6))
            provides += " mta";
        return block({provides, some_needs(at), one_in(3) ? some_name() : "", one_in(6) ? some_name() : "",
                      one_in(9) ? "# X-Interactive: true\n" : ""});
    }

    std::string some_header(std::size_t at, int start, int stop)
    {
        std::string header;
        if (style_ == Style::numbers || one_in(3))
            header = "# chkconfig: 2345 " + std::to_string(start) + " " + std::to_string(stop) + "\n";
        if (style_ == Style::headers || (style_ == Style::mixed && !one_in(4)) ||
            (style_ == Style::insserv && one_in(2)))
            header += some_block(at);
        return header;
    }

    void add_script(std::size_t at)
    {
        TreeScript script;
        script.name = names_[at];
        script.start = style_ == Style::insserv ? static_cast<int>(1 + at / 3)
                                                : static_cast<int>(10 + at * 3 - random_() % 3);
        script.stop = one_in(4) ? -1 : 99 - script.start - static_cast<int>(random_() % 2);
        script.header = some_header(at, script.start, std::max(script.stop, 0));
        script.early = made_.tree.layout == Layout::debian && at < 3;
        script.is_daemon = one_in(4);
        script.status = one_in(8) ? 1 : 0;
        if (one_in(9))
            script.mode = 0644;
        if (one_in(12))
            script.start = -1; // a K-link alone
        made_.tree.scripts.push_back(std::move(script));
    }

    /// What is not run, whatever its header says.
    void add_leftovers()
    {
        const std::string text = some_block(0);
        std::vector<TreeScript>& scripts = made_.tree.scripts;
        scripts.push_back({.name = "gone", .start = 15, .stop = 85, .is_absent = true});
        scripts.push_back({.name = "hwclock", .start = 12, .stop = 88, .header = block({"hwclock"})});
        for (const char* suffix : {".rpmsave", "~", ".dpkg-old"})
            scripts.push_back({.name = names_[0] + suffix, .start = 14, .stop = 86, .header = text});
        // Like Red Hat's S00killall and Debian's S20sendsigs, but an image's own.
        for (const int number : {10, 20})
            scripts.push_back(
                {.name = "end-" + std::to_string(number),
                 .header = one_in(3) ? "" : block({"end-" + std::to_string(number), some_needs(0)}),
                 .ending = number,
                 .leaves_nothing = true});
        scripts.push_back({.name = "idle", .header = block({"idle"}), .idle = 40});
    }

    void add_files()
    {
        std::vector<std::pair<std::string, std::string>>& files = made_.tree.files;
        if (!one_in(3))
            files.emplace_back("/etc/insserv.conf", "$network +" + some_name() + "\n");
        files.emplace_back("/etc/insserv.conf.d/local", "$fac +" + some_name() + " " + some_name() +
                                                            "\n<interactive> " + some_name() + "\n");
        if (one_in(2)) {
            const std::size_t at = random_() % names_.size();
            files.emplace_back("/etc/insserv/overrides/" + names_[at], some_block(at));
        }
        if (style_ == Style::insserv)
            for (const char* file : {"boot", "start", "stop"})
                files.emplace_back(std::string{"/etc/init.d/.depend."} + file, depend_file());
        if (style_ == Style::insserv && seed_ % 9 == 4)
            files.emplace_back("/etc/init.d/.legacy-bootordering", "");
    }

    std::string depend_file()
    {
        std::string targets = "TARGETS =";
        std::string rules;
        for (std::size_t at = 0; at < names_.size(); ++at) {
            if (one_in(6))
                continue;
            targets += " " + names_[at];
            if (at > 0 && !one_in(3))
                rules += names_[at] + ": " + names_[random_() % at] + " " + names_[random_() % at] + "\n";
        }
        return targets + "\nINTERACTIVE = " + some_name() + "\n" + rules;
    }

    std::mt19937 random_;
    unsigned seed_;
    Style style_;
    std::vector<std::string> names_;
    PlanTree made_;
};

std::vector<ToldStep> steps_of(const boost::json::value& list)
{
    std::vector<ToldStep> steps;
    for (const boost::json::value& item : list.as_array()) {
        const boost::json::object& step = item.as_object();
        ToldStep told;
        told.name = step.at("name").as_string().c_str();
        told.script = step.at("script").as_string().c_str();
        told.verb = step.at("verb").as_string().c_str();
        told.linked = !step.at("number").is_null();
        told.wave = step.at("wave").to_number<unsigned>();
        for (const boost::json::value& name : step.at("after").as_array())
            told.after.emplace_back(name.as_string().c_str());
        told.interactive = step.at("interactive").as_bool();
        if (!step.at("skip").is_null())
            told.skip = step.at("skip").as_string().c_str();
        steps.push_back(std::move(told));
    }
    return steps;
}

} // namespace

PlanTree plan_tree(unsigned seed)
{
    return Maker(seed).make();
}

ToldPlan read_plan(const std::string& json)
{
    const boost::json::value value = boost::json::parse(json);
    const boost::json::object& plan = value.as_object();
    return {plan.at("parallel").as_bool(), steps_of(plan.at("start")), steps_of(plan.at("stop"))};
}

} // namespace boot
