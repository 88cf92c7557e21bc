// SPDX-License-Identifier: MIT
#include "model/diagnostic.h"

#include <fmt/format.h>

namespace init::model {

std::string to_string(const Diagnostic& diagnostic)
{
    if (diagnostic.line == 0)
        return fmt::format("{}: {}", diagnostic.file, diagnostic.text);
    return fmt::format("{}:{}: {}", diagnostic.file, diagnostic.line, diagnostic.text);
}

} // namespace init::model
