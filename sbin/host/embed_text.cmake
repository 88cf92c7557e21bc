# SPDX-License-Identifier: MIT
# Turns the text file INPUT into the C++ source OUTPUT that defines NAME of HEADER. Run at build time, with `cmake -P`.
# The text goes in as raw strings, cut in pieces that every compiler takes.
file(READ "${INPUT}" text)
string(LENGTH "${text}" length)
set(pieces "")
set(at 0)
while(at LESS length)
  string(SUBSTRING "${text}" ${at} 8000 piece)
  string(APPEND pieces "    R\"embedded(${piece})embedded\"\n")
  math(EXPR at "${at} + 8000")
endwhile()
file(WRITE "${OUTPUT}.new"
  "// SPDX-License-Identifier: MIT\n// Generated at build time; changes belong in the text it was made from.\n"
  "#include \"${HEADER}\"\n\nnamespace init::host {\n\n"
  "const std::string_view ${NAME} =\n${pieces};\n\n}  // namespace init::host\n")
file(RENAME "${OUTPUT}.new" "${OUTPUT}")
