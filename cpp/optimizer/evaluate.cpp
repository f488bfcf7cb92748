// Shapes by the op's rule, elements by its reference.
#include "optimizer/evaluate.h"

#include <algorithm>
#include <cstring>

#include "core/check.h"
#include "core/os/memory.h"
#include "ops/host_values.h"

namespace trtlike::optimizer {
namespace {

OwnedTensor allocate(const ops::TensorType& type) {
  TRTLIKE_ASSERT(core::is_static(type.dims), "concrete output shape ", type.dims);
  const size_t bytes = core::dtype_bytes(type.dtype, core::elems(type.dims));
  OwnedTensor tensor{core::allocate_shared(std::max<size_t>(bytes, 1)), {}};
  tensor.view = {tensor.data.get(), type.dtype, type.dims};
  return tensor;
}

}  // namespace

std::vector<OwnedTensor> evaluate_node(const ir::Node& node,
                                       std::span<const core::TensorView> inputs) {
  std::vector<ops::TensorType> types, output_types;
  std::vector<ops::HostValue> host;
  for (const core::TensorView& input : inputs) {
    types.push_back({input.dtype, input.dims});
    host.push_back(ops::known_elements(input));
  }
  ops::infer(*node.op, node.attributes, types, host, output_types);
  std::vector<OwnedTensor> outputs;
  std::vector<core::TensorView> views;
  for (const ops::TensorType& type : output_types) {
    outputs.push_back(allocate(type));
    views.push_back(outputs.back().view);
  }
  if (node.op->reference != nullptr) {
    node.op->reference({node.op->self, node.attributes, inputs, views});
    return outputs;
  }
  const ops::InferArgs args{node.op->self, node.attributes, types, host, output_types};
  if (node.op->is_view != nullptr && node.op->is_view(args)) {
    std::memcpy(views[0].data, inputs[0].data, inputs[0].bytes());
    return outputs;
  }
  const auto known = ops::propagate(*node.op, node.attributes, types, host, output_types);
  for (size_t i = 0; i < known.size(); ++i) {
    TRTLIKE_ASSERT(known[i], "elements of '", node.name, "' (", node.op->name, ")");
    ops::write_host_elements(*known[i], views[i]);
  }
  return outputs;
}

}  // namespace trtlike::optimizer
