// Shapes by the op's rule, elements by its reference.
#include "ops/evaluate.h"

#include <algorithm>
#include <cstring>

#include "core/check.h"
#include "core/os/memory.h"
#include "ops/host_values.h"

namespace trtlike::ops {
namespace {

OwnedTensor allocate(const TensorType& type) {
  TRTLIKE_ASSERT(core::is_static(type.dims), "concrete output shape ", type.dims);
  const size_t bytes = core::dtype_bytes(type.dtype, core::elems(type.dims));
  OwnedTensor tensor{core::allocate_shared(std::max<size_t>(bytes, 1)), {}};
  tensor.view = {tensor.data.get(), type.dtype, type.dims};
  return tensor;
}

struct Inferred {
  std::vector<TensorType> inputs, outputs;
  std::vector<HostValue> host;
};

Inferred infer_types(const OpDefinition& op, const Attributes& attributes,
                     std::span<const core::TensorView> inputs) {
  Inferred inferred;
  for (const core::TensorView& input : inputs) {
    inferred.inputs.push_back({input.dtype, input.dims});
    inferred.host.push_back(known_elements(input));
  }
  infer(op, attributes, inferred.inputs, inferred.host, inferred.outputs);
  return inferred;
}

}  // namespace

std::vector<TensorType> evaluated_types(const OpDefinition& op, const Attributes& attributes,
                                        std::span<const core::TensorView> inputs) {
  return infer_types(op, attributes, inputs).outputs;
}

std::vector<OwnedTensor> evaluate(const OpDefinition& op, const Attributes& attributes,
                                  std::span<const core::TensorView> inputs) {
  const Inferred inferred = infer_types(op, attributes, inputs);
  std::vector<TensorType> types = inferred.outputs;
  std::vector<OwnedTensor> outputs;
  std::vector<core::TensorView> views;
  for (const TensorType& type : types) {
    outputs.push_back(allocate(type));
    views.push_back(outputs.back().view);
  }
  if (op.reference != nullptr) {
    op.reference({op.self, attributes, inputs, views});
    return outputs;
  }
  const InferArgs args{op.self, attributes, inferred.inputs, inferred.host, types};
  if (op.is_view != nullptr && op.is_view(args)) {
    std::memcpy(views[0].data, inputs[0].data, inputs[0].bytes());
    return outputs;
  }
  const auto known = propagate(op, attributes, inferred.inputs, inferred.host, types);
  for (size_t i = 0; i < known.size(); ++i) {
    TRTLIKE_ASSERT(known[i], "elements of an output of ", op.name);
    write_host_elements(*known[i], views[i]);
  }
  return outputs;
}

}  // namespace trtlike::ops
