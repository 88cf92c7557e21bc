// SPDX-License-Identifier: MIT
#include "model/diagnostic.h"

#include <fmt/format.h>

#include <utility>

namespace init::model {

void complain(Diagnostics& all, Diagnostic one)
{
    constexpr const char* more = "there is more to complain of from here on, which is not told";
    if (all.size() >= most_complaints && all[all.size() - most_complaints].file == one.file) {
        if (all.back().text == more)
            return;
        one.text = more;
    }
    all.push_back(std::move(one));
}

std::string to_string(const Diagnostic& diagnostic)
{
    if (diagnostic.line == 0)
        return fmt::format("{}: {}", diagnostic.file, diagnostic.text);
    return fmt::format("{}:{}: {}", diagnostic.file, diagnostic.line, diagnostic.text);
}

} // namespace init::model
