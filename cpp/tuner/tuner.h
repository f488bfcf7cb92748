// Chooses tactics, layouts and precisions for a sequence of problems by measuring, over the whole
// graph at once.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernels/tactic.h"
#include "trtlike/algorithm_selector.h"
#include "trtlike/logger.h"
#include "trtlike/timing_cache.h"

namespace trtlike::tuner {

struct Format {
  DataType dtype = DataType::Float;
  kernels::Layout layout = kernels::Layout::Linear;
  core::Quantization quantization = {};
  bool operator==(const Format&) const = default;

  /// A tensor of these extents in this format.
  kernels::TensorDesc desc(const Dims& dims) const {
    return {.dtype = dtype, .dims = dims, .layout = layout, .quantization = quantization};
  }
};

/// A tensor of the graph that is tuned.
struct TunedValue {
  std::string name;
  DataType dtype = DataType::Float;
  /// Concrete extents, one for each shape the graph is tuned at (the opt shapes of the profiles).
  std::vector<Dims> dims;
  const void* constant = nullptr;
  /// Network inputs and outputs: the caller's format, which must be kept.
  bool fixed = false;
  Format fixed_format;
  /// Extents as they are at every run, -1 where they vary. Empty: `dims` are all there are.
  Dims declared;
  /// Further concrete extents that tactics must take, and are not timed at (the ends of the
  /// profiles); as many for all values.
  std::vector<Dims> limits;
  /// The type that it is stored in whatever precision its neighbours compute in: they convert.
  std::optional<DataType> stored;
  /// What elements stand for where the value is stored in a type of quantized tensors.
  core::Quantization quantization;

  Format format(DataType type, kernels::Layout layout) const {
    const bool quantized = core::is_quantized_storage(type);
    return {type, layout, quantized ? quantization : core::Quantization()};
  }
};

struct TunedNode {
  const ops::OpDefinition* op = nullptr;
  const ops::Attributes* attributes = nullptr;
  std::string name;
  std::vector<int> inputs;  ///< indices of values, -1 absent
  std::vector<int> outputs;
  /// Element types that the floating-point operands may take; empty: their own.
  std::vector<DataType> precisions;
  /// What to take where no tactic computes in `precisions`; empty: that is an error.
  std::vector<DataType> fallback;
  /// As Options::strict, for this node.
  bool is_strict = false;
  /// Views and steps that run on the host cost nothing and are not chosen for.
  bool is_view = false;
  /// The extents that are known of its operands do not go together: no tactic is chosen, and a run
  /// takes the first that does.
  bool is_untimed = false;
  /// Computed by graphs of its own: operands are in the network's types, linear.
  bool has_regions = false;
};

struct TunedGraph {
  std::vector<TunedValue> values;
  std::vector<TunedNode> nodes;  ///< topological order
};

struct Options {
  int level = 3;  ///< 0: first that fits; 3: likely ones; 5: all
  int max_tactics = -1;
  int min_repeats = 1;
  int64_t workspace_limit = -1;
  int64_t sources = -1;  ///< bits 1 << Source
  int threads = 1;
  bool strict = false;
  bool error_on_cache_miss = false;
  Logger* logger = nullptr;
  TimingCache* cache = nullptr;
  /// The cache gets one entry a problem that says what was chosen, and is obeyed.
  bool editable_cache = false;
  AlgorithmSelector* selector = nullptr;
  bool reject_empty_selections = false;
  /// Told of each node; false cancels.
  std::function<bool(int done, int total)> progress;
  /// Asked before each sample; false cancels.
  std::function<bool()> go_on;
  /// Measures one prepared problem in ms; tests replace it to choose without a clock.
  std::function<double(const kernels::Tactic&, const kernels::Problem&)> timer;
};

/// What was chosen for a node: the tactic and the format of each operand.
struct Choice {
  const kernels::Tactic* tactic = nullptr;
  std::vector<Format> inputs;
  std::vector<Format> outputs;
  double time_ms = 0;  ///< 0 where nothing was measured
  std::string runner_up;
  double runner_up_ms = 0;
  /// Why other tactics refuse, where references alone compute the node; "" where there are none.
  std::optional<std::string> last_resort;
};

struct Result {
  std::vector<Choice> choices;  ///< one a node; tactic is null for views
  int measured = 0;  ///< how many (problem, tactic) pairs were timed rather than remembered
  /// The selector's questions, and what was chosen of their candidates.
  std::vector<AlgorithmContext> asked;
  std::vector<Algorithm> answered;
};

/// Throws UnsupportedError naming the node, with each tactic's refusal, when nothing computes it.
Result choose(const TunedGraph& graph, const Options& options);

}  // namespace trtlike::tuner
