// TreeEnsemble on tables of 32-bit numbers: slices of rows, each of which walks through the trees.
#include <algorithm>
#include <cmath>

#include "kernels/slicing.h"
#include "kernels/tactic_list.h"
#include "ops/shapes/tree_shape.h"

namespace trtlike::kernels {
namespace {

using namespace ops;
using Aggregate = TreeAggregate;

/// Rows that go through a tree together.
constexpr int64_t kBlock = 64;

struct Tables {
  const int32_t *features, *rules, *children, *roots, *ends, *targets;
  const float *splits, *weights;
};

/// A target's sum, or least or largest weight so far.
struct Score {
  double value;
  bool is_empty;
};

class TreeWalk final : public Kernel {
 public:
  explicit TreeWalk(const Problem& problem)
      : width_(problem.inputs[kX].dims[1]),
        nodes_(problem.inputs[kFeatures].dims[0]),
        trees_(core::elems(problem.inputs[kRoots].dims)),
        leaves_(core::elems(problem.inputs[kEnds].dims)),
        entries_(core::elems(problem.inputs[kWeights].dims)),
        targets_(problem.outputs[0].dims[1]),
        aggregate_(problem.attributes->get_enum<Aggregate>("aggregate")),
        // A tree takes about as long as a hundred elements that are only added.
        rows_(cut(problem.inputs[kX].dims[0], trees_ * 100, problem.threads)) {
    slices_ = {rows_.count};
    scratch_bytes_ = static_cast<size_t>(kBlock * targets_) * sizeof(Score);
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    const auto ints = [&](TreeInput i) { return static_cast<const int32_t*>(args.inputs[i]); };
    const Tables t{ints(kFeatures),
                   ints(kRules),
                   ints(kChildren),
                   ints(kRoots),
                   ints(kEnds),
                   ints(kTargets),
                   static_cast<const float*>(args.inputs[kSplits]),
                   static_cast<const float*>(args.inputs[kWeights])};
    const auto [begin, end] = rows_.range(slice);
    for (int64_t row = begin; row < end; row += kBlock)
      run_block(args, t, row, std::min(kBlock, end - row));
  }

 private:
  /// Each tree in turn takes all rows of the block: its nodes stay in the first-level cache.
  void run_block(const RunArgs& args, const Tables& t, int64_t first, int64_t rows) const {
    auto* scores = static_cast<Score*>(args.scratch);
    const float* x = static_cast<const float*>(args.inputs[kX]) + first * width_;
    std::fill_n(scores, rows * targets_, Score{0, true});
    for (int64_t tree = 0; tree < trees_; ++tree)
      for (int64_t row = 0; row < rows; ++row)
        add(t, find_leaf(t, t.roots[tree], x + row * width_), scores + row * targets_);
    float* out = static_cast<float*>(args.outputs[0]) + first * targets_;
    const double divisor = aggregate_ == Aggregate::Average ? static_cast<double>(trees_) : 1.0;
    for (int64_t i = 0; i < rows * targets_; ++i)
      out[i] = static_cast<float>(scores[i].value / divisor);
  }

  /// -1 where links lead nowhere or in circles.
  int64_t find_leaf(const Tables& t, int64_t at, const float* x) const {
    for (int64_t step = 0; step <= nodes_; ++step) {
      if (at < 0) return -1 - at < leaves_ ? -1 - at : -1;
      if (at >= nodes_) return -1;
      const int32_t feature = t.features[at];
      if (feature < 0 || feature >= width_) return -1;
      at = t.children[2 * at + (holds(t.rules[at], x[feature], t.splits[at]) ? 0 : 1)];
    }
    return -1;
  }

  void add(const Tables& t, int64_t leaf, Score* scores) const {
    if (leaf < 0) return;
    const int64_t begin = leaf == 0 ? 0 : std::max(0, t.ends[leaf - 1]);
    const int64_t end = std::min<int64_t>(t.ends[leaf], entries_);
    for (int64_t i = begin; i < end; ++i) {
      const int32_t target = t.targets[i];
      if (target < 0 || target >= targets_) continue;
      Score& score = scores[target];
      const auto weight = static_cast<double>(t.weights[i]);
      const bool is_sum = aggregate_ == Aggregate::Sum || aggregate_ == Aggregate::Average;
      if (is_sum)
        score.value += weight;
      else if (score.is_empty ||
               (aggregate_ == Aggregate::Min ? weight < score.value : weight > score.value))
        score.value = weight;
      score.is_empty = false;
    }
  }

  int64_t width_, nodes_, trees_, leaves_, entries_, targets_;
  Aggregate aggregate_;
  Slicing rows_;
};

std::optional<std::string> refuse(const Problem& problem) {
  const auto differs = [&](const TensorDesc& desc, DataType type) {
    return desc.dtype != type || desc.layout != Layout::Linear;
  };
  for (const size_t i : {kX, kSplits, kWeights})
    if (differs(problem.inputs[i], DataType::Float))
      return core::str("needs linear f32, got ", problem.inputs[i].to_string());
  for (const size_t i : {kFeatures, kRules, kChildren, kRoots, kEnds, kTargets})
    if (differs(problem.inputs[i], DataType::Int32))
      return core::str("needs linear s32, got ", problem.inputs[i].to_string());
  if (differs(problem.outputs[0], DataType::Float)) return "needs a linear output in f32";
  return std::nullopt;
}

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<TreeWalk>(problem);
}

}  // namespace

TRTLIKE_DEFINE_TACTIC(tree_walk) = {.refuse = refuse, .prepare = prepare};

}  // namespace trtlike::kernels
