// Few rows times constant weights that were dequantized take as long as reading the weights: the
// integers, a quarter of the bytes or less, stay in the plan. Behind the rule for products of
// quantized tensors, which multiplies integers where both operands are.
#include <algorithm>
#include <cmath>

#include "core/os/memory.h"
#include "core/quantize.h"
#include "ir/recipe.h"
#include "ops/shapes/quantized_product.h"
#include "optimizer/match.h"
#include "optimizer/quantization/constants.h"
#include "optimizer/quantization/steps.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

/// Smaller weights are no burden, and more rows are multiplied as fast as weights in FP32 are.
constexpr int64_t kFewElems = 4096, kManyRows = 16;

bool has_few_rows(const Dims& a) {
  int64_t rows = 1;
  for (int axis = 0; axis + 1 < a.rank(); ++axis) {
    if (a[axis] < 0) return true;
    rows *= a[axis];
  }
  return rows <= kManyRows;
}

/// True where the values were integers a few moves ago: they may get next to the product yet.
bool was_dequantized(const ir::Graph& graph, ir::ValueId id) {
  constexpr int kMoves = 4;
  for (int i = 0; i < kMoves; ++i) {
    const ir::NodeId producer = graph.value(id).producer;
    if (!producer) return false;
    if (is_op(graph, producer, "Dequantize")) return true;
    const ir::Node& node = graph.node(producer);
    if (node.op->rounding.is_exact != ops::kMoved.is_exact || node.inputs.empty()) return false;
    id = node.inputs[0];
  }
  return false;
}

/// How elements of the matrix lie: the axes of sums and of columns.
struct Matrix {
  int64_t k, n;
  int k_axis, n_axis;
  int64_t at(int64_t row, int64_t column) const {
    return k_axis < n_axis ? row * n + column : column * k + row;
  }
};

std::optional<Matrix> find_matrix(const ir::Graph& graph, const ir::Node& node) {
  const Dims& dims = dims_of(graph, node.inputs[1]);
  const int64_t operation = node.attributes.get_int("op1");
  const bool is_plain = operation == enum_number(MatrixOperation::None);
  if (node.attributes.get_int("op0") != enum_number(MatrixOperation::None) || dims.rank() < 2 ||
      (!is_plain && operation != enum_number(MatrixOperation::Transpose)) ||
      core::elems_between(dims, 0, dims.rank() - 2) != 1)
    return std::nullopt;
  const int last = dims.rank() - 1;
  const Matrix out{dims[is_plain ? last - 1 : last], dims[is_plain ? last : last - 1],
                   is_plain ? last - 1 : last, is_plain ? last : last - 1};
  return out;
}

/// Numbers of elements that one scale is for along the sums; nothing where blocks go otherwise.
std::optional<int64_t> find_block(const core::Quantization& quantization, const Matrix& matrix) {
  if (quantization.axis() == core::Quantization::kNoAxis) return matrix.k;
  if (quantization.block() == 0)
    return quantization.axis() == matrix.n_axis ? std::optional(matrix.k) : std::nullopt;
  return quantization.axis() == matrix.k_axis ? std::optional(quantization.block()) : std::nullopt;
}

/// Scales, and behind them zero points, by blocks and columns.
std::vector<double> make_scales(const core::Quantization& quantization, const Dims& dims,
                                const Matrix& matrix, int64_t block, int64_t shift) {
  std::vector<double> scales, zeros;
  for (int64_t k = 0; k < matrix.k; k += block)
    for (int64_t n = 0; n < matrix.n; ++n) {
      const auto i = static_cast<size_t>(core::scale_of(quantization, dims, matrix.at(k, n)));
      scales.push_back(static_cast<double>(quantization.scales()[i]));
      zeros.push_back(static_cast<double>(
          (quantization.is_symmetric() ? 0 : quantization.zero_points()[i]) - shift));
    }
  scales.insert(scales.end(), zeros.begin(), zeros.end());
  return scales;
}

struct Integers {
  DataType dtype;
  ir::ConstantData data;
  int64_t shift;  ///< that they are less than those that were stored
};

/// In the least bits, signed; nothing for wider types.
std::optional<Integers> make_integers(const ir::ConstantData& constant) {
  const ir::QuantizedElements& stored = *constant.dequantized_from;
  if (stored.may_change)
    return stored.dtype == DataType::Int4 || stored.dtype == DataType::Int8
               ? std::optional(
                     Integers{stored.dtype, ir::integers_of(constant, stored.dims).data, 0})
               : std::nullopt;
  const core::TensorView from{const_cast<void*>(stored.data.get()), stored.dtype, stored.dims};
  const bool is_nibbles = stored.dtype == DataType::Int4 || stored.dtype == DataType::UInt4;
  if (!is_nibbles && !is_byte(stored.dtype)) return std::nullopt;
  double least = 255, most = -128;
  for (int64_t i = 0; i < from.elems(); ++i) {
    least = std::min(least, from.at(i));
    most = std::max(most, from.at(i));
  }
  Integers out{most - least < 16 ? DataType::Int4 : DataType::Int8, {}, 0};
  const double low = out.dtype == DataType::Int4 ? -8 : -128;
  if (least < low || most >= -low) out.shift = static_cast<int64_t>(least - low);
  const size_t bytes = core::dtype_bytes(out.dtype, from.elems());
  const std::shared_ptr<void> data = core::allocate_shared(bytes);
  const core::TensorView to{data.get(), out.dtype, stored.dims};
  for (int64_t i = 0; i < from.elems(); ++i) to.set(i, from.at(i) - static_cast<double>(out.shift));
  out.data = {data, bytes};
  return out;
}

/// The program behind the sums, with the bias as the last of its operands.
std::string program_of(const ir::Node& node, bool has_bias, size_t operands) {
  const bool fused = node.attributes.find("program") != nullptr;
  const std::string text = fused ? node.attributes.get_string("program") : "";
  if (!has_bias) return text;
  ops::PointwiseProgram from =
      text.empty() ? ops::PointwiseProgram{.num_inputs = 1} : ops::PointwiseProgram::parse(text);
  const int inputs = static_cast<int>(operands) + 1;
  ops::PointwiseProgram out{.num_inputs = inputs + 1};
  std::vector<int> registers{out.append(ops::PointwiseOpcode::Sum, 0, inputs)};
  for (int i = 1; i < inputs; ++i) registers.push_back(i);
  const auto at = [&](int reg) { return reg < 0 ? -1 : registers[static_cast<size_t>(reg)]; };
  for (const ops::PointwiseInstruction& i : from.instructions)
    registers.push_back(out.append(i.op, at(i.a), at(i.b), at(i.c), i.alpha, i.beta));
  out.output = at(from.output);
  return out.to_text();
}

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  constexpr size_t kBias = 2, kFirstOperand = 3;
  const ir::Node& node = graph.node(id);
  if (!is_op(graph, id, "MatrixMultiply") && !is_op(graph, id, "FusedMatrixMultiply"))
    return std::nullopt;
  const ir::Value& weights = graph.value(node.inputs[1]);
  if (!weights.constant || !weights.constant->dequantized_from) return std::nullopt;
  const Dims& dims = weights.type.dims;
  if (core::elems(dims) < kFewElems || !has_few_rows(dims_of(graph, node.inputs[0])) ||
      dims_of(graph, node.inputs[0]).rank() < 2 || was_dequantized(graph, node.inputs[0]))
    return std::nullopt;
  const auto matrix = find_matrix(graph, node);
  const auto quantization = quantization_of(*weights.constant, dims);
  if (!matrix || !quantization) return std::nullopt;
  const auto block = find_block(*quantization, *matrix);
  if (!block) return std::nullopt;
  const auto integers = make_integers(*weights.constant);
  if (!integers) return std::nullopt;
  const std::vector<double> scales =
      make_scales(*quantization, dims, *matrix, *block, integers->shift);
  const auto is_byte_zero = [](double zero) { return zero >= -128 && zero <= 127; };
  if (!std::all_of(scales.begin() + static_cast<long>(scales.size() / 2), scales.end(),
                   is_byte_zero))
    return std::nullopt;

  ir::Patch patch(graph);
  patch.inherit_from(id);
  const int64_t blocks = (matrix->k + *block - 1) / *block;
  std::vector<ir::ValueId> inputs = {
      node.inputs[0], patch.add_constant(weights.name, integers->dtype, dims, integers->data),
      patch.add_constant(weights.name + " scales", DataType::Float, {2, blocks, matrix->n},
                         scales)};
  const size_t operands = node.inputs.size() - std::min(node.inputs.size(), kFirstOperand);
  inputs.insert(inputs.end(), node.inputs.end() - static_cast<long>(operands), node.inputs.end());
  const bool has_bias = has_input(node, kBias);
  if (has_bias) inputs.push_back(node.inputs[kBias]);
  patch.replace(node.outputs[0], patch.add("WeightOnlyMatrixMultiply", node.name, inputs,
                                           {{"op1", node.attributes.get_int("op1")},
                                            {"block", *block},
                                            {"program", program_of(node, has_bias, operands)}}));
  return patch;
}

}  // namespace

Rule fuse_weight_only_product() {
  return {
      "fuse_weight_only_product",
      "MatrixMultiply(few rows, Dequantize(weights)) -> WeightOnlyMatrixMultiply(rows, weights)",
      "", 410, rewrite};
}

}  // namespace trtlike::optimizer
