// A fused op's program as oneDNN's chain of post-operations.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>
#include <optional>
#include <vector>

#include "ops/pointwise_program.h"

namespace trtlike::kernels::onednn {

/// One link of the chain: a function of the value so far, or of it and a further input.
struct PostOp {
  dnnl::algorithm algorithm = dnnl::algorithm::undef;
  float alpha = 0;
  float beta = 0;
  /// The program's input that a binary algorithm takes as its second operand; -1: none.
  int input = -1;
  bool operator==(const PostOp&) const = default;
};

/// The program as a chain that starts with its input 0; nothing when it is not one.
std::optional<std::vector<PostOp>> match_post_ops(const ops::PointwiseProgram& program);

}  // namespace trtlike::kernels::onednn
