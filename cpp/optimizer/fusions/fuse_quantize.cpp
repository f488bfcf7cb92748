// Quantized numbers are made where the real ones are computed, if someone reads them as integers.
// Behind fuse_quantized_product, whose products read them so.
#include "optimizer/match.h"
#include "optimizer/quantization/steps.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& quantize = graph.node(id);
  const ir::ValueId numbers = quantize.inputs[0], integers = quantize.outputs[0];
  const ir::NodeId producer = graph.producer(numbers);
  const auto steps = match_steps(graph, id);
  if (!producer || !steps || !is_byte(steps->type) || only_reader(graph, numbers) != id ||
      !is_read_as_integers(graph, integers) || !precisions_agree(graph, producer, id) ||
      dtype_of(graph, numbers) != DataType::Float)
    return std::nullopt;
  auto form = quantized_form(graph, producer);
  if (!form) return std::nullopt;
  append_quantize(form->program, *steps);
  if (!is_within_limits(*form)) return std::nullopt;
  ir::Patch patch(graph);
  patch.inherit_from(producer);
  patch.replace(integers,
                add_quantized_form(graph, patch, producer, joined_name(graph, {producer, id}),
                                   *form, steps->type));
  return patch;
}

}  // namespace

Rule fuse_quantize() {
  return {"fuse_quantize", "Quantize(QuantizedConvolution(x)) -> QuantizedConvolution(x)",
          "Quantize", 410, rewrite};
}

}  // namespace trtlike::optimizer
