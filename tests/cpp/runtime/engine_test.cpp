// Loading plans, what engines tell about themselves, and the inspector.
#include "trtlike/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include "core/os/files.h"
#include "engine/plan.h"
#include "support/gain_op.h"
#include "support/make_plan.h"
#include "trtlike/error.h"
#include "trtlike/runtime.h"

namespace trtlike {
namespace {

using Format = LayerInformationFormat;
using nlohmann::json;
using test::PlanMaker;
using testing::ElementsAre;
using testing::HasSubstr;

PlanMaker small_plan() {
  PlanMaker maker;
  const int32_t x = maker.input("x", {-1, 2, 4, 4});
  const int32_t c = maker.constant("c", {1, 2, 1, 1}, DataType::Float, {1, 2});
  const int32_t sum = maker.step("ElementWise", "sum", {x, c}, {{"op", int64_t{0}}});
  maker.output(maker.step("Pooling", "pool", {sum}, {{"window_size", std::vector<int64_t>{2, 2}}}),
               "y");
  maker.plan.steps[1].metadata = "[ONNX Layer: pool]";
  maker.profile().shapes["x"] = {Dims{1, 2, 4, 4}, Dims{2, 2, 4, 4}, Dims{8, 2, 4, 4}};
  return maker;
}

TEST(Engine, answers_about_its_tensors) {
  PlanMaker maker = small_plan();
  const auto engine = maker.engine();
  EXPECT_EQ(engine->name(), "hand-made");
  EXPECT_EQ(engine->num_io_tensors(), 2);
  EXPECT_EQ(engine->num_layers(), 2);
  EXPECT_EQ(engine->num_optimization_profiles(), 1);
  EXPECT_EQ(engine->tensor_name(1), "y");
  EXPECT_TRUE(engine->has_tensor("x"));
  EXPECT_FALSE(engine->has_tensor("sum_output"));
  EXPECT_EQ(engine->tensor_mode("x"), TensorIOMode::Input);
  EXPECT_EQ(engine->tensor_mode("y"), TensorIOMode::Output);
  EXPECT_EQ(engine->tensor_shape("y"), (Dims{-1, 2, 3, 3}));
  EXPECT_EQ(engine->tensor_dtype("x"), DataType::Float);
  EXPECT_EQ(engine->tensor_location("x"), TensorLocation::Device);
  EXPECT_EQ(engine->tensor_format("x"), TensorFormat::Linear);
  EXPECT_EQ(engine->tensor_profile_shape("x", 0)[2], (Dims{8, 2, 4, 4}));
  EXPECT_EQ(engine->tensor_profile_shape("y", 0)[2].rank(), -1);
  EXPECT_THROW(engine->tensor_profile_shape("x", 1), UserError);
  EXPECT_THROW(engine->tensor_dtype("z"), UserError);
  EXPECT_EQ(engine->weights_size(), 8);
  // sum_output at batch 8: 8 * 2 * 4 * 4 floats.
  EXPECT_EQ(engine->device_memory_size(), 1024);
  EXPECT_EQ(engine->device_memory_size_for_profile(0), 1024);
}

TEST(Engine, a_plan_without_profiles_has_one_that_is_implied) {
  PlanMaker maker = small_plan();
  maker.plan.profiles.clear();
  const auto engine = maker.engine();
  EXPECT_EQ(engine->num_optimization_profiles(), 1);
  EXPECT_EQ(engine->tensor_profile_shape("x", 0)[0], (Dims{-1, 2, 4, 4}));
  const auto context = engine->create_execution_context(engine);
  EXPECT_TRUE(context->set_input_shape("x", {100, 2, 4, 4}));
}

TEST(Engine, channels_last_bindings_are_hwc_with_their_strides) {
  PlanMaker maker = small_plan();
  maker.layout(0, kernels::Layout::ChannelsLast);
  maker.plan.steps[0].tactic = "pointwise_portable";
  const auto context = maker.context();
  EXPECT_EQ(context->engine()->tensor_format("x"), TensorFormat::HWC);
  EXPECT_TRUE(context->set_input_shape("x", {2, 2, 4, 4}));
  EXPECT_EQ(context->tensor_strides("x"), (Dims{32, 1, 8, 2}));
  EXPECT_EQ(context->tensor_strides("y"), (Dims{18, 9, 3, 1}));
  EXPECT_EQ(context->max_output_size("y"), 2 * 18 * 4);
}

TEST(Engine, serializing_gives_the_bytes_it_was_loaded_from) {
  PlanMaker maker = small_plan();
  const auto bytes = maker.bytes(), again = maker.engine()->serialize();
  ASSERT_EQ(again->nbytes(), bytes->nbytes());
  EXPECT_EQ(std::memcmp(again->data(), bytes->data(), bytes->nbytes()), 0);
}

TEST(Runtime, misaligned_bytes_are_copied_and_aligned_ones_used_in_place) {
  PlanMaker maker = small_plan();
  const auto bytes = maker.bytes();
  Runtime runtime(maker.logger);
  const auto in_place = runtime.deserialize_cuda_engine(bytes->owner(), bytes->nbytes());
  ASSERT_NE(in_place, nullptr);
  EXPECT_EQ(in_place->serialize()->data(), bytes->data());
  const auto shifted = std::make_shared<std::vector<char>>(bytes->nbytes() + 1);
  std::memcpy(shifted->data() + 1, bytes->data(), bytes->nbytes());
  const auto copied =
      runtime.deserialize_cuda_engine({shifted, shifted->data() + 1}, bytes->nbytes());
  ASSERT_NE(copied, nullptr);
  EXPECT_EQ(std::memcmp(copied->serialize()->data(), bytes->data(), bytes->nbytes()), 0);
}

TEST(Runtime, files_are_mapped) {
  PlanMaker maker = small_plan();
  const auto bytes = maker.bytes();
  const std::string path = testing::TempDir() + "trtlike_engine_test.plan";
  core::write_file(path, bytes->data(), bytes->nbytes());
  Runtime runtime(maker.logger);
  const auto engine = runtime.load_engine_file(path);
  ASSERT_NE(engine, nullptr);
  test::Runner runner(engine->create_execution_context(engine));
  runner.input("x", {1, 2, 4, 4}, test::ramp(32));
  EXPECT_EQ(runner.run("y")[0], 6);
  std::remove(path.c_str());
  EXPECT_EQ(runtime.load_engine_file(path), nullptr);
  EXPECT_THAT(maker.logger->text, HasSubstr("while loading '" + path + "'"));
}

TEST(Runtime, refused_bytes_give_null_and_a_log_line) {
  const auto logger = std::make_shared<test::RecordingLogger>();
  Runtime runtime(logger);
  const auto bytes = std::make_shared<std::string>(1000, 'x');
  EXPECT_EQ(runtime.deserialize_cuda_engine({bytes, bytes->data()}, bytes->size()), nullptr);
  EXPECT_THAT(logger->text, HasSubstr("while loading a plan: [engine] plan magic: "));
  EXPECT_EQ(runtime.deserialize_cuda_engine(nullptr, 0), nullptr);
}

TEST(Runtime, a_plan_of_another_machine_loads_with_a_warning) {
  PlanMaker maker = small_plan();
  maker.plan.fingerprint = "a machine of 1985";
  const auto bytes = maker.bytes();
  EXPECT_NE(Runtime(maker.logger).deserialize_cuda_engine(bytes->owner(), bytes->nbytes()),
            nullptr);
  EXPECT_THAT(maker.logger->text, HasSubstr("got one for a machine of 1985. It runs; rebuild"));
}

TEST(Inspector, detailed_layers_are_objects_with_the_keys_of_TensorRT) {
  PlanMaker maker = small_plan();
  const auto engine = maker.engine();
  const json all = json::parse(engine->engine_information(Format::Json, nullptr));
  ASSERT_EQ(all["Layers"].size(), 2u);
  EXPECT_EQ(all["Bindings"], (json{"x", "y"}));
  const json& pool = all["Layers"][1];
  EXPECT_EQ(pool["Name"], "pool");
  EXPECT_EQ(pool["LayerType"], "Pooling");
  EXPECT_EQ(pool["ParameterType"], "Pooling");
  EXPECT_EQ(pool["WindowSize"], (json{2, 2}));
  EXPECT_EQ(pool["Inputs"][0]["Name"], "sum_output");
  EXPECT_EQ(pool["Inputs"][0]["Location"], "Device");
  EXPECT_EQ(pool["Inputs"][0]["Dimensions"], (json{-1, 2, 4, 4}));
  EXPECT_EQ(pool["Inputs"][0]["Format/Datatype"], "Row major linear FP32");
  EXPECT_EQ(pool["TacticName"], "reference");
  EXPECT_EQ(pool["StreamId"], 0);
  EXPECT_EQ(pool["Metadata"], "[ONNX Layer: pool]");
  EXPECT_EQ(json::parse(engine->layer_information(1, Format::Json, nullptr)), pool);
  EXPECT_EQ(engine->layer_information(1, Format::OneLine, nullptr),
            "Layer(Pooling): pool, Tactic: reference, sum_output (FP32[-1, 2, 4, 4]) -> "
            "pool_output (FP32[-1, 2, 3, 3])");
  EXPECT_THROW(engine->layer_information(2, Format::Json, nullptr), UserError);
}

TEST(Inspector, quantized_tensors_show_what_their_elements_stand_for) {
  using core::Quantization;
  const auto gain = test::add_gain("inspector", 2);
  const auto input_of = [](const Quantization& quantization) {
    PlanMaker maker;
    const test::PlanMaker::Attributes state = {{"state", std::string("inspector")}};
    const int32_t x = maker.input("x", {2, 4});
    const int32_t a = maker.step("TestGain", "a", {x}, state, "gain");
    maker.output(maker.step("TestGain", "b", {a}, state, "gain"), "y");
    maker.plan.values[static_cast<size_t>(a)].dtype = DataType::Int8;
    maker.plan.values[static_cast<size_t>(a)].quantization = quantization;
    maker.blob("gain", 2);
    const auto engine = maker.engine();
    return std::pair(json::parse(engine->layer_information(1, Format::Json, nullptr))["Inputs"][0],
                     engine->layer_information(1, Format::OneLine, nullptr));
  };
  const auto [one, line] = input_of(Quantization::per_tensor(0.25f, 3));
  EXPECT_EQ(one["Format/Datatype"], "Row major linear Int8");
  EXPECT_EQ(one["Quantization"], (json{{"Scale", 0.25}, {"ZeroPoint", 3}}));
  EXPECT_THAT(line, HasSubstr("a_output (Int8[2, 4] quantized asymmetric) -> b_output (FP32"));
  EXPECT_EQ(input_of(Quantization::per_channel(1, {1, 4, 2, 3})).first["Quantization"],
            (json{{"Scale", {{"Count", 4}, {"Min", 1.0}, {"Max", 4.0}}}, {"Axis", 1}}));
  EXPECT_EQ(input_of(Quantization::per_block(1, 3, {1, 1, 1, 1})).first["Quantization"]["Block"],
            3);
}

TEST(Inspector, a_context_fills_in_shapes) {
  PlanMaker maker = small_plan();
  const auto context = maker.context();
  EXPECT_TRUE(context->set_input_shape("x", {3, 2, 4, 4}));
  const json pool =
      json::parse(context->engine()->layer_information(1, Format::Json, context.get()));
  EXPECT_EQ(pool["Outputs"][0]["Dimensions"], (json{3, 2, 3, 3}));
}

TEST(Inspector, a_prepared_context_adds_work_and_memory) {
  PlanMaker maker = small_plan();
  const auto context = maker.context();
  EXPECT_TRUE(context->set_input_shape("x", {3, 2, 4, 4}));
  const auto information = [&] {
    return json::parse(context->engine()->engine_information(Format::Json, context.get()));
  };
  EXPECT_FALSE(information().contains("ArenaBytes"));
  test::Runner runner(context);
  runner.input("x", {3, 2, 4, 4}, test::ramp(96));
  runner.run("y");
  const json all = information();
  // The sum, 3 * 2 * 4 * 4 floats, is all that lies between input and output.
  EXPECT_EQ(all["ArenaBytes"], 384);
  EXPECT_EQ(all["ArenaLowerBoundBytes"], 384);
  EXPECT_EQ(all["Layers"][0]["Operations"], 96);
  EXPECT_EQ(all["Layers"][0]["Bytes"], 384 + 384 + 8);
  EXPECT_EQ(all["Layers"][0]["Slices"].size(), 1u);
  EXPECT_GE(all["Layers"][0]["Slices"][0], 1);
  EXPECT_EQ(all["Layers"][1]["Operations"], 3 * 2 * 3 * 3 * 4);
  EXPECT_EQ(all["Layers"][1]["Bytes"], 384 + 3 * 2 * 3 * 3 * 4);
}

TEST(Inspector, verbosity_decides_how_much_is_said) {
  PlanMaker maker = small_plan();
  maker.plan.verbosity = ProfilingVerbosity::LayerNamesOnly;
  auto engine = maker.engine();
  EXPECT_EQ(json::parse(engine->engine_information(Format::Json, nullptr))["Layers"],
            (json{"sum", "pool"}));
  EXPECT_EQ(engine->engine_information(Format::OneLine, nullptr),
            "Layers:\nsum\npool\n\nBindings:\nx\ny\n");
  maker.plan.verbosity = ProfilingVerbosity::None;
  engine = maker.engine();
  EXPECT_TRUE(json::parse(engine->engine_information(Format::Json, nullptr))["Layers"].empty());
}

}  // namespace
}  // namespace trtlike
