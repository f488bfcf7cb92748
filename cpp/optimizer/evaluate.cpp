// Shapes by the op's rule, elements by its reference.
#include "optimizer/evaluate.h"

#include <algorithm>
#include <cstring>

#include "core/check.h"
#include "core/os/memory.h"

namespace trtlike::optimizer {
namespace {

/// Elements of integer tensors, which shape rules may need.
ops::HostValue host_elements(const core::TensorView& view) {
  constexpr int64_t kMaxElems = 4096;
  if (view.dims.rank() < 0 || view.elems() > kMaxElems) return std::nullopt;
  if (!core::is_host_type(view.dtype)) return std::nullopt;
  std::vector<int64_t> out;
  core::dispatch_dtype(view.dtype, "host value", [&](auto tag) {
    using T = decltype(tag);
    if constexpr (std::is_integral_v<T>)
      for (int64_t i = 0; i < view.elems(); ++i)
        out.push_back(static_cast<int64_t>(view.as<T>()[i]));
  });
  return out;
}

OwnedTensor allocate(const ops::TensorType& type) {
  TRTLIKE_ASSERT(core::is_static(type.dims), "concrete output shape ", type.dims);
  const size_t bytes = core::dtype_bytes(type.dtype, core::elems(type.dims));
  OwnedTensor tensor{core::allocate_shared(std::max<size_t>(bytes, 1)), {}};
  tensor.view = {tensor.data.get(), type.dtype, type.dims};
  return tensor;
}

void write_host(const ops::HostValue& host, const core::TensorView& view) {
  core::dispatch_dtype(view.dtype, "host value", [&](auto tag) {
    using T = decltype(tag);
    if constexpr (std::is_integral_v<T>)
      for (size_t i = 0; i < host->size(); ++i) view.as<T>()[i] = static_cast<T>((*host)[i]);
  });
}

}  // namespace

std::vector<OwnedTensor> evaluate_node(const ir::Node& node,
                                       std::span<const core::TensorView> inputs) {
  std::vector<ops::TensorType> types, output_types;
  std::vector<ops::HostValue> host;
  for (const core::TensorView& input : inputs) {
    types.push_back({input.dtype, input.dims});
    host.push_back(host_elements(input));
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
    write_host(known[i], views[i]);
  }
  return outputs;
}

}  // namespace trtlike::optimizer
