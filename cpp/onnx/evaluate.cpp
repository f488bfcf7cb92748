// Runs references over constants and known shapes, with a memory of what was computed.
#include "onnx/evaluate.h"

#include <map>
#include <memory>

#include "core/os/memory.h"
#include "core/shape.h"
#include "ops/host_values.h"

namespace trtlike::onnx {
namespace {

/// What is further away is taken for unknown: the walk is a recursion, and made anew for each
/// question.
constexpr int kMaxDepth = 256;
constexpr size_t kMaxValues = 4096;

struct Known {
  core::TensorView view;
  std::shared_ptr<const void> owner;
};

class Evaluation {
 public:
  explicit Evaluation(const ir::Graph& graph) : graph_(graph) {}

  /// Null when the value is not known.
  const Known* find(ir::ValueId id) {
    const auto found = known_.find(id);
    if (found != known_.end()) return found->second.view.data != nullptr ? &found->second : nullptr;
    known_[id] = {};
    if (depth_ >= kMaxDepth || known_.size() > kMaxValues) return nullptr;
    const ir::Value& value = graph_.value(id);
    if (value.constant) {
      known_[id] = {ir::constant_view(graph_, id), value.constant->data};
    } else if (core::is_static(value.type.dims) &&
               core::elems(value.type.dims) <= ops::kMaxKnownElements) {
      ++depth_;
      if (!use_host(id) && value.producer) run(value.producer);
      --depth_;
    }
    const Known& result = known_[id];
    return result.view.data != nullptr ? &result : nullptr;
  }

 private:
  Known allocate(const ops::TensorType& type) const {
    const size_t bytes = core::dtype_bytes(type.dtype, core::elems(type.dims));
    auto owner = core::allocate_shared(std::max<size_t>(bytes, 8));
    return {{owner.get(), type.dtype, type.dims}, owner};
  }

  bool use_host(ir::ValueId id) {
    const ir::Value& value = graph_.value(id);
    if (!ops::is_known(value.host)) return false;
    const Known known = allocate(value.type);
    ops::write_host_elements(*value.host, known.view);
    known_[id] = known;
    return true;
  }

  void run(ir::NodeId id) {
    const ir::Node& node = graph_.node(id);
    if (node.op->reference == nullptr || !ops::is_repeatable(*node.op, node.attributes)) return;
    std::vector<core::TensorView> inputs, outputs;
    for (const ir::ValueId input : node.inputs) {
      if (!input) {
        inputs.push_back({nullptr, DataType::Float, Dims::unknown_rank()});
        continue;
      }
      const Known* known = find(input);
      if (known == nullptr) return;
      inputs.push_back(known->view);
    }
    std::vector<Known> results;
    for (const ir::ValueId output : node.outputs) {
      const ops::TensorType& type = graph_.value(output).type;
      if (!core::is_static(type.dims) || core::elems(type.dims) > ops::kMaxKnownElements) return;
      results.push_back(allocate(type));
      outputs.push_back(results.back().view);
    }
    node.op->reference({node.op->self, node.attributes, inputs, outputs});
    for (size_t i = 0; i < results.size(); ++i) known_[node.outputs[i]] = results[i];
  }

  const ir::Graph& graph_;
  std::map<ir::ValueId, Known> known_;
  int depth_ = 0;
};

}  // namespace

std::optional<std::vector<double>> evaluate(const ir::Graph& graph, ir::ValueId value) {
  if (graph.value(value).constant) return ir::constant_elements(graph, value);
  Evaluation evaluation(graph);
  const Known* known = evaluation.find(value);
  if (known == nullptr) return std::nullopt;
  std::vector<double> elements;
  for (int64_t i = 0; i < known->view.elems(); ++i) elements.push_back(known->view.at(i));
  return elements;
}

}  // namespace trtlike::onnx
