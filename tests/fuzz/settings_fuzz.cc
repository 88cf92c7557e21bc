// SPDX-License-Identifier: MIT
// Any text as a configuration file, a service's file, the head of a script, a variable, and init's words.
#include "model/init_arguments.h"
#include "model/settings.h"
#include "model/text_lines.h"

#include <array>
#include <cstdint>

using namespace init::model;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string text{reinterpret_cast<const char*>(data), size};
    Settings settings;
    ServiceSettings service;
    read_settings(settings, text, "rcinit.conf");
    read_settings(service, text, "x.service");
    read_header_settings(service, text, "x");
    const std::array<std::string, 2> environment = {"RCINIT_" + text, text};
    read_environment_settings(settings, environment);
    if (settings.grace.count() < 0 || settings.grace > std::chrono::hours{24})
        __builtin_trap();
    const auto views = words_of(text);
    const std::vector<std::string> words{views.begin(), views.end()};
    parse_init_arguments(words, [](const std::string& word) { return word.size() % 2 == 0; });
    return 0;
}
