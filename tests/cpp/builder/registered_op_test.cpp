// An op and a tactic that are registered at run time, from the network to a plan that runs; formats
// with scales on the same way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include "builder/assemble.h"
#include "ir/graph.h"
#include "runtime/access.h"
#include "support/damaged_plan.h"
#include "support/gain_op.h"
#include "support/make_plan.h"
#include "trtlike/builder.h"
#include "trtlike/runtime.h"

namespace trtlike::builder {
namespace {

using json = nlohmann::json;
using test::Runner;
using testing::ElementsAre;
using testing::HasSubstr;

/// y = relu(gain x), built at a level; the gain is known during the build only.
std::string build_plan(const std::string& state, double gain, int level,
                       const std::shared_ptr<test::RecordingLogger>& logger) {
  const auto kept = test::add_gain(state, gain);
  Network network(0);
  const Tensor x = network.add_input("x", DataType::Float, {2, 2});
  const Layer layer = network.add_layer("TestGain", {x}, {{"state", state}});
  EXPECT_EQ(layer.op_name(), "TestGain");
  EXPECT_EQ(layer.type(), LayerType::PluginV3);
  Tensor y = network.add_layer("Activation", {layer.output(0)}, {{"type", int64_t{0}}}).output(0);
  y.set_name("y");
  network.mark_output(y);
  BuilderConfig config;
  config.set_builder_optimization_level(level);
  config.set_profiling_verbosity(ProfilingVerbosity::Detailed);
  Builder builder(logger);
  const auto plan = builder.build_serialized_network(network, config);
  EXPECT_NE(plan, nullptr) << logger->text;
  if (plan == nullptr) return "";
  std::vector<std::string> tactics;
  for (const TacticReport& report : builder.report().tactics) tactics.push_back(report.tactic);
  EXPECT_THAT(tactics, testing::Contains("gain"));
  return {static_cast<const char*>(plan->data()), plan->nbytes()};
}

TEST(RegisteredOp, is_built_tuned_written_read_run_and_inspected) {
  const auto logger = std::make_shared<test::RecordingLogger>();
  for (const int level : {0, 3}) {
    const std::string plan = build_plan("built", -3, level, logger);
    const auto engine = Runtime(logger).deserialize_cuda_engine(test::copy_of(plan), plan.size());
    ASSERT_NE(engine, nullptr) << logger->text;
    const auto context = engine->create_execution_context(engine);
    ASSERT_NE(context, nullptr) << logger->text;
    EXPECT_THAT(Runner(context).input("x", {2, 2}, {1, -2, 0.5, -4}).run("y"),
                ElementsAre(0, 6, 0, 12));
    const json layer =
        json::parse(engine->layer_information(0, LayerInformationFormat::Json, context.get()));
    EXPECT_EQ(layer["LayerType"], "TestGain");
    EXPECT_EQ(layer["TacticName"], "gain");
    EXPECT_EQ(layer["State"], "built");
    EXPECT_THAT(engine::print_plan(RuntimeAccess::plan(*engine)), HasSubstr("'gain of built' at "));
  }
}

TEST(RegisteredOp, nodes_of_one_state_share_a_blob) {
  const auto kept = test::add_gain("shared", 2);
  const auto other = test::add_gain("other", 5);
  Network network(0);
  Tensor x = network.add_input("x", DataType::Float, {2});
  for (const char* state : {"shared", "other", "shared"})
    x = network.add_layer("TestGain", {x}, {{"state", std::string(state)}}).output(0);
  x.set_name("y");
  network.mark_output(x);
  BuilderConfig config;
  const auto logger = std::make_shared<test::RecordingLogger>();
  const auto engine = Builder(logger).build_engine_with_config(network, config);
  ASSERT_NE(engine, nullptr) << logger->text;
  EXPECT_EQ(RuntimeAccess::plan(*engine).blobs.size(), 2u);
  EXPECT_THAT(Runner(engine->create_execution_context(engine)).input("x", {2}, {1, 3}).run("y"),
              ElementsAre(20, 60));
}

/// The log of reading a plan with one text in the place of another of the same length.
std::string log_of_reading(std::string plan, const std::string& from, const std::string& to) {
  for (size_t at = plan.find(from); at != std::string::npos; at = plan.find(from, at + 1))
    plan.replace(at, from.size(), to);
  test::mend_checksum(plan);
  const auto logger = std::make_shared<test::RecordingLogger>();
  EXPECT_EQ(Runtime(logger).deserialize_cuda_engine(test::copy_of(plan), plan.size()), nullptr);
  return logger->text;
}

TEST(RegisteredOp, a_plan_whose_op_is_not_registered_is_refused_with_what_to_do) {
  const std::string plan = build_plan("lost", 2, 0, std::make_shared<test::RecordingLogger>());
  EXPECT_THAT(
      log_of_reading(plan, "TestGain", "LostGain"),
      testing::AllOf(
          HasSubstr("(LostGain), op: expected one that this build has, got an unknown one. "
                    "Rebuild the plan, or, where the op was registered at run time when the "
                    "plan was built, load the library or import the module that registers "
                    "it first. Registered here at run time: "),
          HasSubstr("TestGain")));
}

TEST(RegisteredOp, a_plan_whose_tactic_is_not_registered_is_refused_with_what_to_do) {
  const std::string plan = build_plan("lost", 2, 0, std::make_shared<test::RecordingLogger>());
  const std::string tactic("\4\0\0\0\0\0\0\0gain", 12), other("\4\0\0\0\0\0\0\0lost", 12);
  EXPECT_THAT(
      log_of_reading(plan, tactic, other),
      HasSubstr("tactic: expected one of gain, reference, got 'lost'. Rebuild the plan with "
                "this build of trtlike, or register the tactic first"));
}

TEST(RegisteredOp, bytes_that_the_op_does_not_know_are_refused_with_its_sentence) {
  test::PlanMaker maker;
  const auto kept = test::add_gain("short", 2);
  const int32_t x = maker.input("x", {2});
  maker.output(maker.step("TestGain", "g", {x}, {{"state", std::string("short")}}, "gain"), "y");
  maker.blob("gain", 2);
  maker.plan.blobs[0].range.bytes = 7;
  try {
    maker.loaded();
    ADD_FAILURE() << "expected PlanError";
  } catch (const PlanError& e) {
    EXPECT_THAT(e.what(), HasSubstr("step 'g' (TestGain), blob 'gain': [test] gain: expected 8 "
                                    "bytes, got 7."));
  }
  maker.plan.steps[0].blob = -1;
  EXPECT_THAT([&] { maker.bytes(); }, testing::ThrowsMessage<PlanError>(HasSubstr(
                                          "blob: expected the index of one of 1, got -1.")));
}

/// Two gains, with a value between them that may be stored in 8 bits.
struct Chain {
  ir::Graph graph;
  std::vector<ir::NodeId> order;
  tuner::TunedGraph tuned;
  std::shared_ptr<const void> gain = test::add_gain("chain", 2);

  explicit Chain(const core::Quantization& quantization) {
    const ir::AttributeList state = {{"state", std::string("chain")}};
    const ir::ValueId x = graph.add_input("x", DataType::Float, {2, 2});
    const ir::ValueId a = graph.add("TestGain", "a", {x}, state);
    const ir::ValueId y = graph.add("TestGain", "b", {a}, state);
    graph.rename_value(y, "y");
    graph.mark_output(y);
    order = graph.topological_order();
    std::vector<ir::Graph> specialized;
    specialized.push_back(graph.clone());
    tuned = make_tuned_graph(graph, order, specialized, {}, {});
    tuned.values[static_cast<size_t>(a.index)].quantization = quantization;
    for (tuner::TunedNode& node : tuned.nodes) node.precisions = {DataType::Float, DataType::Int8};
  }

  engine::Plan plan(std::vector<engine::PlanConstant>* constants = nullptr) {
    tuner::Options options;
    // The fewer bytes, the faster.
    options.timer = [](const kernels::Tactic&, const kernels::Problem& problem) {
      return 0.01 * static_cast<double>(problem.inputs[0].bytes() + problem.outputs[0].bytes());
    };
    ConstantSection section;
    engine::Plan plan =
        assemble(graph, order, tuned, tuner::choose(tuned, options), false, 1, section);
    if (constants != nullptr) *constants = section.finish(plan, {});
    return plan;
  }
};

TEST(QuantizedFormats, are_chosen_by_time_and_reach_the_plan) {
  const auto quantization = core::Quantization::per_channel(1, {0.5f, 4}, {1, 0});
  Chain chain(quantization);
  std::vector<engine::PlanConstant> constants;
  const engine::Plan plan = chain.plan(&constants);
  ASSERT_EQ(plan.steps.size(), 2u);
  const engine::PlanValue& between = plan.values[static_cast<size_t>(plan.steps[0].outputs[0])];
  EXPECT_EQ(between.dtype, DataType::Int8);
  EXPECT_EQ(between.logical_dtype, DataType::Float);
  EXPECT_EQ(between.quantization, quantization);
  const auto bytes = engine::write_plan(plan, std::move(constants));
  const auto loaded = engine::read_plan(bytes->owner(), bytes->nbytes());
  const auto engine = RuntimeAccess::engine(loaded, std::make_shared<test::RecordingLogger>());
  // 2.2 is 4.4 halves and 22 is 5.5 fours: 2 and 24, doubled again. The others saturate.
  EXPECT_THAT(Runner(engine->create_execution_context(engine))
                  .input("x", {2, 2}, {1.1f, 11, -1000, 1000})
                  .run("y"),
              ElementsAre(4, 48, 2 * 0.5f * (-128 - 1), 2 * 4.0f * 127));
}

TEST(QuantizedFormats, are_none_without_scales) {
  Chain chain{core::Quantization()};
  const engine::Plan plan = chain.plan();
  for (const engine::PlanValue& value : plan.values) EXPECT_EQ(value.dtype, DataType::Float);
}

}  // namespace
}  // namespace trtlike::builder
