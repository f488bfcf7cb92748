// The plan, its literal and its target.
#include "support/refittable_plan.h"

namespace trtlike::test {

using engine::RecipeSource;

PlanMaker refittable_plan() {
  PlanMaker maker;
  const int32_t x = maker.input("x", {1, 3});
  const int32_t two = maker.constant("two", {3}, DataType::Float, {2, 2, 2});
  const int32_t c = maker.constant("c", {1, 3}, DataType::Float, {2, 4, 6});
  maker.output(maker.step("ElementWise", "sum", {x, c}, {{"op", int64_t{0}}}), "y");
  engine::PlanRecipes& recipes = maker.plan.recipes;
  const engine::BlobRange kept = maker.plan.values[static_cast<size_t>(two)].constant,
                          target = maker.plan.values[static_cast<size_t>(c)].constant;
  recipes.weights = {{"w", DataType::Float, 3, 0, {{"layer", WeightsRole::Kernel}}}};
  recipes.values = {{RecipeSource::Weights, DataType::Float, {3}, 0, {}},
                    {RecipeSource::Literal, DataType::Float, {3}, -1, kept},
                    {RecipeSource::Computed, DataType::Float, {3}, -1, {}},
                    {RecipeSource::View, DataType::Float, {1, 3}, 2, {}}};
  recipes.steps = {{"ElementWise",
                    ops::complete_attributes(ops::get_op("ElementWise"), {{"op", int64_t{1}}}),
                    {0, 1},
                    {2}}};
  recipes.targets = {{3, {.dtype = DataType::Float, .dims = {1, 3}}, target}};
  recipes.kept_bytes = target.offset;
  return maker;
}

}  // namespace trtlike::test
