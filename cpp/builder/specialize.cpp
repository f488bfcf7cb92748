// Inference at a profile's shapes, with guesses where it ends.
#include "builder/specialize.h"

#include <algorithm>

#include "core/check.h"
#include "core/shape.h"
#include "ir/node_args.h"

namespace trtlike::builder {
namespace {

class Specializer {
 public:
  Specializer(ir::Graph& graph, Specialized& out, Guess guess, bool is_region)
      : graph_(graph), out_(out), guess_(guess), is_region_(is_region) {}

  void run() {
    for (const ir::NodeId id : graph_.topological_order()) infer(id);
  }

 private:
  void infer(ir::NodeId id) {
    const ir::Node& node = graph_.node(id);
    const bool is_guess =
        is_region_ || std::any_of(node.inputs.begin(), node.inputs.end(),
                                  [&](auto input) { return input && guessed_.contains(input); });
    if (is_guess) guessed_.insert(node.outputs.begin(), node.outputs.end());
    try {
      graph_.infer_node(id);
      if (guess_ == Guess::Bound && node.op->bound_extents != nullptr) bound_extents(id);
    } catch (const Error&) {
      if (!is_guess) throw;
      out_.contradictory.insert(id);
    }
    for (const ir::ValueId output : node.outputs)
      if (!core::is_static(graph_.value(output).type.dims)) guess_extents(id, output);
  }

  void bound_extents(ir::NodeId id) {
    const ir::Node& node = graph_.node(id);
    ir::NodeArgs operands(graph_, node);
    const ops::InferArgs args = operands.args();
    if (!ops::bound_extents(*node.op, args)) return;
    out_.guessed.insert(id);
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      graph_.mutable_value(node.outputs[i]).type.dims = args.outputs[i].dims;
      guessed_.insert(node.outputs[i]);
    }
  }

  void guess_extents(ir::NodeId id, ir::ValueId output) {
    const ir::Node& node = graph_.node(id);
    guessed_.insert(output);
    out_.guessed.insert(id);
    Dims& dims = graph_.mutable_value(output).type.dims;
    const Dims of_input = node.inputs.empty() || !node.inputs[0]
                              ? Dims::unknown_rank()
                              : graph_.value(node.inputs[0]).type.dims;
    if (node.op->is_view != nullptr && of_input.rank() >= 0) {
      if (!keep_count(core::elems(of_input), dims)) out_.contradictory.insert(id);
      return;
    }
    for (int axis = 0; axis < dims.rank(); ++axis) {
      if (dims[axis] >= 0) continue;
      const bool is_bounded = of_input.rank() == dims.rank();
      dims[axis] = guess_ == Guess::One ? 1 : is_bounded ? of_input[axis] : kLikelyExtent;
    }
  }

  /// The first unknown extent makes up for the others; false where none does.
  static bool keep_count(int64_t count, Dims& dims) {
    int64_t known = 1;
    int first = -1;
    for (int axis = dims.rank(); axis-- > 0;) {
      if (dims[axis] < 0) {
        first = axis;
        dims[axis] = 1;
      }
      known *= dims[axis];
    }
    if (first >= 0 && known > 0) dims[first] = count / known;
    return core::elems(dims) == count;
  }

  ir::Graph& graph_;
  Specialized& out_;
  const Guess guess_;
  const bool is_region_;
  /// Values whose extents or elements follow from guesses.
  std::set<ir::ValueId> guessed_;
};

Specialized specialize_graph(const ir::Graph& graph, const engine::PlanProfile& profile,
                             Selector selector, Guess guess, bool is_region) {
  Specialized out{graph.clone(), {}, {}};
  const auto which = static_cast<size_t>(selector);
  for (const ir::ValueId id : out.graph.inputs()) {
    ir::Value& input = out.graph.mutable_value(id);
    input.type.dims = profile.shapes.at(input.name)[which];
    const auto values = profile.shape_values.find(input.name);
    if (values != profile.shape_values.end()) input.host = values->second[which];
  }
  Specializer(out.graph, out, guess, is_region).run();
  return out;
}

}  // namespace

Specialized specialize(const ir::Graph& graph, const engine::PlanProfile& profile,
                       Selector selector, Guess guess) {
  return specialize_graph(graph, profile, selector, guess, false);
}

Specialized specialize_region(const ir::Graph& region, const engine::PlanProfile& profile,
                              Selector selector, Guess guess) {
  return specialize_graph(region, profile, selector, guess, true);
}

}  // namespace trtlike::builder
