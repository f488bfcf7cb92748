// A line of kernels.inc says what a tactic is:
//
//   TRTLIKE_TACTIC(name, source, ops, needs, types, tile, flags)
//
//   name    of the tactic, and of its functions (TRTLIKE_DEFINE_TACTIC)
//   source  of Source
//   ops     that it computes: ("Convolution", "FusedConvolution")
//   needs   CPU features, a name of core::Isa
//   types   (A, B, sums, C), names of namespace elements: what is multiplied, added up in, stored
//   tile    (rows, columns): the elements of C that its inner loop makes at once
//   flags   of TacticFlags
//
// A list is included with several meanings of the macro: by the registry, by the family's sources,
// by tests and benchmarks. Lines of a kind that is made from the list (register tiles) have a macro
// of their own, which is TRTLIKE_TACTIC where nobody defines it.
#pragma once

#include "kernels/tactic.h"

#define TRTLIKE_UNWRAP(...) __VA_ARGS__
/// The class of a line's types, within reach of namespace elements.
#define TRTLIKE_TYPES(...) ::trtlike::kernels::Types<__VA_ARGS__>
#define TRTLIKE_TILE_ROWS(rows, columns) rows
#define TRTLIKE_TILE_COLUMNS(rows, columns) columns

/// TRTLIKE_DEFINE_TACTIC(name) = {.refuse = ...}; in namespace trtlike::kernels.
#define TRTLIKE_DEFINE_TACTIC(name)  \
  extern const TacticFunctions name; \
  constinit const TacticFunctions name

/// The code where both names of core::Isa are the same, else nothing: lines for the instruction set
/// that a file is compiled for.
#define TRTLIKE_PICK(here, needs, ...) \
  TRTLIKE_SECOND(TRTLIKE_SAME_##here##_##needs, TRTLIKE_DROP, )(__VA_ARGS__)
#define TRTLIKE_SECOND(...) TRTLIKE_SECOND_OF(__VA_ARGS__)
#define TRTLIKE_SECOND_OF(first, second, ...) second
#define TRTLIKE_DROP(...)
#define TRTLIKE_SAME_Portable_Portable , TRTLIKE_UNWRAP
#define TRTLIKE_SAME_Avx2_Avx2 , TRTLIKE_UNWRAP
#define TRTLIKE_SAME_Avx512_Avx512 , TRTLIKE_UNWRAP
#define TRTLIKE_SAME_Avx512Vnni_Avx512Vnni , TRTLIKE_UNWRAP
#define TRTLIKE_SAME_Avx512Bf16_Avx512Bf16 , TRTLIKE_UNWRAP
#define TRTLIKE_SAME_AvxVnni_AvxVnni , TRTLIKE_UNWRAP
