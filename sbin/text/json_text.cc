// SPDX-License-Identifier: MIT
#include "text/json_text.h"

#include <boost/json.hpp>

namespace init::text {

std::string quoted(std::string_view text)
{
    return boost::json::serialize(boost::json::string_view{text.data(), text.size()});
}

std::string quoted_list(std::span<const std::string> texts)
{
    std::string list = "[";
    for (const std::string& text : texts)
        list.append(list.size() > 1 ? "," : "").append(quoted(text));
    return list += ']';
}

std::string member(std::string_view key)
{
    return quoted(key) + ':';
}

} // namespace init::text
