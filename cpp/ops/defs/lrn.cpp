// LRN: local response normalization across channels.
#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "ops/arithmetic.h"
#include "ops/elements.h"

namespace trtlike::ops {
namespace {

void infer(const InferArgs& args) {
  check_float(args, 0, "input");
  const Dims& dims = args.inputs[0].dims;
  TRTLIKE_CHECK(dims.rank() >= 2, "[ops] input 0 'input': expected rank 2 or more, got shape ",
                dims, ".");
  TRTLIKE_CHECK(args.attributes.get_int("window_size") >= 1,
                "[ops] attribute 'window_size': expected at least 1, got ",
                args.attributes.get_int("window_size"), ".");
  args.outputs[0] = args.inputs[0];
}

/// The window's odd element lies behind the channel.
void reference(const ReferenceArgs& args) {
  const Dims& dims = args.inputs[0].dims;
  const int64_t size = args.attributes.get_int("window_size");
  const double alpha = args.attributes.get_float("alpha"), beta = args.attributes.get_float("beta");
  const double k = args.attributes.get_float("k");
  const std::vector<double> x = read_elements(args.inputs[0]);
  const int64_t channels = dims[1], inner = core::elems_between(dims, 2, dims.rank());
  std::vector<double> out(x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    const int64_t at = static_cast<int64_t>(i), c = at / inner % channels;
    const int64_t from = std::max<int64_t>(0, c - (size - 1) / 2);
    const int64_t to = std::min(channels - 1, c + size / 2);
    double sum = 0;
    for (int64_t j = from; j <= to; ++j) {
      const double v = x[static_cast<size_t>(at + (j - c) * inner)];
      sum += v * v;
    }
    out[i] = x[i] / std::pow(k + alpha / static_cast<double>(size) * sum, beta);
  }
  write_elements(out, args.outputs[0]);
}

int64_t count_operations(const InferArgs& args) {
  return 2 * count_inputs(args) * args.attributes.get_int("window_size");
}

}  // namespace

const OpDefinition& lrn_op() {
  static const OpDefinition op{
      .name = "LRN",
      .meaning = "x / (k + alpha / window * sum of squares over a window of channels) ^ beta",
      .layer_type = LayerType::LRN,
      .attributes = {{"window_size", int64_t{5}}, {"alpha", 1e-4}, {"beta", 0.75}, {"k", 1.0}},
      .inputs = {{.name = "input"}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_operations,
      .rounding = kUndiminished,
  };
  return op;
}

}  // namespace trtlike::ops
