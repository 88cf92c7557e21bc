// SPDX-License-Identifier: MIT
// Any text as one of insserv's .depend files: what is read, written again as a clean file, is read the same.
#include "model/depend_file.h"
#include "model/text_lines.h"
#include "within.h"

#include <algorithm>
#include <cstdint>

using namespace init::model;
using init::fuzz::hold;

namespace {

void append(std::string& text, const std::vector<std::string>& words)
{
    for (const std::string& word : words) {
        hold(!word.empty() && word.find_first_of(blanks) == std::string::npos);
        text.append(" ").append(word);
    }
    // A name that is a backslash at the line's end would go on.
    text += " \n";
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto lines = static_cast<unsigned>(std::count(text.begin(), text.end(), '\n') + 1);
    Diagnostics complaints;
    const DependFile file = read_depend_file(text, ".depend.start", complaints);
    for (const Diagnostic& complaint : complaints)
        hold(complaint.line >= 1 && complaint.line <= lines);

    std::string copy = "TARGETS =";
    append(copy, file.targets);
    copy += "INTERACTIVE =";
    append(copy, file.interactive);
    for (const auto& [name, needs] : file.rules) {
        hold(!name.empty());
        copy.append(name).append(":");
        append(copy, needs);
    }
    Diagnostics none;
    if (copy.find('\\') == std::string::npos) {
        const DependFile again = read_depend_file(copy, "copy", none);
        hold(none.empty() && again == file);
    }

    init::fuzz::guard_time(text, 256 * 1024, [](std::string_view large) {
        Diagnostics told;
        read_depend_file(large, "x", told);
    });
    return 0;
}
