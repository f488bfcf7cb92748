// A kernel with zeros between its elements, as exporters write atrous convolutions, becomes a
// small dilated one.
#include <algorithm>
#include <string_view>

#include "optimizer/match.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

/// Elements as [outer][extent][inner] around one axis.
struct Axis {
  int64_t outer, extent, inner;
};

Axis axis_of(const Dims& dims, int axis) {
  return {core::elems_between(dims, 0, axis), dims[axis],
          core::elems_between(dims, axis + 1, dims.rank())};
}

bool is_zero_between(const core::TensorView& elements, const Axis& axis, int64_t step) {
  for (int64_t o = 0; o < axis.outer; ++o)
    for (int64_t i = 0; i < axis.extent; ++i) {
      if (i % step == 0) continue;
      const int64_t run = (o * axis.extent + i) * axis.inner;
      for (int64_t j = 0; j < axis.inner; ++j)
        if (elements.at(run + j) != 0) return false;
    }
  return true;
}

/// The widest distance between elements that are not zero, 1 where there is none to gain.
int64_t find_step(const core::TensorView& elements, const Axis& axis) {
  for (int64_t step = axis.extent - 1; step > 1; --step)
    if ((axis.extent - 1) % step == 0 && is_zero_between(elements, axis, step)) return step;
  return 1;
}

std::vector<double> keep_every(const std::vector<double>& elements, const Axis& axis,
                               int64_t step) {
  std::vector<double> out;
  for (int64_t o = 0; o < axis.outer; ++o)
    for (int64_t i = 0; i < axis.extent; i += step) {
      const auto run = elements.begin() + (o * axis.extent + i) * axis.inner;
      out.insert(out.end(), run, run + axis.inner);
    }
  return out;
}

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& conv = graph.node(id);
  const std::string_view op = conv.op->name;
  if ((op != "Convolution" && op != "FusedConvolution") || !is_constant(graph, conv.inputs[1]))
    return std::nullopt;
  const core::TensorView kernel = ir::constant_view(graph, conv.inputs[1]);
  std::vector<int64_t> steps;
  for (int axis = 2; axis < kernel.dims.rank(); ++axis)
    steps.push_back(find_step(kernel, axis_of(kernel.dims, axis)));
  if (std::all_of(steps.begin(), steps.end(), [](int64_t step) { return step == 1; }))
    return std::nullopt;
  auto elements = ir::constant_elements(graph, conv.inputs[1]);
  if (!elements) return std::nullopt;
  Dims dims = kernel.dims;
  auto dilation = conv.attributes.get_ints("dilation");
  dilation.resize(steps.size(), 1);
  for (size_t i = 0; i < steps.size(); ++i) {
    const int axis = static_cast<int>(i) + 2;
    *elements = keep_every(*elements, axis_of(dims, axis), steps[i]);
    dims[axis] = (dims[axis] - 1) / steps[i] + 1;
    dilation[i] *= steps[i];
  }
  ir::Patch patch(graph);
  patch.inherit_from(id);
  ir::AttributeList attributes = attribute_list(conv);
  for (auto& [name, value] : attributes) {
    if (name == "dilation") value = dilation;
    if (name == "kernel_size") value = std::vector<int64_t>{};
  }
  std::vector<ir::ValueId> inputs = conv.inputs;
  inputs[1] = patch.add_constant(graph.value(conv.inputs[1]).name, dtype_of(graph, conv.inputs[1]),
                                 dims, *elements);
  patch.replace(conv.outputs[0], patch.add(op, conv.name, inputs, attributes));
  return patch;
}

}  // namespace

Rule kernel_zeros_to_dilation() {
  return {"kernel_zeros_to_dilation",
          "Convolution(x, k with zeros between) -> Convolution(x, k) {dilation}", "", 24, rewrite};
}

}  // namespace trtlike::optimizer
