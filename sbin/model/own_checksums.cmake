# SPDX-License-Identifier: MIT
# Writes the C++ source OUTPUT with the checksums of this project's own RC and RC_SYSINIT, as `stock_checksums.h` declares them.
# Run at build time, with `cmake -P`, so that they cannot lag behind the scripts. How a script is normalised is said in
# `stock_script`; the scripts are ASCII.
function(checksum_of file name)
  file(READ "${file}" text)
  string(REGEX REPLACE "[ \t]*\n[ \t]*" "\n" text "\n${text}")
  string(REGEX REPLACE "\n#[^\n]*" "" text "${text}")
  string(REGEX REPLACE "\n\n+" "\n" text "${text}")
  string(REGEX REPLACE "^\n" "" text "${text}")
  string(SHA256 sum "${text}")
  string(SUBSTRING "${sum}" 0 16 head)
  set(${name} "0x${head}" PARENT_SCOPE)
endfunction()

checksum_of("${RC}" rc)
checksum_of("${RC_SYSINIT}" rc_sysinit)
file(WRITE "${OUTPUT}.new"
  "// SPDX-License-Identifier: MIT\n// Generated at build time from the scripts.\n"
  "#include \"model/stock_checksums.h\"\n\nnamespace init::model {\n\n"
  "const std::uint64_t own_rc_checksum = ${rc};\n"
  "const std::uint64_t own_rc_sysinit_checksum = ${rc_sysinit};\n\n"
  "} // namespace init::model\n")
file(RENAME "${OUTPUT}.new" "${OUTPUT}")
