// Epilogues: what is done to the sums of a convolution or product, with a bias added, before they
// are stored. Described once, here; the families run it:
//
//   chain    one link after the other: activations, residuals with factors of their own, roundings
//            to steps, narrower types and quantized numbers. In the register tile (stage.h) or
//            right behind it (finish_rows.h); oneDNN's post-operations are its translation.
//   program  anything else, as code of its own on the rows that a tile has made (row_program.h)
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kernels/epilogue/links.h"
#include "kernels/tactic.h"
#include "ops/pointwise/pointwise_program.h"

namespace trtlike::kernels::epilogue {

/// The problem's input that is input 1 of the program.
inline constexpr size_t kFirstOperand = 3;
constexpr size_t input_of(int operand) { return kFirstOperand - 1 + static_cast<size_t>(operand); }

struct Epilogue {
  /// Input 0 is a sum with its bias; what changes nothing where the op has no program.
  ops::PointwiseProgram program;
  /// The same as links, where it is a chain of them that starts with input 0.
  std::optional<std::vector<Link>> chain;
};

/// What the problem's attribute asks for.
Epilogue read_epilogue(const Problem& problem, const char* attribute = "program");

std::optional<std::vector<Link>> match_chain(const ops::PointwiseProgram& program);

/// max(low, min(high, x)).
struct Clip {
  float low, high;
};
/// What the links do, where they do nothing but clip (as Relu does, too).
std::optional<Clip> find_clip(std::span<const Link> links);

}  // namespace trtlike::kernels::epilogue
