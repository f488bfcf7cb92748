// Operators of quantized models in the form of integer operators: their operands are dequantized,
// the arithmetic is done in floating point, the result is quantized again.
#include <algorithm>
#include <array>
#include <cmath>

#include "onnx/extents.h"
#include "onnx/layers.h"
#include "onnx/quantized_operands.h"
#include "onnx/window.h"
#include "ops/shapes/reduce_shape.h"

namespace trtlike::onnx {
namespace {

using Op = ElementWiseOperation;

ValueId convolution(NodeContext& node, ValueId x, ValueId kernel, ValueId bias) {
  const Dims dims = node.dims(kernel);
  if (dims.rank() < 3 || dims.rank() > 5)
    node.fail(Code::UnsupportedNodeShape,
              core::str("expected a kernel of rank 3, 4 or 5, got shape ", dims.to_string(), "."));
  const Window window = read_window(node, dims.rank() - 2, {dims.begin() + 2, dims.end()});
  return node.add("Convolution", {x, kernel, bias},
                  {{"num_output_maps", dims[0]},
                   {"kernel_size", window.kernel},
                   {"stride", window.strides},
                   {"pre_padding", window.pre_padding},
                   {"post_padding", window.post_padding},
                   {"dilation", window.dilations},
                   {"num_groups", node.get_int("group", 1)},
                   {"padding_mode", window.padding_mode}});
}

/// The bias is quantized with the product of both scales.
ValueId dequantized_bias(NodeContext& node) {
  if (!node.has_input(8)) return {};
  const auto bias = ir::constant_elements(node.graph(), node.weights(8));
  const auto x_scale = ir::constant_elements(node.graph(), node.weights(1));
  const auto w_scale = ir::constant_elements(node.graph(), node.weights(4));
  if (!bias || !x_scale || !w_scale || x_scale->size() != 1 || w_scale->empty())
    node.fail_input(Code::UnsupportedNodeInput, 8,
                    "expected a constant bias and constant scales, got computed ones.");
  std::vector<double> elements;
  for (size_t i = 0; i < bias->size(); ++i)
    elements.push_back((*bias)[i] * x_scale->front() * (*w_scale)[i % w_scale->size()]);
  return node.add_weights(DataType::Float, {static_cast<int64_t>(elements.size())}, elements);
}

Outputs import_qlinear_conv(NodeContext& node) {
  const ValueId x = dequantize(node, 0, 1, "dequantize_x");
  const ValueId kernel = dequantize(node, 3, 0, "dequantize_w");
  const ValueId y = convolution(node, x, kernel, dequantized_bias(node));
  return {quantize(node, y, 6, 7)};
}

Outputs import_qlinear_matmul(NodeContext& node) {
  const ValueId a = dequantize(node, 0, node.rank(node.input(0)) - 2, "dequantize_a");
  const ValueId b = dequantize(node, 3, node.rank(node.input(3)) - 1, "dequantize_b");
  return {quantize(node, matrix_product(node, a, b), 6, 7)};
}

/// Input `i` less its zero point, as floats. One zero point a row or column broadcasts at `axis`.
ValueId centred(NodeContext& node, size_t i, size_t zero, int axis, std::string_view suffix) {
  const ValueId numbers = cast(node, node.input(i), DataType::Float);
  ValueId offset = zero_point(node, zero);
  if (!offset) return numbers;
  offset = cast(node, offset, DataType::Float);
  const int rank = node.rank(numbers);
  if (node.rank(offset) == 1 && node.dims(offset)[0] != 1)
    offset = unsqueeze(node, offset, axes_between(1, rank - axis));
  else if (node.rank(offset) == 1)
    offset = reshape(node, offset, {}, "scalar");
  return elementwise(node, Op::Sub, numbers, offset, suffix);
}

/// The second operand of a sum of products as [outer, depth, inner]: over the depth, and for
/// convolutions over the inner elements (of a window), too.
struct Depth {
  int64_t outer, depth, inner;
  bool sums_inner;
};

/// Elements over the axes [begin, end); below zero where an extent is not known.
int64_t known_elems(const Dims& dims, int begin, int end) {
  const auto is_open = [](int64_t extent) { return !core::is_known(extent); };
  const bool open = std::any_of(dims.begin() + begin, dims.begin() + end, is_open);
  return open ? core::kUnknownDim : core::elems_between(dims, begin, end);
}

/// The largest magnitude of input `i` less its zero point.
double reach_of(NodeContext& node, size_t i, size_t zero) {
  if (zero_point(node, zero)) return 255;
  return node.dtype(node.input(i)) == DataType::UInt8 ? 255 : 128;
}

/// Ends of the parts of the depth that FP32 sums without rounding, in any order: 2^24 is the
/// largest magnitude of which it has all whole numbers. Nothing where one step is more, or the
/// depth is not known.
std::vector<int64_t> exact_ends(NodeContext& node, const Depth& form) {
  constexpr double kWhole = 1 << 24;
  if (form.depth < 0 || form.outer < 0 || form.inner < 0) return {};
  constexpr int64_t kMostElems = 1 << 28;
  const auto elements = ir::constant_elements(node.graph(), node.weights(1), kMostElems);
  double zero = 0;
  if (node.has_input(3)) {
    const auto zeros = ir::constant_elements(node.graph(), node.weights(3));
    for (const double z : zeros.value_or(std::vector<double>{255}))
      zero = std::max(zero, std::abs(z));
  }
  const double first = reach_of(node, 0, 2), second = reach_of(node, 1, 3);
  std::vector<double> sums(static_cast<size_t>(form.outer * (form.sums_inner ? 1 : form.inner)));
  std::vector<int64_t> ends;
  for (int64_t k = 0, begin = 0; k < form.depth; ++k) {
    std::vector<double> step(sums.size());
    for (int64_t o = 0; o < form.outer; ++o)
      for (int64_t i = 0; i < form.inner; ++i) {
        const auto at = static_cast<size_t>((o * form.depth + k) * form.inner + i);
        step[static_cast<size_t>(form.sums_inner ? o : o * form.inner + i)] +=
            first * (elements ? std::min(second, std::abs((*elements)[at]) + zero) : second);
      }
    bool fits = true;
    for (size_t n = 0; n < sums.size(); ++n) fits = fits && sums[n] + step[n] <= kWhole;
    if (!fits) {
      if (k == begin) return {};
      ends.push_back(begin = k);
      std::fill(sums.begin(), sums.end(), 0.0);
    }
    for (size_t n = 0; n < sums.size(); ++n) sums[n] += step[n];
  }
  ends.push_back(form.depth);
  return ends;
}

/// Sums of products of whole numbers in INT32: by parts of the depth, which lies along these axes
/// of both operands, or in double precision where it has none.
template <typename Multiply>
ValueId sum_exactly(NodeContext& node, std::array<ValueId, 2> operands, std::array<int, 2> axes,
                    const std::vector<int64_t>& ends, Multiply multiply) {
  if (ends.empty())
    for (ValueId& operand : operands) operand = cast(node, operand, DataType::Double);
  if (ends.size() < 2) return cast(node, multiply(operands[0], operands[1]), DataType::Int32);
  ValueId sum;
  int64_t begin = 0;
  for (const int64_t end : ends) {
    std::array<ValueId, 2> parts;
    for (size_t i = 0; i < 2; ++i) {
      SliceArguments part;
      part.axes = {axes[i]};
      part.start = {begin};
      part.shape = {end - begin};
      part.stride = {1};
      parts[i] = slice(node, operands[i], part, "part");
    }
    const ValueId whole = cast(node, multiply(parts[0], parts[1]), DataType::Int32);
    sum = sum ? elementwise(node, Op::Sum, sum, whole, "sum") : whole;
    begin = end;
  }
  return sum;
}

Outputs import_matmul_integer(NodeContext& node) {
  if (has_integer_product(node, node.input(0), 1))
    return {node.add("MatMulInteger",
                     {node.input(0), node.weights(1), zero_point(node, 2), zero_point(node, 3)})};
  const int rank_a = node.rank(node.input(0)), rank_b = node.rank(node.input(1));
  const Dims b = node.dims(node.input(1));
  const int depth = std::max(0, rank_b - 2);
  const std::vector<int64_t> ends = rank_b == 0
                                        ? std::vector<int64_t>{}
                                        : exact_ends(node, {known_elems(b, 0, depth), b[depth],
                                                            rank_b < 2 ? 1 : b[rank_b - 1], false});
  return {sum_exactly(
      node,
      {centred(node, 0, 2, rank_a - 2, "centre_a"), centred(node, 1, 3, rank_b - 1, "centre_b")},
      {rank_a - 1, depth}, ends, [&](ValueId x, ValueId y) { return matrix_product(node, x, y); })};
}

Outputs import_conv_integer(NodeContext& node) {
  const Dims kernel = node.dims(node.input(1));
  const bool is_grouped = node.get_int("group", 1) != 1;
  std::vector<int64_t> ends;
  if (kernel.rank() >= 3)
    ends = exact_ends(node, {kernel[0], kernel[1], known_elems(kernel, 2, kernel.rank()), true});
  if (is_grouped && ends.size() > 1) ends.clear();
  return {
      sum_exactly(node, {centred(node, 0, 2, 1, "centre_x"), centred(node, 1, 3, 0, "centre_w")},
                  {1, 1}, ends, [&](ValueId x, ValueId w) { return convolution(node, x, w, {}); })};
}

/// scale = (max(0, max(x)) - min(0, min(x))) / 255, zero = round(-min / scale), y = round(x /
/// scale)
/// + zero, each held to [0, 255].
Outputs import_dynamic_quantize(NodeContext& node) {
  const ValueId x = node.input(0);
  const auto axes = axes_between(0, node.rank(x));
  const auto extreme = [&](ReduceOperation reduction, Op op, std::string_view suffix) {
    const ValueId value = reduce(node, static_cast<int64_t>(reduction), x, axes, false, suffix);
    return elementwise(node, op, value, 0.0, suffix);
  };
  const ValueId max = extreme(ReduceOperation::Max, Op::Max, "max");
  const ValueId min = extreme(ReduceOperation::Min, Op::Min, "min");
  const ValueId range = elementwise(node, Op::Sub, max, min, "range");
  const ValueId scale = elementwise(node, Op::Div, range, 255.0, "scale");
  const auto held = [&](ValueId value, std::string_view suffix) {
    return activation(node, ActivationType::Clip, value, 0.0, 255.0, suffix);
  };
  const ValueId zero =
      unary(node, UnaryOperation::Neg, elementwise(node, Op::Div, min, scale, "zero"), "zero");
  const ValueId whole_zero = unary(node, UnaryOperation::Round, held(zero, "zero"), "zero");
  const ValueId steps =
      unary(node, UnaryOperation::Round, elementwise(node, Op::Div, x, scale, "steps"), "steps");
  const ValueId shifted = held(elementwise(node, Op::Sum, steps, whole_zero, "shift"), "clip");
  return {cast(node, shifted, DataType::UInt8), scale, cast(node, whole_zero, DataType::UInt8)};
}

constexpr Importer kImporters[] = {
    {"QLinearConv", import_qlinear_conv},
    {"QLinearMatMul", import_qlinear_matmul},
    {"MatMulInteger", import_matmul_integer},
    {"ConvInteger", import_conv_integer},
    {"DynamicQuantizeLinear", import_dynamic_quantize},
};

}  // namespace

std::span<const Importer> integer_arithmetic_importers() { return kImporters; }

}  // namespace trtlike::onnx
