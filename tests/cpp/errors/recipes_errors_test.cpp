// What recipes of a plan that can be refitted may not be.
#include <cstring>

#include "engine/plan_format.h"
#include "engine/recipes/refit.h"
#include "errors/refusals.h"
#include "support/damaged_plan.h"
#include "support/refittable_plan.h"

namespace trtlike::test {
namespace {

using engine::Plan;
using engine::RecipeSource;

RefusalCase with(const char* name, void (*change)(Plan&), const std::string& sentence) {
  return {name,
          [change] {
            PlanMaker maker = refittable_plan();
            change(maker.plan);
            maker.bytes();
          },
          "PlanError: [engine] recipes, " + sentence};
}

const RefusalCase kRecipes[] = {
    with(
        "dtype", [](Plan& p) { p.recipes.values[0].dtype = static_cast<DataType>(99); },
        "value 0, element type: expected the number of a DataType, got 99."),
    with(
        "extents", [](Plan& p) { p.recipes.values[0].dims = {-1}; },
        "value 0, dimensions: expected known extents, got [-1]."),
    with(
        "role", [](Plan& p) { p.recipes.weights[0].uses[0].role = static_cast<WeightsRole>(9); },
        "weights 'w', layer 'layer': expected a role from 0 to 5, got 9."),
    with(
        "weights_index", [](Plan& p) { p.recipes.values[0].of = 1; },
        "value 0: expected the index of one of 1 weights, got 1."),
    with(
        "weights_count", [](Plan& p) { p.recipes.weights[0].count = 4; },
        "value 0: expected the 4 elements of weights 'w', got 3."),
    with(
        "literal", [](Plan& p) { p.recipes.values[1].literal.offset = 1 << 20; },
        "value 1, range: expected one with its elements inside 64 bytes, got offset 1048576 and 12 "
        "bytes."),
    with(
        "view", [](Plan& p) { p.recipes.values[3].of = 3; },
        "value 3: expected a view of an earlier value, got 3."),
    with(
        "view_type", [](Plan& p) { p.recipes.values[3].dtype = DataType::Half; },
        "value 3: expected a view of as many elements of its type, got [3] for [1, 3]."),
    with(
        "source", [](Plan& p) { p.recipes.values[3].source = static_cast<RecipeSource>(4); },
        "value 3, source: expected a value from 0 to 3, got 4."),
    with(
        "index", [](Plan& p) { p.recipes.steps[0].inputs[0] = 9; },
        "step (ElementWise), input: expected the index of one of 4 values, got 9."),
    with(
        "random",
        [](Plan& p) {
          p.recipes.steps[0].op = "Fill";
          p.recipes.steps[0].attributes =
              ops::complete_attributes(ops::get_op("Fill"), {{"operation", int64_t{1}}});
        },
        "step (Fill): expected an op that always gives the same, got another."),
    with(
        "input", [](Plan& p) { p.recipes.steps[0].inputs[0] = 3; },
        "step (ElementWise), input: expected a value that is computed before, got 3."),
    with(
        "output", [](Plan& p) { p.recipes.steps[0].outputs[0] = 1; },
        "step (ElementWise), output: expected a value that nothing else computes, got 1."),
    with(
        "target", [](Plan& p) { p.recipes.steps.clear(); },
        "target: expected a value that is computed, got 3."),
    with(
        "layout", [](Plan& p) { p.recipes.targets[0].desc.layout = kernels::Layout::ChannelsLast; },
        "target, layout: expected one of extents [1, 3], got 1."),
    with(
        "elements", [](Plan& p) { p.recipes.targets[0].desc.dims = {4}; },
        "target: expected 4 elements, got [1, 3]."),
    with(
        "quantization",
        [](Plan& p) {
          p.recipes.targets[0].desc.quantization = core::Quantization::per_channel(7, {1, 1});
        },
        "target, quantization: expected one of such elements, got another."),
    with(
        "range", [](Plan& p) { p.recipes.targets[0].range.offset = 0; },
        "target, range: expected one with its elements from 64 to 76, got offset 0 and 12 bytes."),
    with(
        "kept",
        [](Plan& p) {
          p.values.push_back(p.values[2]);
          p.values.back().constant.bytes = 11;
          p.values.back().dims = {2};
        },
        "constant 'c': expected constants inside 64 bytes, or those of a target, got offset 64 and "
        "11 bytes."),
};

INSTANTIATE_TEST_SUITE_P(Recipes, Refusals, testing::ValuesIn(kRecipes), case_name<RefusalCase>);

TEST(Recipes, of_regions_are_the_plans) {
  PlanMaker maker = refittable_plan();
  maker.plan.regions.push_back(maker.plan);
  EXPECT_EQ(sentence_of([&] { maker.bytes(); }),
            "PlanError: [engine] region, recipes: expected none beside those of the plan, got "
            "some.");
}

TEST(Recipes, may_lack_all_targets_or_none) {
  const auto whole = refittable_plan().bytes();
  std::string bytes(static_cast<const char*>(whole->data()), whole->nbytes() - 4);
  engine::Header header;
  std::memcpy(&header, bytes.data(), sizeof header);
  header.constants_bytes -= 4;
  header.file_bytes -= 4;
  std::memcpy(bytes.data(), &header, sizeof header);
  mend_checksum(bytes);
  EXPECT_EQ(sentence_of([&] { engine::read_plan(copy_of(bytes), bytes.size()); }),
            "PlanError: [engine] plan constants: expected all 76 bytes, or 64 without those that "
            "are refitted, got 72.");
}

TEST(Recipes, must_compute_what_the_plan_says) {
  const auto refit = [](PlanMaker& maker) {
    const float w[] = {1, 2, 3};
    const void* const weights[] = {w};
    return sentence_of([&] { engine::refit(*maker.loaded(), weights, true); });
  };
  PlanMaker wider = refittable_plan();
  wider.plan.recipes.values[2].dims = {1, 3};
  EXPECT_EQ(refit(wider),
            "PlanError: [engine] recipes, step (ElementWise): expected the outputs that the plan "
            "says, got others.");
  PlanMaker fewer = refittable_plan();
  fewer.plan.recipes.steps[0].inputs = {0};
  EXPECT_NE(refit(fewer).find("PlanError: [engine] recipes, step (ElementWise): "),
            std::string::npos);
}

TEST(Recipes, refit_and_serialize) {
  PlanMaker maker = refittable_plan();
  const auto loaded = maker.loaded();
  const float w[] = {5, 6, 7};
  const void* const weights[] = {w};
  EXPECT_TRUE(engine::missing_weights(*loaded, {false}).empty());
  const auto light = engine::serialize(*loaded, engine::Serialized::WithoutWeights);
  EXPECT_EQ(light->nbytes() + 12, loaded->num_bytes);
  const auto lacking = engine::read_plan(light->owner(), light->nbytes());
  EXPECT_FALSE(lacking->has_weights());
  EXPECT_EQ(engine::missing_weights(*lacking, {false}), std::vector<size_t>{0});
  for (const auto& from : {loaded, lacking}) {
    const auto refitted = engine::refit(*from, weights, true);
    const auto* c = reinterpret_cast<const float*>(refitted->constants + 64);
    EXPECT_EQ(std::vector<float>(c, c + 3), (std::vector<float>{10, 12, 14}));
    const auto bytes = engine::serialize(*refitted, engine::Serialized::AsItIs);
    const auto again = engine::read_plan(bytes->owner(), bytes->nbytes());
    EXPECT_TRUE(again->has_weights());
    EXPECT_EQ(engine::print_plan(again->plan), engine::print_plan(loaded->plan));
  }
  const auto plain = engine::serialize(*loaded, engine::Serialized::WithoutRecipes);
  EXPECT_TRUE(engine::read_plan(plain->owner(), plain->nbytes())->plan.recipes.empty());
}

}  // namespace
}  // namespace trtlike::test
