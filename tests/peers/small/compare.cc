// SPDX-License-Identifier: MIT
#include "compare.h"

#include <boost/test/unit_test.hpp>

#include <cctype>
#include <cstdio>
#include <set>

namespace small_test {
namespace {

void say_missing(const std::string& name)
{
    static std::set<std::string> said;
    if (said.insert(name).second)
        std::printf("skip - %s beside its peer: it is not installed; the documented facts are tested alone\n",
                    name.c_str());
}

} // namespace

bool has_peer(const std::string& name)
{
    if (name == "pause")
        return false; // no package has it; its rows stand on the documented facts
    if (is_there(name, Whose::peer))
        return true;
    say_missing(name);
    return false;
}

std::string without_pids(const std::string& text)
{
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        const char before = at > 0 ? text[at - 1] : ' ';
        if ((before != '(' && before != ':') || std::isdigit(static_cast<unsigned char>(text[at])) == 0) {
            result += text[at++];
            continue;
        }
        while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0)
            ++at;
        result += 'N';
    }
    return result;
}

std::string first_line(const std::string& text)
{
    return text.substr(0, text.find('\n'));
}

std::string same_for_both(const std::string& name, const std::function<std::string(Whose)>& observe,
                          const char* reason)
{
    const std::string ours = observe(Whose::ours);
    if (!has_peer(name))
        return ours;
    const std::string peer = observe(Whose::peer);
    if (reason == nullptr)
        BOOST_CHECK_MESSAGE(ours == peer, name << " gives:\n" << peer << "\nours gives:\n" << ours);
    else
        BOOST_CHECK_MESSAGE(ours != peer, "both give the same, so there is nothing to explain by \""
                                              << reason << "\":\n"
                                              << ours);
    return ours;
}

} // namespace small_test
