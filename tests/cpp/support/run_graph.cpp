// The reference executor.
#include "support/run_graph.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "core/check.h"
#include "ir/patch.h"

namespace trtlike::test {

using ops::OwnedTensor;

OwnedTensor make_tensor(DataType dtype, const Dims& dims, const std::vector<double>& elements) {
  const ir::ConstantData data = ir::make_constant_data(dtype, elements);
  const auto owned = std::const_pointer_cast<void>(data.data);
  return {owned, {owned.get(), dtype, dims}};
}

std::vector<double> random_elements(int64_t count, uint32_t seed) {
  std::mt19937 generator(seed);
  std::vector<double> elements(static_cast<size_t>(count));
  for (double& element : elements)
    element = static_cast<double>(generator() % 20001) / 10000.0 - 1.0;
  return elements;
}

OwnedTensor random_tensor(DataType dtype, const Dims& dims, uint32_t seed) {
  std::vector<double> elements = random_elements(core::elems(dims), seed);
  if (!core::is_float(dtype))
    for (double& element : elements)
      element = std::floor((element + 1) * (dtype == DataType::Bool ? 0.999 : 1.999));
  return make_tensor(dtype, dims, elements);
}

std::map<std::string, OwnedTensor> run_graph(const ir::Graph& graph,
                                             const std::map<std::string, OwnedTensor>& inputs) {
  std::map<ir::ValueId, core::TensorView> views;
  std::vector<OwnedTensor> memory;
  for (const ir::ValueId id : graph.inputs()) views[id] = inputs.at(graph.value(id).name).view;
  const auto view_of = [&](ir::ValueId id) {
    if (!id) return core::TensorView{nullptr, DataType::Float, Dims::unknown_rank()};
    if (graph.value(id).constant) return ir::constant_view(graph, id);
    return views.at(id);
  };
  for (const ir::NodeId id : graph.topological_order()) {
    const ir::Node& node = graph.node(id);
    if (graph.value(node.outputs[0]).constant) continue;
    std::vector<core::TensorView> arguments;
    for (const ir::ValueId input : node.inputs) arguments.push_back(view_of(input));
    std::vector<OwnedTensor> results = ops::evaluate(*node.op, node.attributes, arguments);
    for (size_t i = 0; i < results.size(); ++i) {
      views[node.outputs[i]] = results[i].view;
      memory.push_back(std::move(results[i]));
    }
  }
  std::map<std::string, OwnedTensor> outputs;
  for (const ir::ValueId id : graph.outputs()) {
    const core::TensorView view = view_of(id);
    const auto owner = std::find_if(memory.begin(), memory.end(),
                                    [&](const OwnedTensor& t) { return t.view.data == view.data; });
    outputs[graph.value(id).name] = {owner == memory.end() ? nullptr : owner->data, view};
  }
  return outputs;
}

void expect_same_outputs(const ir::Graph& expected, const ir::Graph& actual, double tolerance,
                         int64_t unknown_extent) {
  std::map<std::string, OwnedTensor> inputs;
  uint32_t seed = 1;
  for (const ir::ValueId id : expected.inputs()) {
    const ir::Value& value = expected.value(id);
    Dims dims = value.type.dims;
    for (int i = 0; i < dims.rank(); ++i)
      if (dims[i] < 0) dims[i] = unknown_extent;
    inputs[value.name] = random_tensor(value.type.dtype, dims, seed++);
  }
  const auto want = run_graph(expected, inputs), have = run_graph(actual, inputs);
  ASSERT_EQ(want.size(), have.size());
  for (const auto& [name, tensor] : want) {
    ASSERT_TRUE(have.contains(name)) << name << "\n" << actual.to_string();
    const core::TensorView &a = tensor.view, &b = have.at(name).view;
    ASSERT_EQ(a.dtype, b.dtype) << name;
    ASSERT_EQ(a.dims, b.dims) << name << " " << a.dims.to_string() << " " << b.dims.to_string();
    double largest = 1e-3, difference = 0;
    for (int64_t i = 0; i < a.elems(); ++i) {
      largest = std::max(largest, std::abs(a.at(i)));
      const double d = std::abs(a.at(i) - b.at(i));
      difference =
          std::isnan(d) && !(std::isnan(a.at(i)) && std::isnan(b.at(i))) && a.at(i) != b.at(i)
              ? INFINITY
              : std::max(difference, std::isnan(d) ? 0 : d);
    }
    EXPECT_LE(difference, tolerance * largest) << name << "\n" << actual.to_string();
  }
}

std::string op_names(const ir::Graph& graph) {
  std::vector<std::string> names;
  for (const ir::NodeId id : graph.topological_order()) names.emplace_back(graph.node(id).op->name);
  return core::join(names, " ");
}

}  // namespace trtlike::test
