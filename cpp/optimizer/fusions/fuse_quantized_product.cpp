// A convolution or product of dequantized tensors multiplies the integers, and scales the sums.
// After epilogues are part of it, so that they run on the scaled sums; before rules that take the
// Quantize and Dequantize nodes around it.
#include <string_view>

#include "ir/recipe.h"
#include "ops/shapes/quantized_product.h"
#include "optimizer/match.h"
#include "optimizer/quantization/constants.h"
#include "optimizer/quantization/steps.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

constexpr size_t kBias = 2, kFirstOperand = 3;

/// Factors and summands of the sums; nothing where the bias is none that is constant.
std::optional<ir::Constant> make_rescale(const ir::Graph& graph, const ir::Node& node,
                                         const std::vector<float>& scales, double x_scale) {
  const auto channels = static_cast<int64_t>(scales.size());
  std::vector<double> factors;
  for (const float scale : scales) factors.push_back(x_scale * static_cast<double>(scale));
  const Dims row{1, channels};
  ir::Constant summands = ir::filled(DataType::Float, row, 0);
  if (has_input(node, kBias)) {
    ir::Constant bias = ir::constant_of(graph, node.inputs[kBias]);
    const int64_t count = bias.data.data == nullptr ? 0 : core::elems(bias.type.dims);
    if (count != 1 && count != channels) return std::nullopt;
    bias = ir::reshaped(bias, {1, count});
    if (bias.type.dtype != DataType::Float)
      bias = ir::compute("Cast", {{"to_type", enum_number(DataType::Float)}}, {bias});
    summands = count == channels ? bias : ir::combine(ElementWiseOperation::Sum, summands, bias);
  }
  const ir::Constant scaled{{DataType::Float, row},
                            ir::make_constant_data(DataType::Float, factors)};
  return ir::concatenate({scaled, summands}, 0);
}

const char* quantized_op(const ir::Node& node) {
  const std::string_view op = node.op->name;
  if (op == "Deconvolution") return "QuantizedDeconvolution";
  return op.ends_with("Convolution") ? "QuantizedConvolution" : "QuantizedMatrixMultiply";
}

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& node = graph.node(id);
  if (node.inputs.empty()) return std::nullopt;
  const ir::NodeId dequantize = graph.producer_of(node.inputs[0], "Dequantize");
  if (!dequantize) return std::nullopt;
  const auto steps = match_steps(graph, dequantize);
  if (!steps || !is_byte(steps->type)) return std::nullopt;
  const auto weights = match_integer_weights(graph, id);
  if (!weights) return std::nullopt;
  const auto rescale = make_rescale(graph, node, weights->scales, steps->scale);
  if (!rescale) return std::nullopt;

  ir::Patch patch(graph);
  patch.inherit_from(id);
  const ir::Value& kernel = graph.value(node.inputs[1]);
  std::vector<ir::ValueId> inputs = {
      graph.node(dequantize).inputs[0],
      patch.add_constant(kernel.name, DataType::Int8, kernel.type.dims, weights->elements),
      patch.add_constant(kernel.name + " rescale", *rescale)};
  if (node.inputs.size() > kFirstOperand)
    inputs.insert(inputs.end(), node.inputs.begin() + kFirstOperand, node.inputs.end());
  ir::AttributeList attributes = attribute_list(node);
  attributes.emplace_back("zero_point", static_cast<int64_t>(steps->zero_point));
  attributes.emplace_back("to_type", enum_number(dtype_of(graph, node.outputs[0])));
  patch.replace(node.outputs[0], patch.add(quantized_op(node), node.name, inputs, attributes));
  return patch;
}

}  // namespace

Rule fuse_quantized_product() {
  return {"fuse_quantized_product",
          "Convolution(Dequantize(x), Dequantize(weights)) -> QuantizedConvolution(x, weights)", "",
          400, rewrite};
}

}  // namespace trtlike::optimizer
