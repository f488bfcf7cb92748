// Softmax: exp(x) over its sum along one axis.
#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "ops/arithmetic.h"
#include "ops/elements.h"
#include "ops/shapes/softmax_shape.h"

namespace trtlike::ops {

int softmax_axis(const Attributes& attributes, const Dims& input) {
  TRTLIKE_CHECK(input.rank() >= 1, "[ops] input 0 'input': expected rank 1 or more, got shape ",
                input, ".");
  if (attributes.get_int("axes") == 0) return std::max(0, input.rank() - 3);
  return masked_axis(attributes, "axes", input.rank());
}

namespace {

void infer(const InferArgs& args) {
  check_float(args, 0, "input");
  softmax_axis(args.attributes, args.inputs[0].dims);
  args.outputs[0] = args.inputs[0];
}

void reference(const ReferenceArgs& args) {
  const Dims& dims = args.inputs[0].dims;
  const int axis = softmax_axis(args.attributes, dims);
  std::vector<double> x = read_elements(args.inputs[0]);
  const int64_t outer = core::elems_between(dims, 0, axis), extent = dims[axis];
  const int64_t inner = core::elems_between(dims, axis + 1, dims.rank());
  for (int64_t i = 0; i < outer * inner; ++i) {
    double* first = x.data() + i / inner * extent * inner + i % inner;
    double most = -HUGE_VAL, sum = 0;
    for (int64_t j = 0; j < extent; ++j) most = std::max(most, first[j * inner]);
    for (int64_t j = 0; j < extent; ++j) {
      first[j * inner] = std::exp(first[j * inner] - most);
      sum += first[j * inner];
    }
    for (int64_t j = 0; j < extent; ++j) first[j * inner] /= sum;
  }
  write_elements(x, args.outputs[0]);
}

/// A maximum, a difference, an exponential, a sum and a quotient.
int64_t count_operations(const InferArgs& args) { return 5 * count_inputs(args); }

}  // namespace

const OpDefinition& softmax_op() {
  static const OpDefinition op{
      .name = "Softmax",
      .meaning = "exp(x) over its sum along one axis",
      .layer_type = LayerType::SoftMax,
      .attributes = {{"axes", int64_t{0}}},
      .inputs = {{.name = "input"}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_operations,
      .rounding = {Rounding::kNoTerms, always, never},
  };
  return op;
}

}  // namespace trtlike::ops
