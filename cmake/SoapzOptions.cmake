# SPDX-License-Identifier: BSD-3-Clause
#
# Compile options of our targets: for any x86-64 CPU (AVX2 and AVX-512 clones are chosen at
# run time), with SIMD pragmas but without the runtime of OpenMP, and with fused multiply-adds
# as in gcc's default (-std=c11 alone forbids them).
add_library(soapz_options INTERFACE)
target_compile_options(soapz_options INTERFACE
  -Wall -Wextra -pedantic -Wshadow
  $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes -Wmissing-prototypes>
  -fopenmp-simd -ffp-contract=fast -fno-math-errno -fno-trapping-math)
# clang warns about loops that it does not vectorise, and that AVX changes how lanes are passed; all
# functions with lanes are inlined
target_compile_options(soapz_options INTERFACE
  $<$<OR:$<C_COMPILER_ID:Clang,AppleClang>,$<CXX_COMPILER_ID:Clang,AppleClang>>:-Wno-pass-failed -Wno-psabi>)

if(SOAPZ_WERROR)
  target_compile_options(soapz_options INTERFACE -Werror)
endif()

# -g1: line numbers for reports
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
