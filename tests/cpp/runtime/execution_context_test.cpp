// Contexts: runs, shapes, addresses, profiles, and what they say when something is missing.
#include "trtlike/execution_context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "support/make_plan.h"
#include "trtlike/error.h"

namespace trtlike {
namespace {

using test::PlanMaker;
using test::ramp;
using test::Runner;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr int64_t kRelu = 0, kSum = 0, kProd = 1, kInt64 = 8;

/// y = relu(x) + x, with a dynamic first extent of 1 to 8.
PlanMaker dynamic_plan() {
  PlanMaker maker;
  const int32_t x = maker.input("x", {-1, 3});
  const int32_t relu = maker.step("Activation", "relu", {x}, {{"type", kRelu}});
  maker.output(maker.step("ElementWise", "sum", {relu, x}, {{"op", kSum}}), "y");
  maker.profile().shapes["x"] = {Dims{1, 3}, Dims{4, 3}, Dims{8, 3}};
  return maker;
}

TEST(ExecutionContext, computes_what_the_ops_say) {
  PlanMaker maker = dynamic_plan();
  Runner runner(maker.context());
  runner.input("x", {2, 3}, {1, -2, 3, -4, 5, -6});
  EXPECT_THAT(runner.run("y"), ElementsAre(2, -2, 6, -4, 10, -6));
  EXPECT_EQ(runner.context()->tensor_shape("y"), (Dims{2, 3}));
}

TEST(ExecutionContext, alternating_shapes_give_the_same_numbers_again) {
  PlanMaker maker = dynamic_plan();
  Runner runner(maker.context());
  for (int round = 0; round < 3; ++round) {
    for (int64_t rows = 1; rows <= 8; ++rows) {
      runner.input("x", {rows, 3}, ramp(rows * 3));
      EXPECT_EQ(runner.run("y"), ramp(rows * 3, 2));
    }
  }
}

TEST(ExecutionContext, dimensions_of_one_name_must_be_equal) {
  PlanMaker maker;
  const int32_t x = maker.input("x", {-1, 3}), y = maker.input("y", {-1, 3});
  maker.plan.bindings[0].dimension_names = maker.plan.bindings[1].dimension_names = {"rows", ""};
  maker.output(maker.step("ElementWise", "sum", {x, y}, {{"op", kSum}}), "z");
  Runner runner(maker.context());
  runner.input("x", {2, 3}, ramp(6)).input("y", {2, 3}, ramp(6));
  EXPECT_EQ(runner.run("z"), ramp(6, 2));
  ASSERT_TRUE(runner.context()->set_input_shape("y", {1, 3}));
  EXPECT_FALSE(runner.context()->execute_async_v3(0));
  EXPECT_THAT(maker.logger->text,
              HasSubstr("[runtime] tensor 'y', dimension 0 'rows': expected 2 as in tensor 'x', "
                        "got 1."));
  EXPECT_THROW(runner.context()->infer_shapes(), UserError);
}

/// A truth value is any byte other than 0.
TEST(ExecutionContext, truth_values_of_the_caller_are_bytes) {
  for (const char* tactic : {"reference", ""}) {
    PlanMaker maker;
    const int32_t b = maker.input("b", {40}, DataType::Bool), x = maker.input("x", {40});
    const int32_t none = maker.constant("none", {1}, DataType::Float, {0});
    maker.output(maker.step("Select", "select", {b, x, none}, {}, tactic), "y");
    maker.output(maker.step("Cast", "cast", {b}, {{"to_type", int64_t{0}}}, tactic), "z");
    const auto context = maker.context();
    std::vector<uint8_t> bytes(40, 0);
    bytes[1] = 1;
    bytes[2] = 2;
    bytes[39] = 255;
    std::vector<float> ones = ramp(40, 0, 7), y(40), z(40);
    for (const auto& [name, address] : std::map<std::string, void*>{
             {"b", bytes.data()}, {"x", ones.data()}, {"y", y.data()}, {"z", z.data()}})
      context->set_tensor_address(name, address);
    ASSERT_TRUE(context->execute_async_v3(0)) << maker.logger->text;
    for (const size_t i : {1, 2, 39}) {
      EXPECT_EQ(y[i], 7) << i << tactic;
      EXPECT_EQ(z[i], 1) << i << tactic;
    }
    EXPECT_EQ(y[3], 0);
  }
}

TEST(ExecutionContext, a_shape_outside_the_profile_is_refused_with_the_range) {
  PlanMaker maker = dynamic_plan();
  const auto context = maker.context();
  EXPECT_FALSE(context->set_input_shape("x", {9, 3}));
  EXPECT_THAT(maker.logger->text,
              HasSubstr("[runtime] tensor 'x', dimension 0: expected a value in [1, 8], got 9."));
  EXPECT_FALSE(context->set_input_shape("x", {2, 4}));
  EXPECT_THAT(maker.logger->text, HasSubstr("tensor 'x', dimension 1: expected 3, got 4."));
  EXPECT_FALSE(context->set_input_shape("x", {2}));
  EXPECT_THAT(maker.logger->text, HasSubstr("tensor 'x': expected rank 2 as in [-1, 3], got [2]."));
  EXPECT_FALSE(context->set_input_shape("y", {2, 3}));
  EXPECT_THAT(maker.logger->text, HasSubstr("tensor 'y': expected an input, got an output."));
}

TEST(ExecutionContext, unknown_names_list_what_there_is) {
  PlanMaker maker = dynamic_plan();
  const auto context = maker.context();
  EXPECT_FALSE(context->set_tensor_address("z", nullptr));
  EXPECT_THAT(maker.logger->text,
              HasSubstr("[runtime] tensor name: expected one of 'x', 'y', got 'z'."));
  EXPECT_THROW(context->tensor_shape("z"), UserError);
  EXPECT_THROW(context->engine()->tensor_name(2), UserError);
}

TEST(ExecutionContext, a_run_without_shape_or_address_says_which) {
  PlanMaker maker = dynamic_plan();
  const auto context = maker.context();
  EXPECT_FALSE(context->all_binding_shapes_specified());
  EXPECT_THAT(context->infer_shapes(), ElementsAre("x"));
  EXPECT_FALSE(context->execute_async_v3(0));
  EXPECT_THAT(maker.logger->text, HasSubstr("[runtime] tensor 'x': expected its shape"));
  EXPECT_EQ(context->tensor_shape("y"), (Dims{-1, 3}));
  EXPECT_TRUE(context->set_input_shape("x", {2, 3}));
  EXPECT_TRUE(context->all_binding_shapes_specified());
  EXPECT_THAT(context->infer_shapes(), ElementsAre());
  EXPECT_EQ(context->tensor_shape("y"), (Dims{2, 3}));
  EXPECT_FALSE(context->execute_async_v3(0));
  EXPECT_THAT(maker.logger->text,
              HasSubstr("[runtime] tensor 'x': expected an address, got none. Call "
                        "set_tensor_address first."));
  EXPECT_FALSE(context->execute_v2({nullptr}));
  EXPECT_THAT(maker.logger->text, HasSubstr("execute_v2: expected 2 addresses"));
}

TEST(ExecutionContext, execute_v2_takes_addresses_in_order) {
  PlanMaker maker = dynamic_plan();
  const auto context = maker.context();
  std::vector<float> x = {1, -1, 2}, y(3);
  EXPECT_TRUE(context->set_input_shape("x", {1, 3}));
  EXPECT_TRUE(context->execute_v2({x.data(), y.data()}));
  EXPECT_THAT(y, ElementsAre(2, -1, 4));
  EXPECT_EQ(context->tensor_address("y"), y.data());
}

TEST(ExecutionContext, switching_the_profile_forgets_shapes) {
  PlanMaker maker = dynamic_plan();
  maker.profile().shapes["x"] = {Dims{16, 3}, Dims{16, 3}, Dims{32, 3}};
  const auto context = maker.context();
  EXPECT_EQ(context->engine()->num_optimization_profiles(), 2);
  EXPECT_TRUE(context->set_input_shape("x", {2, 3}));
  EXPECT_TRUE(context->set_optimization_profile_async(1, 0));
  EXPECT_EQ(context->active_optimization_profile(), 1);
  EXPECT_EQ(context->tensor_shape("x"), (Dims{-1, 3}));
  EXPECT_FALSE(context->set_input_shape("x", {2, 3}));
  EXPECT_TRUE(context->set_input_shape("x", {20, 3}));
  EXPECT_FALSE(context->set_optimization_profile_async(2, 0));
  EXPECT_THAT(maker.logger->text,
              HasSubstr("[runtime] optimization profile: expected an index from 0 to 1, got 2."));
}

TEST(ExecutionContext, bindings_are_read_and_written_in_place) {
  PlanMaker maker = dynamic_plan();
  const auto context = maker.context();
  // Addresses that are aligned to nothing but the element.
  std::vector<float> x(8 * 3 + 1), y(8 * 3 + 1);
  EXPECT_TRUE(context->set_input_shape("x", {8, 3}));
  EXPECT_TRUE(context->set_tensor_address("x", x.data() + 1));
  EXPECT_TRUE(context->set_tensor_address("y", y.data() + 1));
  // relu_output alone needs memory, and shares the caller's output where its tactic allows.
  EXPECT_LE(context->memory_size(), 128);
  for (float value : {1.0f, 5.0f}) {
    std::fill(x.begin(), x.end(), value);
    EXPECT_TRUE(context->execute_async_v3(0));
    EXPECT_EQ(y[0], 0);
    EXPECT_EQ(y[1], 2 * value);
    EXPECT_EQ(y[24], 2 * value);
  }
}

TEST(ExecutionContext, empty_tensors_need_no_address) {
  PlanMaker maker;
  const int32_t x = maker.input("x", {-1, 3});
  maker.output(maker.step("Activation", "relu", {x}, {{"type", kRelu}}), "y");
  const auto context = maker.context();
  EXPECT_TRUE(context->set_input_shape("x", {0, 3}));
  EXPECT_TRUE(context->execute_async_v3(0));
  EXPECT_EQ(context->tensor_shape("y"), (Dims{0, 3}));
  EXPECT_EQ(context->max_output_size("y"), 0);
}

TEST(ExecutionContext, two_contexts_run_in_two_threads) {
  PlanMaker maker = dynamic_plan();
  const auto engine = maker.engine();
  const auto work = [&](int64_t seed) {
    Runner runner(engine->create_execution_context(engine));
    for (int round = 0; round < 200; ++round) {
      const int64_t rows = 1 + (seed + round) % 8;
      runner.input("x", {rows, 3}, ramp(rows * 3, static_cast<float>(seed)));
      ASSERT_EQ(runner.run("y"), ramp(rows * 3, 2 * static_cast<float>(seed)));
    }
  };
  std::thread other(work, 1);
  work(2);
  other.join();
}

TEST(ExecutionContext, a_model_that_asks_for_more_memory_than_there_is_fails_by_name) {
  PlanMaker maker;
  const int32_t x = maker.input("x", {-1, -1});
  const int32_t relu = maker.step("Activation", "relu", {x}, {{"type", kRelu}});
  const int32_t cast = maker.step("Cast", "widen", {relu}, {{"to_type", kInt64}});
  maker.output(maker.step("Cast", "narrow", {cast}, {{"to_type", int64_t{0}}}), "y");
  const auto context = maker.context();
  EXPECT_TRUE(context->set_input_shape("x", {1 << 20, 1 << 22}));
  EXPECT_FALSE(context->execute_async_v3(0));
  EXPECT_THAT(maker.logger->text, HasSubstr("[runtime] memory: expected at most the "));
  EXPECT_THAT(maker.logger->text, HasSubstr("The largest tensor is 'widen_output'"));
  EXPECT_TRUE(context->set_input_shape("x", {int64_t{1} << 30, int64_t{1} << 30}));
  EXPECT_FALSE(context->execute_async_v3(0));
  EXPECT_THAT(maker.logger->text, HasSubstr("expected at most 2^48 elements"));
}

}  // namespace
}  // namespace trtlike
