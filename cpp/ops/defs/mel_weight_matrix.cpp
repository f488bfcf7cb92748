// MelWeightMatrix: triangles over the bins of a spectrum, equally far apart on the mel scale.
#include <cmath>

#include "core/check.h"
#include "ops/elements.h"
#include "ops/host_values.h"

namespace trtlike::ops {
namespace {

constexpr const char* kInputs[] = {"num_mel_bins", "dft_length", "sample_rate", "lower_edge_hertz",
                                   "upper_edge_hertz"};

/// Unknown, or at least `least`.
int64_t host_integer(const InferArgs& args, size_t i, int64_t least) {
  if (!is_known(args.host_value(i))) return core::kUnknownDim;
  const int64_t value = args.host_value(i)->front();
  TRTLIKE_CHECK(value >= least, "[ops] input ", i, " '", kInputs[i], "': expected at least ", least,
                ", got ", value, ".");
  return value;
}

void infer(const InferArgs& args) {
  for (size_t i = 0; i < std::size(kInputs); ++i) {
    const TensorType& type = args.inputs[i];
    const bool is_integer = i < 3;
    TRTLIKE_CHECK((is_integer ? core::is_integer(type.dtype) : core::is_number(type.dtype)) &&
                      core::is_static(type.dims) && core::elems(type.dims) == 1,
                  "[ops] input ", i, " '", kInputs[i], "': expected one ",
                  is_integer ? "integer" : "number", ", got ", core::dtype_name(type.dtype),
                  " with shape ", type.dims, ".");
  }
  const DataType to = to_type(args.attributes);
  const int64_t bins = host_integer(args, 0, 0), length = host_integer(args, 1, 0);
  host_integer(args, 2, 1);
  args.outputs[0] = {to, {length < 0 ? core::kUnknownDim : length / 2 + 1, bins}};
}

double to_mel(double hertz) { return 2595 * std::log10(1 + hertz / 700); }
double to_hertz(double mel) { return 700 * (std::pow(10, mel / 2595) - 1); }

/// The bins of the spectrum at the corners of the triangles.
std::vector<int64_t> find_corners(const ReferenceArgs& args, int64_t bins) {
  const double low = to_mel(args.inputs[3].at(0)), high = to_mel(args.inputs[4].at(0));
  const double length = args.inputs[1].at(0), rate = args.inputs[2].at(0);
  const double step = (high - low) / static_cast<double>(bins + 2);
  std::vector<int64_t> corners;
  for (int64_t i = 0; i < bins + 2; ++i) {
    const double hertz = to_hertz(low + static_cast<double>(i) * step);
    corners.push_back(core::saturate<int64_t>(std::floor((length + 1) * hertz / rate)));
  }
  return corners;
}

/// Corners above the highest bin are cut off.
void reference(const ReferenceArgs& args) {
  const Dims& dims = args.outputs[0].dims;
  const int64_t rows = dims[0], bins = dims[1];
  const std::vector<int64_t> corners = find_corners(args, bins);
  std::vector<double> out(static_cast<size_t>(rows * bins), 0.0);
  for (int64_t bin = 0; bin < bins; ++bin) {
    const int64_t left = corners[static_cast<size_t>(bin)];
    const int64_t center = corners[static_cast<size_t>(bin + 1)];
    const int64_t right = corners[static_cast<size_t>(bin + 2)];
    for (int64_t row = std::max<int64_t>(0, left); row < std::min(rows, right); ++row) {
      double& weight = out[static_cast<size_t>(row * bins + bin)];
      if (row < center)
        weight = static_cast<double>(row - left) / static_cast<double>(center - left);
      else
        weight = static_cast<double>(right - row) / static_cast<double>(right - center);
    }
    if (center >= 0 && center < rows) out[static_cast<size_t>(center * bins + bin)] = 1;
  }
  write_elements(out, args.outputs[0]);
}

}  // namespace

const OpDefinition& mel_weight_matrix_op() {
  static const OpDefinition op{
      .name = "MelWeightMatrix",
      .meaning = "the share of each bin of a spectrum in bands equally far apart on the mel scale",
      .layer_type = LayerType::PluginV3,
      .attributes = {{"to_type", int64_t{0}}},
      .inputs = {{.name = kInputs[0]},
                 {.name = kInputs[1]},
                 {.name = kInputs[2]},
                 {.name = kInputs[3]},
                 {.name = kInputs[4]}},
      .host_inputs = {0, 1, 2},
      .infer = infer,
      .reference = reference,
  };
  return op;
}

}  // namespace trtlike::ops
