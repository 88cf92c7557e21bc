// SPDX-License-Identifier: MIT
// What the text of a script tells: whether it can be run at all, what it needs beside itself, whom it asks,
// and which actions it has.
#include "lint/rule_groups.h"
#include "lint/shell_text.h"
#include "model/text_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace init::lint {
namespace {

using model::ShellCommand;
using world::FileKind;

constexpr std::array<const char*, 6> search_path = {"/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/",
                                                    "/usr/bin/",        "/sbin/",          "/bin/"};

/// A program by its path, or as env(1) finds it.
const world::FileLook* find_program(tree::RcTree& tree, const std::string& program)
{
    if (program.starts_with('/')) {
        const world::FileLook& look = tree.look(program);
        return look.kind == FileKind::none ? nullptr : &look;
    }
    for (const char* folder : search_path)
        if (const world::FileLook& look = tree.look(folder + program); look.kind != FileKind::none)
            return &look;
    return nullptr;
}

/// `by_path`: the kernel takes it as it stands, and looks nowhere else.
void judge_program(tree::RcTree& tree, const tree::Script& script, const std::string& program, bool by_path,
                   Findings& findings)
{
    if (!tree.is_known(program))
        return;
    const world::FileLook* const look =
        by_path && !program.starts_with('/') ? nullptr : find_program(tree, program);
    if (!look)
        findings.add(
            Code::interpreter_missing, script.path, 1,
            fmt::format("the interpreter {} is not in the image; the script cannot be run", program));
    else if (look->kind != FileKind::file || !look->executable)
        findings.add(Code::interpreter_not_executable, script.path, 1,
                     fmt::format("the interpreter {} cannot be executed; nor can the script", program));
}

void judge_interpreter(tree::RcTree& tree, const tree::Script& script, Findings& findings)
{
    if (!script.interpreter.empty()) {
        judge_program(tree, script, script.interpreter, true, findings);
        if (base_name(script.interpreter) == "env" && script.program != script.interpreter)
            judge_program(tree, script, script.program, false, findings);
    } else if (script.is_shell) {
        findings.add(Code::interpreter_line_missing, script.path, 1,
                     "the first line does not name an interpreter with #!; init hands the script to /bin/sh, "
                     "and others may refuse it");
    }
}

void judge_mode(const tree::RcTree& tree, const tree::Script& script, Findings& findings)
{
    if (script.is_executable || !script.is_linked)
        return;
    findings.add(Code::not_executable, script.path, 0,
                 tree.layout == model::Layout::debian
                     ? "the script is linked and has no exec bit; each start of it fails"
                     : "the script is linked and has no exec bit; it is passed over");
}

/// In a comment a carriage return does no harm.
void judge_line_ends(const tree::Script& script, Findings& findings)
{
    if (!script.is_shell || script.text.find('\r') == std::string::npos)
        return;
    unsigned first = 0;
    unsigned count = 0;
    model::for_each_line(script.text, [&](std::string_view line, unsigned number) {
        if (!line.ends_with('\r') || (model::trimmed(line).starts_with('#') && !line.starts_with("#!")))
            return;
        first = first == 0 ? number : first;
        ++count;
    });
    if (first == 1)
        findings.add(
            Code::crlf, script.path, 1,
            "the first line ends with CR LF, and the CR is taken for a part of the interpreter's name; the "
            "script cannot be run");
    else if (first != 0)
        findings.add(
            Code::crlf, script.path, first,
            fmt::format("lines end with CR LF ({} of them, this is the first); the shell takes the CR for "
                        "a part of the last word",
                        count));
}

bool is_settings_path(std::string_view path) noexcept
{
    return path.starts_with("/etc/sysconfig/") || path.starts_with("/etc/default/") ||
           path.starts_with("/etc/conf.d/");
}

bool is_test(const ShellCommand& command) noexcept
{
    return command.words[0] == "[" || command.words[0] == "[[" || command.words[0] == "test";
}

/// A path that is tested before it is sourced may be missing.
bool is_tested(const tree::Script& script, const ShellCommand& until, const std::string& path)
{
    for (const ShellCommand& command : script.commands) {
        if (&command == &until)
            return false;
        if (is_test(command) &&
            std::find(command.words.begin(), command.words.end(), path) != command.words.end())
            return true;
    }
    return false;
}

void judge_sources(tree::RcTree& tree, const tree::Script& script, Findings& findings)
{
    for (const ShellCommand& command : script.commands) {
        if (command.words.size() < 2 || (command.words[0] != "." && command.words[0] != "source") ||
            command.depth > 0 || command.is_conditional)
            continue;
        const std::string& path = command.words[1];
        if (!path.starts_with('/') || path.find_first_of("$`*?") != std::string::npos ||
            !tree.is_known(path) || tree.look(path).kind != FileKind::none ||
            is_tested(script, command, path))
            continue;
        if (!is_settings_path(path))
            findings.add(
                Code::library_missing, script.path, command.line,
                fmt::format("{} is sourced and is not in the image; the script ends here or fails later",
                            path));
        else if (base_name(script.program) != "bash")
            // bash by its own name says so and goes on.
            findings.add(Code::settings_missing, script.path, command.line,
                         fmt::format("{} is sourced and is not in the image; sh ends the script here", path));
    }
}

bool is_terminal(std::string_view redirect) noexcept
{
    return redirect == "</dev/console" || redirect == "<>/dev/console" || redirect.starts_with("</dev/tty") ||
           redirect.starts_with("<>/dev/tty");
}

bool asks(const ShellCommand& command)
{
    if (std::any_of(command.redirects.begin(), command.redirects.end(), is_terminal))
        return true;
    return command.words[0] == "read" &&
           std::any_of(command.words.begin() + 1, command.words.end(), [](std::string_view word) {
               return word.size() > 1 && word[0] == '-' && word.find('p') != std::string_view::npos &&
                      word.find_first_not_of("-eprs") == std::string_view::npos;
           });
}

void judge_questions(const tree::RcTree& tree, const tree::Script& script, Findings& findings)
{
    if ((script.lsb && script.lsb->x_interactive) || tree.facilities.is_interactive(script.name))
        return;
    for (const ShellCommand& command : script.commands)
        if (asks(command))
            return findings.add(
                Code::reads_terminal, script.path, command.line,
                "the script asks at the terminal; under init it reads /dev/null and gets no answer");
}

void judge_actions(const tree::Script& script, Findings& findings)
{
    if (!script.is_shell || script.is_generic)
        return;
    const Actions actions = actions_of(script.text);
    if (!actions.start || (actions.stop && actions.status) || passes_action_on(script))
        return;
    if (!actions.stop)
        findings.add(
            Code::no_stop, script.path, 0,
            "there is a start action and no stop; what it starts is ended by signals, without its script");
    if (!actions.status)
        findings.add(Code::no_status, script.path, 0,
                     "there is no status action; who asks the script whether it runs gets no true answer");
}

} // namespace

void judge_script(tree::RcTree& tree, const tree::Script& script, Findings& findings)
{
    if (!script.unread.empty())
        return findings.add(
            Code::unreadable, script.path, 0,
            fmt::format("it cannot be read ({}); its text and header are not judged", script.unread));
    judge_mode(tree, script, findings);
    judge_interpreter(tree, script, findings);
    judge_line_ends(script, findings);
    // What init leaves out in any case need not fit it.
    if (tree.skip_of(script))
        return;
    judge_sources(tree, script, findings);
    judge_questions(tree, script, findings);
    judge_actions(script, findings);
}

} // namespace init::lint
