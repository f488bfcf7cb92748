// The order of a plan's constants, and the recipes of those that follow from weights.
#include <map>
#include <string>
#include <tuple>

#include "builder/assemble.h"
#include "core/bytes.h"
#include "core/check.h"
#include "core/os/memory.h"

namespace trtlike::builder {
namespace {

using engine::RecipeSource;

/// Offsets from here on count from the end of what is kept.
constexpr uint64_t kBehind = uint64_t{1} << 62;

/// Recipes of constants as lists, each value once.
class RecipeWriter {
 public:
  RecipeWriter(engine::PlanRecipes& out, ConstantSection& section, const WeightsUses& uses)
      : out_(out), section_(section), uses_(uses) {}

  /// The index of the value with the constant's elements.
  int32_t value_of(const ir::Constant& constant) {
    if (constant.data.recipe == nullptr) return literal(constant);
    const int32_t made = value_of(*constant.data.recipe, constant.data);
    const auto& [dtype, dims] = constant.type;
    if (out_.values[static_cast<size_t>(made)].dims == dims) return made;
    const auto [known, is_new] = views_.try_emplace({made, dims.to_string()}, -1);
    if (is_new) known->second = add({RecipeSource::View, dtype, dims, made, {}});
    return known->second;
  }

 private:
  int32_t add(engine::RecipeValue value) {
    out_.values.push_back(std::move(value));
    return static_cast<int32_t>(out_.values.size()) - 1;
  }

  int32_t literal(const ir::Constant& constant) {
    const auto& [dtype, dims] = constant.type;
    const auto [known, is_new] =
        literals_.try_emplace({constant.data.data.get(), dtype, dims.to_string()}, -1);
    if (is_new)
      known->second =
          add({RecipeSource::Literal, dtype, dims, -1,
               section_.add(constant.data.data, core::dtype_bytes(dtype, core::elems(dims)))});
    return known->second;
  }

  int32_t value_of(const ir::Recipe& recipe, const ir::ConstantData& data) {
    const auto known = values_.find(&recipe);
    if (known != values_.end()) return known->second;
    const auto& [dtype, dims] = recipe.type;
    if (recipe.weights != nullptr)
      return values_[&recipe] =
                 add({RecipeSource::Weights, dtype, dims, weights_of(recipe, data), {}});
    engine::RecipeStep step;
    step.op = recipe.op->name;
    step.attributes = recipe.attributes;
    for (const auto& input : recipe.inputs) step.inputs.push_back(input ? value_of(*input) : -1);
    const int32_t made = add({RecipeSource::Computed, dtype, dims, -1, {}});
    step.outputs.resize(ops::count_outputs(*recipe.op, recipe.attributes), -1);
    step.outputs[recipe.output] = made;
    out_.steps.push_back(std::move(step));
    return values_[&recipe] = made;
  }

  int32_t weights_of(const ir::Recipe& recipe, const ir::ConstantData& data) {
    const auto [known, is_new] = weights_.try_emplace(recipe.weights.get(), -1);
    if (!is_new) return known->second;
    engine::PlanWeights weights;
    weights.name = recipe.weights->name;
    weights.dtype = recipe.type.dtype;
    weights.count = core::elems(recipe.type.dims);
    if (uses_.are_identical)
      weights.checksum =
          core::checksum(data.data.get(), core::dtype_bytes(weights.dtype, weights.count));
    const auto uses = uses_.by_weights.find(recipe.weights.get());
    if (uses != uses_.by_weights.end()) weights.uses = uses->second;
    out_.weights.push_back(std::move(weights));
    return known->second = static_cast<int32_t>(out_.weights.size()) - 1;
  }

  engine::PlanRecipes& out_;
  ConstantSection& section_;
  const WeightsUses& uses_;
  std::map<const ir::Recipe*, int32_t> values_;
  std::map<const ir::NamedWeights*, int32_t> weights_;
  std::map<std::tuple<const void*, DataType, std::string>, int32_t> literals_;
  std::map<std::pair<int32_t, std::string>, int32_t> views_;
};

void move_behind(engine::BlobRange& range, uint64_t kept) {
  if (range.offset >= kBehind) range.offset = range.offset - kBehind + kept;
}

void move_behind(engine::Plan& plan, uint64_t kept) {
  for (engine::PlanValue& value : plan.values) move_behind(value.constant, kept);
  for (engine::Plan& region : plan.regions) move_behind(region, kept);
}

}  // namespace

engine::BlobRange ConstantSection::add(std::shared_ptr<const void> data, size_t bytes) {
  const engine::BlobRange range{end_, bytes};
  end_ = core::align_up(end_ + bytes);
  constants_.push_back({range, std::move(data)});
  return range;
}

engine::BlobRange ConstantSection::add(std::shared_ptr<const void> data, const ir::Constant& source,
                                       const kernels::TensorDesc& desc) {
  const engine::BlobRange range{kBehind + sources_end_, desc.bytes()};
  sources_end_ = core::align_up(sources_end_ + range.bytes);
  sources_.push_back({source, desc, {range, std::move(data)}});
  return range;
}

std::vector<engine::PlanConstant> ConstantSection::finish(engine::Plan& plan,
                                                          const WeightsUses& uses) {
  RecipeWriter writer(plan.recipes, *this, uses);
  for (const Source& source : sources_)
    plan.recipes.targets.push_back(
        {writer.value_of(source.constant), source.desc, source.stored.range});
  const uint64_t kept = end_;
  plan.recipes.kept_bytes = kept;
  for (engine::RecipeTarget& target : plan.recipes.targets) move_behind(target.range, kept);
  move_behind(plan, kept);
  for (Source& source : sources_) {
    move_behind(source.stored.range, kept);
    constants_.push_back(std::move(source.stored));
  }
  sources_.clear();
  return std::move(constants_);
}

}  // namespace trtlike::builder
