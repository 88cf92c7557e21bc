// SPDX-License-Identifier: MIT
#include "lint/finding.h"

#include "model/utf8.h"

#include <algorithm>
#include <utility>

namespace init::lint {

std::string_view to_string(Severity severity) noexcept
{
    switch (severity) {
    case Severity::error:
        return "error";
    case Severity::warning:
        return "warning";
    case Severity::note:
        break;
    }
    return "note";
}

const Rule& rule_of(Code code) noexcept
{
    return rules()[static_cast<std::size_t>(code)];
}

void Findings::add(Code code, std::string_view file, unsigned line, std::string_view text)
{
    list_.push_back({code, model::utf8_of(file), line, model::utf8_of(text)});
}

std::vector<Finding> Findings::sorted() &&
{
    std::vector<Finding*> order;
    for (Finding& finding : list_)
        order.push_back(&finding);
    std::sort(order.begin(), order.end(), [](const Finding* a, const Finding* b) {
        if (const int files = a->file.compare(b->file); files != 0)
            return files < 0;
        return a->line != b->line ? a->line < b->line : a < b;
    });
    std::vector<Finding> sorted;
    for (Finding* finding : order)
        sorted.push_back(std::move(*finding));
    return sorted;
}

} // namespace init::lint
