# SPDX-License-Identifier: BSD-3-Clause
#
# How our own targets are compiled: for any x86-64 CPU (the sources choose AVX2 and
# AVX-512 clones at run time), with SIMD pragmas but without OpenMP's runtime, fused
# multiply-adds allowed as gcc's own default has it (-std=c11 alone forbids them).
add_library(soapz_options INTERFACE)
target_compile_options(soapz_options INTERFACE
  -Wall -Wextra -pedantic -Wshadow
  $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes -Wmissing-prototypes>
  -fopenmp-simd -ffp-contract=fast -fno-math-errno -fno-trapping-math)
# clang says where it leaves a loop as it is, and that lanes would be passed otherwise with AVX:
# what takes lanes is inlined everywhere
target_compile_options(soapz_options INTERFACE
  $<$<OR:$<C_COMPILER_ID:Clang,AppleClang>,$<CXX_COMPILER_ID:Clang,AppleClang>>:-Wno-pass-failed -Wno-psabi>)

if(SOAPZ_WERROR)
  target_compile_options(soapz_options INTERFACE -Werror)
endif()

# -g1: the lines of a report
if(SOAPZ_SANITIZE)
  target_compile_options(soapz_options INTERFACE
    -g1 -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all)
  target_link_options(soapz_options INTERFACE -fsanitize=address,undefined)
  # the resolvers of function clones run before the sanitizer is ready
  target_compile_definitions(soapz_options INTERFACE SZ_NO_CLONES)
endif()
if(SOAPZ_SANITIZE_THREADS)
  target_compile_options(soapz_options INTERFACE
    -g1 -O1 -fno-omit-frame-pointer -fsanitize=thread)
  target_link_options(soapz_options INTERFACE -fsanitize=thread)
  target_compile_definitions(soapz_options INTERFACE SZ_NO_CLONES)
endif()
