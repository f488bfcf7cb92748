// Evaluates recipes.
#include "engine/recipes/refit.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "core/bytes.h"
#include "core/check.h"
#include "core/os/memory.h"
#include "engine/plan_format.h"
#include "kernels/convert_elements.h"
#include "ops/evaluate.h"

namespace trtlike::engine {
namespace {

using core::TensorView;

/// What follows from what.
class Dependencies {
 public:
  explicit Dependencies(const PlanRecipes& recipes)
      : recipes_(recipes), steps_(recipes.values.size(), -1) {
    for (size_t s = 0; s < recipes.steps.size(); ++s)
      for (const int32_t output : recipes.steps[s].outputs)
        if (output >= 0) steps_[static_cast<size_t>(output)] = static_cast<int32_t>(s);
  }

  /// The step that computes a value; null for others.
  const RecipeStep* step(int32_t value) const {
    const int32_t s = steps_[static_cast<size_t>(value)];
    return s < 0 ? nullptr : &recipes_.steps[static_cast<size_t>(s)];
  }

  /// Marks what the value follows from, itself included.
  void mark(int32_t value, std::vector<bool>& marked) const {
    std::vector<int32_t> open{value};
    while (!open.empty()) {
      const int32_t at = open.back();
      open.pop_back();
      if (marked[static_cast<size_t>(at)]) continue;
      marked[static_cast<size_t>(at)] = true;
      const RecipeValue& v = recipes_.values[static_cast<size_t>(at)];
      if (v.source == RecipeSource::View) open.push_back(v.of);
      const RecipeStep* from = v.source == RecipeSource::Computed ? step(at) : nullptr;
      if (from == nullptr) continue;
      for (const int32_t input : from->inputs)
        if (input >= 0) open.push_back(input);
    }
  }

  /// The weights that a target's value follows from.
  std::vector<size_t> weights(const RecipeTarget& target) const {
    std::vector<bool> marked(recipes_.values.size(), false);
    mark(target.value, marked);
    std::vector<size_t> out;
    for (size_t i = 0; i < marked.size(); ++i)
      if (marked[i] && recipes_.values[i].source == RecipeSource::Weights)
        out.push_back(static_cast<size_t>(recipes_.values[i].of));
    return out;
  }

 private:
  const PlanRecipes& recipes_;
  std::vector<int32_t> steps_;
};

class Evaluation {
 public:
  Evaluation(const LoadedPlan& loaded, std::span<const void* const> weights)
      : recipes_(loaded.plan.recipes),
        constants_(loaded.constants),
        weights_(weights),
        known_(recipes_.values.size()) {}

  /// All values that are marked.
  void run(const std::vector<bool>& marked) {
    for (const RecipeStep& step : recipes_.steps) {
      const bool is_needed = std::any_of(step.outputs.begin(), step.outputs.end(), [&](int32_t o) {
        return o >= 0 && marked[static_cast<size_t>(o)];
      });
      if (is_needed) compute(step);
    }
  }

  TensorView view(int32_t index) const {
    const RecipeValue& value = recipes_.values[static_cast<size_t>(index)];
    return {const_cast<void*>(data(index)), value.dtype, value.dims};
  }

 private:
  const void* data(int32_t index) const {
    const RecipeValue& value = recipes_.values[static_cast<size_t>(index)];
    switch (value.source) {
      case RecipeSource::Weights:
        return weights_[static_cast<size_t>(value.of)];
      case RecipeSource::Literal:
        return constants_ + value.literal.offset;
      case RecipeSource::View:
        return data(value.of);
      case RecipeSource::Computed:
        break;
    }
    return known_[static_cast<size_t>(index)].get();
  }

  void compute(const RecipeStep& step) {
    const ops::OpDefinition& op = ops::get_op(step.op);
    std::vector<TensorView> inputs;
    for (const int32_t input : step.inputs)
      inputs.push_back(input < 0 ? TensorView{nullptr, DataType::Float, Dims::unknown_rank()}
                                 : view(input));
    try {
      check_types(step, ops::evaluated_types(op, step.attributes, inputs));
      const std::vector<ops::OwnedTensor> outputs = ops::evaluate(op, step.attributes, inputs);
      for (size_t i = 0; i < step.outputs.size(); ++i)
        if (step.outputs[i] >= 0) known_[static_cast<size_t>(step.outputs[i])] = outputs[i].data;
    } catch (const UserError& e) {
      throw PlanError(core::str("[engine] recipes, step (", step.op, "): ", e.what()));
    }
  }

  void check_types(const RecipeStep& step, const std::vector<ops::TensorType>& types) const {
    bool fits = types.size() == step.outputs.size();
    for (size_t i = 0; fits && i < types.size(); ++i) {
      if (step.outputs[i] < 0) continue;
      const RecipeValue& value = recipes_.values[static_cast<size_t>(step.outputs[i])];
      fits = types[i].dtype == value.dtype && types[i].dims == value.dims;
    }
    if (!fits)
      throw PlanError(core::str("[engine] recipes, step (", step.op,
                                "): expected the outputs that the plan says, got others."));
  }

  const PlanRecipes& recipes_;
  const std::byte* constants_;
  std::span<const void* const> weights_;
  std::vector<std::shared_ptr<void>> known_;
};

void check_fits_half(const TensorView& view, const std::string& name) {
  constexpr double kLargestHalf = 65504;
  for (int64_t i = 0; i < view.elems(); ++i)
    TRTLIKE_CHECK(!(std::fabs(view.at(i)) > kLargestHalf) || std::isinf(view.at(i)),
                  "[refitter] weights '", name, "': expected numbers up to ", kLargestHalf,
                  ", which the plan's halves hold, got ", view.at(i),
                  ". Set weights_validation to False to take infinity for it.");
}

void store(const TensorView& from, const RecipeTarget& target, std::byte* to) {
  const kernels::TensorDesc& desc = target.desc;
  const size_t bytes = desc.bytes();
  const bool is_same = desc.dtype == from.dtype && desc.layout == kernels::Layout::Linear &&
                       !(desc.quantization && core::is_float(from.dtype));
  if (bytes == 0) return;
  if (is_same) {
    std::memcpy(to, from.data, bytes);
  } else {
    std::memcpy(to, kernels::convert_elements(from.data, from.dtype, desc).get(), bytes);
  }
}

std::string name_of(const PlanWeights& weights) {
  return weights.name.empty() && !weights.uses.empty() ? weights.uses[0].layer : weights.name;
}

}  // namespace

std::vector<size_t> missing_weights(const LoadedPlan& loaded, const std::vector<bool>& given) {
  const PlanRecipes& recipes = loaded.plan.recipes;
  const Dependencies dependencies(recipes);
  std::vector<bool> missing(recipes.weights.size(), false);
  for (const RecipeTarget& target : recipes.targets) {
    const std::vector<size_t> needed = dependencies.weights(target);
    const bool is_touched =
        !loaded.has_weights() ||
        std::any_of(needed.begin(), needed.end(), [&](size_t w) { return given[w]; });
    for (const size_t w : needed) missing[w] = missing[w] || (is_touched && !given[w]);
  }
  std::vector<size_t> out;
  for (size_t w = 0; w < missing.size(); ++w)
    if (missing[w]) out.push_back(w);
  return out;
}

std::shared_ptr<const LoadedPlan> refit(const LoadedPlan& loaded,
                                        std::span<const void* const> weights, bool validates) {
  const PlanRecipes& recipes = loaded.plan.recipes;
  const Dependencies dependencies(recipes);
  std::vector<const RecipeTarget*> touched;
  std::vector<bool> marked(recipes.values.size(), false);
  for (const RecipeTarget& target : recipes.targets) {
    const std::vector<size_t> needed = dependencies.weights(target);
    if (std::none_of(needed.begin(), needed.end(), [&](size_t w) { return weights[w] != nullptr; }))
      continue;
    touched.push_back(&target);
    dependencies.mark(target.value, marked);
  }
  Evaluation evaluation(loaded, weights);
  evaluation.run(marked);

  auto out = std::make_shared<LoadedPlan>();
  const std::shared_ptr<void> memory =
      core::allocate_shared(std::max<size_t>(loaded.constants_bytes, 1));
  auto* to = static_cast<std::byte*>(memory.get());
  std::memcpy(to, loaded.constants, loaded.there_bytes);
  std::memset(to + loaded.there_bytes, 0, loaded.constants_bytes - loaded.there_bytes);
  for (const RecipeTarget* target : touched) {
    const TensorView view = evaluation.view(target->value);
    if (validates && target->desc.dtype == DataType::Half && view.dtype != DataType::Half)
      check_fits_half(view, name_of(recipes.weights[dependencies.weights(*target)[0]]));
    store(view, *target, to + target->range.offset);
  }
  static_cast<PlanBytes&>(*out) = loaded;
  out->plan = loaded.plan;
  out->refitted = memory;
  out->constants = to;
  out->there_bytes = loaded.constants_bytes;
  load_parts(*out);
  check_truth_values(*out);
  return out;
}

std::shared_ptr<HostMemory> serialize(const LoadedPlan& loaded, Serialized how) {
  const PlanRecipes& recipes = loaded.plan.recipes;
  const bool can_choose = !recipes.empty() && loaded.has_weights();
  const bool excludes = can_choose && how == Serialized::WithoutWeights;
  if (can_choose && how == Serialized::WithoutRecipes) {
    Plan plan = loaded.plan;
    plan.recipes = {};
    const std::shared_ptr<const void> constants(std::shared_ptr<const void>(), loaded.constants);
    return write_plan(plan, {{{0, loaded.constants_bytes}, constants}});
  }
  if (!excludes && loaded.refitted == nullptr)
    return std::make_shared<HostMemory>(loaded.bytes, loaded.num_bytes);
  const auto* from = static_cast<const char*>(loaded.bytes.get());
  Header header;
  std::memcpy(&header, from, sizeof header);
  header.constants_bytes = excludes ? recipes.kept_bytes : loaded.constants_bytes;
  header.file_bytes = header.constants_offset + header.constants_bytes;
  const std::shared_ptr<void> memory = core::allocate_shared(header.file_bytes);
  auto* bytes = static_cast<char*>(memory.get());
  std::memcpy(bytes, from, header.constants_offset);
  std::memcpy(bytes + header.constants_offset, loaded.constants, header.constants_bytes);
  seal_plan(bytes, header);
  return std::make_shared<HostMemory>(memory, header.file_bytes);
}

}  // namespace trtlike::engine
