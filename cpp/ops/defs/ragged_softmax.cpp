// RaggedSoftMax: softmax of the first elements of each sequence, as many as it has; 0 behind them.
#include <algorithm>
#include <cmath>

#include "ops/arithmetic.h"
#include "ops/elements.h"
#include "ops/host_values.h"

namespace trtlike::ops {
namespace {

void infer(const InferArgs& args) {
  check_float(args, 0, "input");
  const Dims& dims = args.inputs[0].dims;
  const TensorType& bounds = args.inputs[1];
  TRTLIKE_CHECK(dims.rank() == 2 || dims.rank() == 3,
                "[ops] input 0 'input': expected rank 2 or 3, got ", dims, ".");
  TRTLIKE_CHECK(core::is_integer(bounds.dtype), "[ops] input 1 'bounds': expected integers, got ",
                core::dtype_name(bounds.dtype), ".");
  Dims expected = dims;
  expected[dims.rank() - 1] = 1;
  TRTLIKE_CHECK(may_be(bounds.dims, expected), "[ops] input 1 'bounds': expected shape ", expected,
                " for input 0 of shape ", dims, ", got ", bounds.dims, ".");
  args.outputs[0] = args.inputs[0];
}

void reference(const ReferenceArgs& args) {
  std::vector<double> x = read_elements(args.inputs[0]);
  const int64_t width = args.inputs[0].dims[args.inputs[0].dims.rank() - 1];
  const std::vector<int64_t> bounds = int_elements(args.inputs[1]);
  for (size_t row = 0; row < bounds.size(); ++row) {
    double* const first = x.data() + static_cast<int64_t>(row) * width;
    double* const end = first + std::clamp<int64_t>(bounds[row], 0, width);
    std::fill(end, first + width, 0.0);
    if (first == end) continue;
    const double most = *std::max_element(first, end);
    double sum = 0;
    for (double* at = first; at < end; ++at) sum += * at = std::exp(*at - most);
    for (double* at = first; at < end; ++at) *at /= sum;
  }
  write_elements(x, args.outputs[0]);
}

int64_t count_operations(const InferArgs& args) { return 4 * count_inputs(args); }

}  // namespace

const OpDefinition& ragged_softmax_op() {
  static const OpDefinition op{
      .name = "RaggedSoftMax",
      .meaning =
          "softmax along the last axis of the first elements, as many as bounds say; 0 "
          "behind them",
      .layer_type = LayerType::RaggedSoftMax,
      .attributes = {},
      .inputs = {{.name = "input"}, {.name = "bounds"}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_operations,
      .rounding = {Rounding::kNoTerms, always, never},
  };
  return op;
}

}  // namespace trtlike::ops
