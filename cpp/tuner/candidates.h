// The ways in which one node could run: formats of its operands, and the tactics that take them.
#pragma once

#include <vector>

#include "tuner/refusals.h"
#include "tuner/tuner.h"

namespace trtlike::tuner {

/// One assignment of formats to a node's operands, with what computes it.
struct Assignment {
  std::vector<Format> inputs;
  std::vector<Format> outputs;
  std::vector<const kernels::Tactic*> tactics;
  /// One problem for each shape that the graph is tuned at.
  std::vector<kernels::Problem> problems;
  /// Some operand takes fewer bytes than its value's own type.
  bool narrow = false;
};

/// True when input `i` holds weights that a tactic packs from the network's own elements, whatever
/// its activations are.
bool is_weights(const TunedGraph& graph, const TunedNode& node, size_t i);

/// Elements of a constant operand in another format. `owner` keeps converted elements alive.
struct ConvertedConstants {
  std::vector<std::shared_ptr<void>> owners;
  const void* get(const TunedValue& value, const Format& format);
};

/// Every assignment that some tactic takes at every shape. `refusals` collects why others do not;
/// those that need another CPU say nothing.
std::vector<Assignment> list_assignments(const TunedGraph& graph, const TunedNode& node,
                                         const Options& options, ConvertedConstants& constants,
                                         std::vector<Refusal>& refusals);

/// Choice::last_resort of a node with these assignments.
std::optional<std::string> find_last_resort(const std::vector<Assignment>& assignments,
                                            std::vector<Refusal> refusals);

/// The problem of converting a value from one format to another, at one of the shapes.
kernels::Problem reformat_problem(const TunedValue& value, size_t shape, const Format& from,
                                  const Format& to, int threads);

/// True when both layouts store the same bytes for this value: one channel, or one pixel.
bool same_bytes(const TunedValue& value, const Format& a, const Format& b);

/// Dense row-major elements of a constant in `from` as dense elements in `to` (another type, or
/// channels last).
std::shared_ptr<void> convert_constant(const void* data, const Dims& dims, DataType from,
                                       const Format& to);

}  // namespace trtlike::tuner
