// Reading and packing the elements of constants.
#include <algorithm>

#include "core/os/memory.h"
#include "ir/graph.h"
#include "ir/patch.h"
#include "ops/elements.h"

namespace trtlike::ir {

core::TensorView constant_view(const Graph& graph, ValueId id) {
  if (!id || !graph.value(id).constant || graph.value(id).constant->may_change) return {};
  const Value& value = graph.value(id);
  return {const_cast<void*>(value.constant->data.get()), value.type.dtype, value.type.dims};
}

std::optional<std::vector<double>> constant_elements(const Graph& graph, ValueId id,
                                                     int64_t max_elems) {
  if (!id || !graph.value(id).constant || graph.value(id).constant->may_change) return std::nullopt;
  const core::TensorView view = constant_view(graph, id);
  if (view.elems() > max_elems) return std::nullopt;
  return ops::read_elements(view);
}

std::optional<double> constant_scalar(const Graph& graph, ValueId id) {
  const auto elements = constant_elements(graph, id);
  if (!elements || elements->empty()) return std::nullopt;
  const double first = elements->front();
  const bool same = std::all_of(elements->begin(), elements->end(),
                                [&](double element) { return element == first; });
  return same ? std::optional<double>(first) : std::nullopt;
}

ConstantData make_constant_data(DataType dtype, const std::vector<double>& elements) {
  const auto count = static_cast<int64_t>(elements.size());
  const size_t bytes = core::dtype_bytes(dtype, count);
  const std::shared_ptr<void> data = core::allocate_shared(std::max<size_t>(bytes, 1));
  ops::write_elements(elements, {data.get(), dtype, {count}});
  return {data, bytes};
}

}  // namespace trtlike::ir
