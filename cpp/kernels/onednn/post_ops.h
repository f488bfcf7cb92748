// The chain of an epilogue as oneDNN's post-operations.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>
#include <optional>
#include <vector>

#include "kernels/epilogue/links.h"

namespace trtlike::kernels::onednn {

/// One post-operation: a function of the value so far, or of it and a further input.
struct PostOp {
  dnnl::algorithm algorithm = dnnl::algorithm::undef;
  /// Whether a NaN stays one. Others raise the invalid flag where they make a number of it.
  bool keeps_nans = true;
  float alpha = 0;
  float beta = 0;
  /// The program's input that a binary algorithm takes as its second operand; -1: none.
  int input = -1;
};

/// Nothing when there is a link that oneDNN does not have.
std::optional<std::vector<PostOp>> to_post_ops(const std::vector<epilogue::Link>& chain);
/// True when one may make a number of a NaN.
bool drops_nans(const std::vector<PostOp>& chain);

}  // namespace trtlike::kernels::onednn
