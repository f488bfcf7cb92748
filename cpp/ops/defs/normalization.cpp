// Normalization: zero mean and unit variance over some axes, then scale and bias. Layer, instance,
// group and RMS normalization are all this op.
#include <cmath>

#include "core/check.h"
#include "ops/arithmetic.h"
#include "ops/elements.h"
#include "ops/shapes/normalization_shape.h"

namespace trtlike::ops {
namespace {

int64_t get_groups(const Attributes& attributes, const Dims& input) {
  const int64_t groups = attributes.get_int("num_groups");
  TRTLIKE_CHECK(groups >= 1, "[ops] attribute 'num_groups': expected at least 1, got ", groups,
                ".");
  if (groups == 1) return groups;
  TRTLIKE_CHECK(input.rank() >= 3, "[ops] input 0 'input': expected rank 3 or more for ", groups,
                " groups, got shape ", input, ".");
  TRTLIKE_CHECK(input[1] < 0 || input[1] % groups == 0, "[ops] attribute 'num_groups': expected a ",
                "divisor of the ", input[1], " channels of shape ", input, ", got ", groups, ".");
  return groups;
}

/// Strides of a scale or bias along the view. One value a group stands for all its channels.
Dims operand_strides(const Dims& operand, const Dims& input, int64_t groups) {
  if (operand.rank() < 0) return operand;
  const Dims strides = broadcast_strides(operand, input);
  if (groups == 1) return strides;
  const int channel = operand.rank() - input.rank() + 1;
  const int64_t extent = channel >= 0 ? operand[channel] : 1;
  const bool one_a_group = extent == groups && extent != input[1];
  Dims out{strides[0], one_a_group ? strides[1] : strides[1] * (input[1] / groups),
           one_a_group ? 0 : strides[1]};
  for (int i = 2; i < input.rank(); ++i) out.push_back(strides[i]);
  return out;
}

void check_operand(const InferArgs& args, size_t i, const char* name, int64_t groups) {
  if (!args.has_input(i)) return;
  check_float(args, i, name);
  const Dims &input = args.inputs[0].dims, &dims = args.inputs[i].dims;
  bool fits = dims.rank() <= input.rank();
  for (int j = 0; fits && j < dims.rank(); ++j) {
    const int axis = j + input.rank() - dims.rank();
    fits = dims[j] < 0 || input[axis] < 0 || dims[j] == 1 || dims[j] == input[axis] ||
           (axis == 1 && groups > 1 && dims[j] == groups);
  }
  TRTLIKE_CHECK(fits, "[ops] input ", i, " '", name, "': expected a shape that repeats to ", input,
                ", got ", dims, ".");
}

void infer(const InferArgs& args) {
  check_float(args, 0, "input");
  const Dims& input = args.inputs[0].dims;
  TRTLIKE_CHECK(!masked_axes(args.attributes, "axes", input.rank()).empty(),
                "[ops] attribute 'axes': expected at least one axis, got 0.");
  const int64_t precision = args.attributes.get_int("compute_precision");
  TRTLIKE_CHECK(core::is_dtype(precision),
                "[ops] attribute 'compute_precision': expected a DataType, got ", precision, ".");
  const int64_t groups = get_groups(args.attributes, input);
  check_operand(args, 1, "scale", groups);
  check_operand(args, 2, "bias", groups);
  args.outputs[0] = args.inputs[0];
}

struct Moments {
  double mean = 0;
  double square = 0;
};

/// Mean and mean square distance from it (simplified: from 0) of each kept index.
std::vector<Moments> moments(const NormalizationShape& shape, const std::vector<double>& x) {
  const Dims strides = broadcast_strides(shape.kept, shape.view);
  std::vector<Moments> out(static_cast<size_t>(core::elems(shape.kept)));
  const double count = static_cast<double>(x.size()) / static_cast<double>(out.size());
  const auto at = [&](size_t i) -> Moments& {
    const int64_t index = strided_offset(static_cast<int64_t>(i), shape.view, strides);
    return out[static_cast<size_t>(index)];
  };
  if (!shape.simplified)
    for (size_t i = 0; i < x.size(); ++i) at(i).mean += x[i] / count;
  for (size_t i = 0; i < x.size(); ++i) {
    const double distance = x[i] - at(i).mean;
    at(i).square += distance * distance / count;
  }
  return out;
}

void reference(const ReferenceArgs& args) {
  const auto dims = [&](size_t i) {
    return args.has_input(i) ? args.inputs[i].dims : Dims::unknown_rank();
  };
  const NormalizationShape shape =
      normalization_shape(args.attributes, args.inputs[0].dims, dims(1), dims(2));
  std::vector<double> x = read_elements(args.inputs[0]);
  if (x.empty()) return;
  const std::vector<double> scale =
      args.has_input(1) ? read_elements(args.inputs[1]) : std::vector<double>();
  const std::vector<double> bias =
      args.has_input(2) ? read_elements(args.inputs[2]) : std::vector<double>();
  const std::vector<Moments> all = moments(shape, x);
  const Dims strides = broadcast_strides(shape.kept, shape.view);
  const auto element = [&](const std::vector<double>& values, const Dims& by, size_t i) {
    return values[static_cast<size_t>(strided_offset(static_cast<int64_t>(i), shape.view, by))];
  };
  for (size_t i = 0; i < x.size(); ++i) {
    const auto index =
        static_cast<size_t>(strided_offset(static_cast<int64_t>(i), shape.view, strides));
    double y = (x[i] - all[index].mean) / std::sqrt(all[index].square + shape.epsilon);
    if (!scale.empty()) y *= element(scale, shape.scale_strides, i);
    if (!bias.empty()) y += element(bias, shape.bias_strides, i);
    x[i] = y;
  }
  write_elements(x, args.outputs[0]);
}

/// Two moments, and two operations to apply them.
int64_t count_operations(const InferArgs& args) { return 5 * count_inputs(args); }

}  // namespace

NormalizationShape normalization_shape(const Attributes& attributes, const Dims& input,
                                       const Dims& scale, const Dims& bias) {
  NormalizationShape shape;
  shape.groups = get_groups(attributes, input);
  shape.epsilon = attributes.get_float("epsilon");
  shape.simplified = attributes.get_bool("simplified");
  const int64_t mask = attributes.get_int("axes");
  for (int i = 0; i < input.rank(); ++i) {
    const bool split = i == 1 && shape.groups > 1;
    const bool normalized = ((mask >> i) & 1) != 0;
    if (split) {
      shape.view.push_back(shape.groups);
      shape.kept.push_back(shape.groups);
    }
    shape.view.push_back(split ? input[i] / shape.groups : input[i]);
    shape.kept.push_back(normalized || split ? 1 : input[i]);
  }
  shape.scale_strides = operand_strides(scale, input, shape.groups);
  shape.bias_strides = operand_strides(bias, input, shape.groups);
  return shape;
}

const OpDefinition& normalization_op() {
  static const OpDefinition op{
      .name = "Normalization",
      .meaning = "zero mean and unit variance over some axes, then scale and bias",
      .layer_type = LayerType::Normalization,
      .attributes = {{"axes", int64_t{0}},
                     {"epsilon", 1e-5},
                     {"num_groups", int64_t{1}},
                     {"compute_precision", int64_t{0}},
                     {"simplified", false},
                     {"is_v2", false}},
      .inputs = {{.name = "input"},
                 {.name = "scale", .optional = true},
                 {.name = "bias", .optional = true}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_operations,
      .rounding = {Rounding::kNoTerms, is_in_rows, never},
  };
  return op;
}

}  // namespace trtlike::ops
