// A fused op's program as oneDNN's chain of post-operations.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>
#include <vector>

#include "kernels/epilogue/program_chain.h"

namespace trtlike::kernels::onednn {

/// One post-operation: a function of the value so far, or of it and a further input.
struct PostOp {
  dnnl::algorithm algorithm = dnnl::algorithm::undef;
  float alpha = 0;
  float beta = 0;
  /// The program's input that a binary algorithm takes as its second operand; -1: none.
  int input = -1;
};

/// oneDNN has a post-operation or two for every link.
std::vector<PostOp> to_post_ops(const std::vector<ChainLink>& chain);

}  // namespace trtlike::kernels::onednn
