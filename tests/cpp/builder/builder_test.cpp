// Builds through the public API: what comes out runs, and what a build tells of itself.
#include "trtlike/builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "support/make_plan.h"
#include "trtlike/runtime.h"

namespace trtlike {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

constexpr float kWeights[] = {1, 2, 3, 4, 5, 6};

/// 'net': y = relu(x w + 0.5) of x [rows, 2] and w = [[1 2 3] [4 5 6]].
Network small_network(int64_t rows = 2) {
  static constexpr float kHalf[] = {0.5f};
  Network network;
  network.set_name("net");
  const Tensor x = network.add_input("x", DataType::Float, {rows, 2});
  const Layer w = network.add_constant({2, 3}, {DataType::Float, kWeights, 6, nullptr});
  const Layer half = network.add_constant({1, 1}, {DataType::Float, kHalf, 1, nullptr});
  Layer product = network.add_layer("MatrixMultiply", {x, w.output(0)});
  product.set_name("product");
  Layer sum = network.add_layer("ElementWise", {product.output(0), half.output(0)}, {{"op", 0}});
  sum.set_name("sum");
  Layer relu = network.add_layer("Activation", {sum.output(0)}, {{"type", 0}});
  relu.set_name("relu");
  relu.output(0).set_name("y");
  network.mark_output(relu.output(0));
  return network;
}

struct Built {
  explicit Built(const Network& network, const BuilderConfig& given = {}) : config(given) {
    plan = builder.build_serialized_network(network, config);
    EXPECT_NE(plan, nullptr) << logger->text;
  }
  std::string bytes() const { return {static_cast<const char*>(plan->data()), plan->nbytes()}; }
  std::shared_ptr<CudaEngine> engine() const {
    return Runtime(logger).deserialize_cuda_engine(plan->owner(), plan->nbytes());
  }
  std::shared_ptr<ExecutionContext> context() const {
    const auto loaded = engine();
    return loaded->create_execution_context(loaded);
  }

  std::shared_ptr<test::RecordingLogger> logger = std::make_shared<test::RecordingLogger>();
  Builder builder{logger};
  BuilderConfig config;
  std::shared_ptr<HostMemory> plan;
};

BuilderConfig at_level(int level) {
  BuilderConfig config;
  config.set_builder_optimization_level(level);
  return config;
}

TEST(Builder, what_is_built_computes_the_network_at_every_level) {
  for (const int level : {0, 3, 5}) {
    test::Runner runner(Built(small_network(), at_level(level)).context());
    runner.input("x", {2, 2}, {1, 0, -1, 1});
    EXPECT_THAT(runner.run("y"), ElementsAre(1.5f, 2.5f, 3.5f, 3.5f, 3.5f, 3.5f)) << level;
  }
}

TEST(Builder, the_same_network_and_times_give_the_same_bytes) {
  BuilderConfig config;
  config.set_timing_cache(std::make_shared<TimingCache>(), false);
  const Built first(small_network(), config), second(small_network(), config);
  EXPECT_GT(first.builder.report().measured, 0);
  EXPECT_EQ(second.builder.report().measured, 0);
  EXPECT_EQ(first.bytes(), second.bytes());
}

TEST(Builder, a_build_changes_neither_the_network_nor_its_constants) {
  const Network network = small_network();
  const std::string before = network.to_string();
  const Built built(network);
  EXPECT_EQ(network.to_string(), before);
  EXPECT_EQ(network.num_layers(), 5);
  EXPECT_EQ(network.layer(0).constant_input(0).values, kWeights);
}

TEST(Builder, the_report_tells_of_layers_fusions_and_tactics) {
  const Built built(small_network());
  const BuildReport& report = built.builder.report();
  EXPECT_EQ(report.layers_before, 5);
  EXPECT_EQ(report.layers_after, 1);
  EXPECT_THAT(report.fusions, Contains(testing::Key("fuse_matmul_epilogue")));
  ASSERT_EQ(report.tactics.size(), 1u);
  EXPECT_EQ(report.tactics[0].layer, "product + sum + relu");
  EXPECT_FALSE(report.tactics[0].tactic.empty());
  EXPECT_GT(report.tactics[0].time_ms, 0);
  EXPECT_GE(report.tactics[0].runner_up_ms, report.tactics[0].time_ms);
  EXPECT_GT(report.seconds, 0);
  EXPECT_EQ(Built(small_network(), at_level(0)).builder.report().measured, 0);
}

TEST(Builder, a_failed_build_forgets_the_report_before_it) {
  Built built(small_network());
  Network empty;
  EXPECT_EQ(built.builder.build_serialized_network(empty, built.config), nullptr);
  EXPECT_EQ(built.builder.report().layers_before, 0);
  EXPECT_THAT(built.builder.report().tactics, IsEmpty());
}

TEST(Builder, times_are_kept_in_the_config_unless_the_cache_is_switched_off) {
  const Built kept(small_network());
  ASSERT_NE(kept.config.timing_cache(), nullptr);
  EXPECT_EQ(static_cast<int>(kept.config.timing_cache()->size()), kept.builder.report().measured);
  BuilderConfig off;
  off.set_flag(BuilderFlag::DisableTimingCache);
  EXPECT_EQ(Built(small_network(), off).config.timing_cache(), nullptr);
}

TEST(Builder, the_plan_keeps_name_threads_and_verbosity) {
  BuilderConfig config = at_level(0);
  config.set_num_threads(1);
  config.set_profiling_verbosity(ProfilingVerbosity::Detailed);
  const Built built(small_network(), config);
  EXPECT_EQ(built.engine()->name(), "net");
  EXPECT_EQ(built.engine()->profiling_verbosity(), ProfilingVerbosity::Detailed);
  Network unnamed = small_network();
  unnamed.set_name("");
  EXPECT_EQ(Built(unnamed, config).engine()->name(), "Unnamed Network");
}

TEST(Builder, an_engine_of_two_profiles_runs_in_both) {
  BuilderConfig config = at_level(3);
  for (const int64_t most : {2, 16}) {
    config.add_optimization_profile(std::make_shared<OptimizationProfile>());
    config.profiles().back()->set_shape("x", {most / 2, 2}, {most, 2}, {most, 2});
  }
  const Built built(small_network(-1), config);
  EXPECT_EQ(built.engine()->num_optimization_profiles(), 2);
  for (const int profile : {0, 1}) {
    const auto context = built.context();
    ASSERT_TRUE(context->set_optimization_profile_async(profile, 0));
    const int64_t rows = profile == 0 ? 1 : 9;
    test::Runner runner(context);
    runner.input("x", {rows, 2}, std::vector<float>(static_cast<size_t>(rows) * 2, 1));
    std::vector<float> expected;
    for (int64_t i = 0; i < rows; ++i) expected.insert(expected.end(), {5.5f, 7.5f, 9.5f});
    EXPECT_THAT(runner.run("y"), ElementsAreArray(expected));
  }
}

TEST(Builder, outputs_may_be_constants_and_copies_of_inputs) {
  Network network;
  const Tensor x = network.add_input("x", DataType::Float, {2});
  const Layer w = network.add_constant({3}, {DataType::Float, kWeights, 3, nullptr});
  Layer copy = network.add_layer("Identity", {x});
  copy.output(0).set_name("y");
  w.output(0).set_name("w");
  network.mark_output(copy.output(0));
  network.mark_output(w.output(0));
  test::Runner runner(Built(network, at_level(0)).context());
  runner.input("x", {2}, {7, 8});
  EXPECT_THAT(runner.run("y"), ElementsAre(7, 8));
  EXPECT_THAT(runner.run("w"), ElementsAre(1, 2, 3));
}

TEST(Builder, is_network_supported_leaves_the_config_alone) {
  Builder builder(std::make_shared<test::RecordingLogger>());
  BuilderConfig config;
  EXPECT_TRUE(builder.is_network_supported(small_network(), config));
  EXPECT_EQ(config.timing_cache(), nullptr);
  EXPECT_EQ(config.builder_optimization_level(), 3);
  EXPECT_FALSE(builder.is_network_supported(Network(), config));
}

/// Writes down the phases, and cancels at a step of one.
class Diary final : public ProgressMonitor {
 public:
  explicit Diary(std::string cancelled = "") : cancelled_(std::move(cancelled)) {}
  void phase_start(const std::string& phase, const std::string& parent, int) noexcept override {
    lines.push_back("start " + phase + (parent.empty() ? "" : " in " + parent));
  }
  bool step_complete(const std::string& phase, int) noexcept override {
    return phase != cancelled_;
  }
  void phase_finish(const std::string& phase) noexcept override {
    lines.push_back("finish " + phase);
  }
  std::vector<std::string> lines;

 private:
  std::string cancelled_;
};

TEST(Builder, phases_are_nested_and_end_however_the_build_ends) {
  const std::vector<std::string> expected = {"start Building engine",
                                             "start Timing tactics in Building engine",
                                             "finish Timing tactics", "finish Building engine"};
  for (const char* cancelled : {"", "Timing tactics"}) {
    const auto diary = std::make_shared<Diary>(cancelled);
    BuilderConfig config = at_level(3);
    config.set_progress_monitor(diary);
    Builder builder(std::make_shared<test::RecordingLogger>());
    EXPECT_EQ(builder.build_serialized_network(small_network(), config) == nullptr,
              *cancelled != '\0');
    EXPECT_THAT(diary->lines, ElementsAreArray(expected)) << cancelled;
  }
}

}  // namespace
}  // namespace trtlike
