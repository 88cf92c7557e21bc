// SPDX-License-Identifier: MIT
#include "tree/rc_choice.h"

#include "model/stock_script.h"

#include <fmt/format.h>

namespace init::tree {
namespace {

constexpr std::size_t rc_limit = 1024 * 1024;

} // namespace

RcDecision choose_rc(world::Tree& tree, const model::Settings& settings, const model::RcCall& call)
{
    if (settings.rc == model::RcChoice::engine)
        return {};
    const world::Result<std::string> text = tree.read_file(call.script, rc_limit);
    if (!text)
        return {}; // there is nothing that could be run
    if (settings.rc == model::RcChoice::script)
        return {false, fmt::format("{} is run as it stands: rc=script", call.script)};
    if (model::is_stock_rc(*text))
        return {};
    return {false, fmt::format("{} is the image's own work, not a stock one; it is run as it stands "
                               "(rc=engine changes that)",
                               call.script)};
}

SysinitDecision choose_sysinit(world::Tree& tree, const model::Settings& settings, const model::RcCall& call)
{
    using Who = SysinitDecision::Who;
    if (settings.sysinit == model::SysinitChoice::none)
        return {Who::nobody, fmt::format("{} is not run: sysinit=none", call.script)};
    const world::Result<std::string> text = tree.read_file(call.script, rc_limit);
    if (!text)
        return {Who::builtin,
                fmt::format("{} is not there: init's own rc.sysinit is run in its place", call.script)};
    if (settings.sysinit == model::SysinitChoice::builtin)
        return {Who::builtin, {}};
    if (settings.sysinit == model::SysinitChoice::image)
        return {};
    if (model::is_own_rc_sysinit(*text))
        return {Who::builtin, {}}; // the same text
    const bool is_stock = model::is_stock_rc_sysinit(*text);
    const auto line = model::find_machine_line(*text);
    if (!is_stock && !line)
        return {};
    const std::string which =
        line ? fmt::format("{}:{}: \"{}\" {}", call.script, line->line, line->text, line->reason)
             : call.script;
    return {Who::builtin,
            fmt::format("{}{}; init's own rc.sysinit is run in its place (sysinit=image changes that)", which,
                        !is_stock ? ""
                        : line    ? ", and the file is a stock one"
                                  : " is a stock one")};
}

} // namespace init::tree
