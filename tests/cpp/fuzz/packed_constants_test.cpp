// Plans whose packed constants are not those that the kernels read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "engine/loaded_plan.h"
#include "support/damaged_plan.h"
#include "support/make_plan.h"
#include "trtlike/builder.h"
#include "trtlike/network.h"
#include "trtlike/runtime.h"

namespace trtlike {
namespace {

using test::RecordingLogger;
using Axes = std::vector<int64_t>;

/// A convolution with a normalization over its pixels, a product and a recurrent layer: all that
/// packs.
struct Packing {
  Network network;
  std::vector<float> weights = std::vector<float>(4096, 0.01f);

  Tensor constant(const Dims& dims) {
    int64_t count = 1;
    for (const int64_t extent : dims) count *= extent;
    return network.add_constant(dims, {DataType::Float, weights.data(), count, nullptr}).output(0);
  }

  Packing() {
    Tensor x = network.add_input("x", DataType::Float, {1, 16, 6, 6});
    x = network
            .add_layer("Convolution", {x, constant({8, 16, 3, 3}), constant({8})},
                       {{"num_output_maps", int64_t{8}}, {"kernel_size", Axes{3, 3}}})
            .output(0);
    x = network
            .add_layer("Normalization", {x, constant({1, 1, 4, 4}), constant({1, 1, 4, 4})},
                       {{"axes", int64_t{12}}})
            .output(0);
    x = network.add_layer("Shuffle", {x}, {{"has_reshape", true}, {"reshape_dims", Axes{8, 1, 16}}})
            .output(0);
    x = network.add_layer("MatrixMultiply", {x, constant({1, 16, 20})}).output(0);
    x = network
            .add_layer("LSTM", {x, constant({1, 20, 20}), constant({1, 20, 5})},
                       {{"hidden_size", int64_t{5}}})
            .output(0);
    x.set_name("y");
    network.mark_output(x);
  }

  std::string plan(uint32_t sources) {
    BuilderConfig config;
    config.set_builder_optimization_level(0);
    config.set_tactic_sources(sources);
    const auto logger = std::make_shared<RecordingLogger>();
    const auto bytes = Builder(logger).build_serialized_network(network, config);
    EXPECT_NE(bytes, nullptr) << logger->text;
    return bytes == nullptr ? std::string()
                            : std::string(static_cast<const char*>(bytes->data()), bytes->nbytes());
  }
};

constexpr uint32_t kAll = ~0u, kOurs = 1u << static_cast<int>(TacticSource::Native),
                   kOneDnn = 1u << static_cast<int>(TacticSource::OneDnn);

/// The plan with fewer packed bytes in a step loads, and its run fails with a sentence.
void expect_refusal(const engine::LoadedPlan& loaded, engine::Plan plan, size_t step) {
  plan.steps[step].packed.bytes -= 64;
  const std::shared_ptr<const void> constants(std::shared_ptr<void>(), loaded.constants);
  const auto bytes = engine::write_plan(plan, {{{0, loaded.constants_bytes}, constants}});
  const auto logger = std::make_shared<RecordingLogger>();
  const auto engine = Runtime(logger).deserialize_cuda_engine(bytes->owner(), bytes->nbytes());
  ASSERT_NE(engine, nullptr) << logger->text;
  const auto context = engine->create_execution_context(engine);
  std::vector<float> x(16 * 36), y(40);
  EXPECT_TRUE(context == nullptr || !context->execute_v2({x.data(), y.data()}));
  EXPECT_THAT(logger->text, testing::HasSubstr("packed")) << plan.steps[step].tactic;
}

TEST(PackedConstants, another_size_is_refused_by_name) {
  std::set<std::string> ops;
  for (const uint32_t sources : {kAll, kOurs, kOneDnn}) {
    const std::string bytes = Packing().plan(sources);
    const auto loaded = engine::read_plan(test::copy_of(bytes), bytes.size());
    for (size_t s = 0; s < loaded->plan.steps.size(); ++s) {
      if (loaded->plan.steps[s].packed_inputs.empty()) continue;
      expect_refusal(*loaded, loaded->plan, s);
      ops.insert(loaded->plan.steps[s].op);
    }
  }
  EXPECT_THAT(
      ops, testing::UnorderedElementsAre("Convolution", "LSTM", "MatrixMultiply", "Normalization"));
}

TEST(PackedConstants, damaged_plans_are_refused_or_harmless) {
  std::mt19937 random = test::seeded();
  for (const uint32_t sources : {kAll, kOurs, kOneDnn}) {
    const std::string bytes = Packing().plan(sources);
    int survived = 0;
    for (uint32_t i = 0; i < test::fuzz_rounds(); ++i)
      survived += test::survives(test::with_flips(bytes, random));
    EXPECT_GT(survived, 20);
  }
}

}  // namespace
}  // namespace trtlike
