// Costs of steps whose operands are special: gathers, packed weights, aliases.
#include "engine/step_cost.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/make_plan.h"

namespace trtlike {
namespace {

using nlohmann::json;
using test::PlanMaker;

json layers(PlanMaker& maker) {
  const auto context = maker.context();
  return json::parse(
      context->engine()->engine_information(LayerInformationFormat::Json, context.get()))["Layers"];
}

TEST(StepCost, a_gather_reads_what_it_gathers) {
  PlanMaker maker;
  const int32_t x = maker.input("x", {1000, 4});
  const int32_t rows = maker.input("rows", {3}, DataType::Int32);
  maker.output(maker.step("Gather", "gather", {x, rows}), "y");
  // Three rows of four floats in and out, and three indices.
  EXPECT_EQ(layers(maker)[0]["Bytes"], 3 * 16 * 2 + 12);
  EXPECT_EQ(layers(maker)[0]["Operations"], 0);
}

TEST(StepCost, a_value_read_twice_counts_once) {
  PlanMaker maker;
  const int32_t x = maker.input("x", {10});
  maker.output(maker.step("ElementWise", "square", {x, x}), "y");
  EXPECT_EQ(layers(maker)[0]["Bytes"], 80);
  EXPECT_EQ(layers(maker)[0]["Operations"], 10);
}

TEST(StepCost, a_view_costs_nothing) {
  PlanMaker maker;
  const int32_t x = maker.input("x", {2, 5});
  const int32_t y = maker.step("ElementWise", "sum", {x, x});
  const int32_t flat = maker.step("Identity", "same", {y}, {}, "");
  maker.output(maker.step("ElementWise", "again", {flat, flat}), "y");
  EXPECT_EQ(layers(maker)[1]["Bytes"], 0);
  EXPECT_EQ(layers(maker)[2]["Bytes"], 80);
}

}  // namespace
}  // namespace trtlike
