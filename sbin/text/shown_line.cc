// SPDX-License-Identifier: MIT
#include "text/shown_line.h"

#include "model/shown_text.h"

namespace init::text {

std::string shown_line(std::string_view line)
{
    return model::shown_text(line, std::string::npos) + '\n';
}

void print_line(std::FILE* to, std::string_view line)
{
    const std::string shown = shown_line(line);
    (void)std::fwrite(shown.data(), 1, shown.size(), to);
}

} // namespace init::text
