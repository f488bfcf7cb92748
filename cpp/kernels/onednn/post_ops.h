// The chain of an epilogue as oneDNN's post-operations.
#pragma once

#include <functional>
#include <oneapi/dnnl/dnnl.hpp>
#include <optional>
#include <vector>

#include "kernels/epilogue/epilogue.h"

namespace trtlike::kernels::onednn {

/// What becomes of a NaN. Where it is dropped, for a number, the invalid flag is raised; what drops
/// in silence raises it in vector code only, and not in that for one number at a time.
enum class Nans { Keeps, Drops, DropsInSilence };

/// One post-operation: a function of the value so far, or of it and a further input.
struct PostOp {
  dnnl::algorithm algorithm = dnnl::algorithm::undef;
  Nans nans = Nans::Keeps;
  float alpha = 0;
  float beta = 0;
  /// The program's input that a binary algorithm takes as its second operand; -1: none.
  int input = -1;
};

/// What the problem's program is; nothing when it is no chain, or has a link that oneDNN has not,
/// or gives integers and does not end in a quantized number.
std::optional<std::vector<PostOp>> find_post_ops(const Problem& problem);
/// The same for a primitive; `operand(i)` describes the second operand of binary post-operation i.
dnnl::post_ops make_post_ops(const std::vector<PostOp>& chain,
                             const std::function<dnnl::memory::desc(size_t i)>& operand);
/// True when one may make a number of a NaN.
bool drops_nans(const std::vector<PostOp>& chain);
/// True when one may do so in silence.
bool needs_vector_code(const std::vector<PostOp>& chain);

}  // namespace trtlike::kernels::onednn
