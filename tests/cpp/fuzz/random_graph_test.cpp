// Random networks: what is built of them, at level 0 and at the default level, computes what the
// references compute of the network as it was given. TRTLIKE_FUZZ_GRAPHS asks for more of them.
#include "fuzz/random_graph.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "ir/network_state.h"
#include "ops/op.h"
#include "support/damaged_plan.h"
#include "support/make_plan.h"
#include "support/run_graph.h"
#include "trtlike/builder.h"
#include "trtlike/runtime.h"

namespace trtlike::test {
namespace {

using ops::OwnedTensor;
using Tensors = std::map<std::string, OwnedTensor>;

constexpr double kTolerance = 1e-3;

int num_graphs(int otherwise) {
  const char* text = std::getenv("TRTLIKE_FUZZ_GRAPHS");
  return text == nullptr ? otherwise : std::atoi(text);
}

/// Nothing where both are the same within rounding.
std::string difference(const core::TensorView& want, const core::TensorView& have) {
  double largest = 1;
  for (int64_t i = 0; i < want.elems(); ++i)
    if (std::isfinite(want.at(i))) largest = std::max(largest, std::abs(want.at(i)));
  const double tolerance = core::is_float(want.dtype) ? kTolerance * largest : 0;
  for (int64_t i = 0; i < want.elems(); ++i) {
    const double a = want.at(i), b = have.at(i);
    if (a == b || (std::isnan(a) && std::isnan(b)) || std::abs(a - b) <= tolerance) continue;
    return core::str("element ", i, " of ", want.dims, ": expected ", a, ", got ", b);
  }
  return "";
}

std::string run(const std::shared_ptr<CudaEngine>& engine, const RandomGraph& graph,
                const Tensors& expected) {
  const auto context = engine->create_execution_context(engine);
  if (context == nullptr) return "no context";
  std::map<std::string, OwnedTensor> outputs;
  for (int i = 0; i < engine->num_io_tensors(); ++i) {
    const std::string& name = engine->tensor_name(i);
    if (engine->tensor_mode(name) == TensorIOMode::Input) {
      context->set_tensor_address(name, graph.inputs.at(name).data.get());
      continue;
    }
    const core::TensorView& want = expected.at(name).view;
    if (context->tensor_shape(name) != want.dims || engine->tensor_dtype(name) != want.dtype)
      return core::str(name, ": expected ", core::dtype_name(want.dtype), want.dims, ", got ",
                       core::dtype_name(engine->tensor_dtype(name)), context->tensor_shape(name));
    outputs[name] = make_tensor(want.dtype, want.dims,
                                std::vector<double>(static_cast<size_t>(want.elems()), 0.0));
    context->set_tensor_address(name, outputs[name].data.get());
  }
  if (!context->execute_async_v3(0)) return "the run failed";
  for (const auto& [name, tensor] : outputs) {
    const std::string differs = difference(expected.at(name).view, tensor.view);
    if (!differs.empty()) return core::str(name, ", ", differs);
  }
  return "";
}

/// A sentence about the first fault.
std::string build_and_run(const RandomGraph& graph, const Tensors& expected, int level) {
  const auto logger = std::make_shared<RecordingLogger>();
  BuilderConfig config;
  config.set_builder_optimization_level(level);
  const auto plan = Builder(logger).build_serialized_network(graph.network, config);
  if (plan == nullptr) return "no plan: " + logger->text;
  const auto engine = Runtime(logger).deserialize_cuda_engine(plan->owner(), plan->nbytes());
  if (engine == nullptr) return "no engine: " + logger->text;
  const std::string fault = run(engine, graph, expected);
  return fault.empty() ? "" : fault + " " + logger->text;
}

/// Every graph has a seed of its own, so that one can be made again alone.
void try_graphs(int count, int level, std::set<std::string>& ops) {
  const uint32_t first = seeded()();
  for (int i = 0; i < count; ++i) {
    const uint32_t seed = first + static_cast<uint32_t>(i);
    std::mt19937 random(seed);
    const RandomGraph graph = random_graph(random);
    if (graph.network.num_outputs() == 0) continue;
    const Tensors expected = run_graph(NetworkAccess::state(graph.network)->graph, graph.inputs);
    const std::string fault = build_and_run(graph, expected, level);
    ops.insert(graph.ops.begin(), graph.ops.end());
    EXPECT_EQ(fault, "") << "graph " << seed << ", level " << level << "\n"
                         << graph.network.to_string();
    if (testing::Test::HasFailure() && std::getenv("TRTLIKE_FUZZ_GRAPHS") == nullptr) return;
  }
}

TEST(RandomGraphs, every_public_op_has_a_recipe) {
  // Extents behind the first are known when they have run only; the ends of loops, conditionals and
  // attention compute nothing by themselves; an assertion gives nothing; what an experts' product
  // or a cache's update gives depends on several operands that no graph has by chance.
  const std::set<std::string> without{"NonZero",
                                      "NMS",
                                      "Unique",
                                      "Condition",
                                      "ConditionalInput",
                                      "ConditionalOutput",
                                      "TripLimit",
                                      "Recurrence",
                                      "Iterator",
                                      "LoopOutput",
                                      "AttentionInput",
                                      "AttentionOutput",
                                      "Assertion",
                                      "KVCacheUpdate",
                                      "MoE"};
  for (const ops::OpDefinition* op : ops::built_in_ops()) {
    const bool is_public = op->layer_type != ops::kInternalLayer;
    EXPECT_EQ(has_recipe(op->name), is_public && !without.contains(op->name)) << op->name;
  }
}

TEST(RandomGraphs, compute_what_the_references_compute_at_level_0) {
  std::set<std::string> ops;
  try_graphs(num_graphs(300), 0, ops);
  EXPECT_GE(ops.size(), 35u);
}

TEST(RandomGraphs, compute_what_the_references_compute_at_the_default_level) {
  std::set<std::string> ops;
  try_graphs(num_graphs(100), BuilderConfig().builder_optimization_level(), ops);
  EXPECT_GE(ops.size(), 20u);
}

/// One graph again: TRTLIKE_FUZZ_GRAPH is its seed.
TEST(RandomGraphs, one_graph_by_its_seed) {
  const char* text = std::getenv("TRTLIKE_FUZZ_GRAPH");
  if (text == nullptr) GTEST_SKIP() << "no TRTLIKE_FUZZ_GRAPH";
  std::mt19937 random(static_cast<uint32_t>(std::strtoul(text, nullptr, 10)));
  const RandomGraph graph = random_graph(random);
  const Tensors expected = run_graph(NetworkAccess::state(graph.network)->graph, graph.inputs);
  for (const int level : {0, BuilderConfig().builder_optimization_level()})
    EXPECT_EQ(build_and_run(graph, expected, level), "") << graph.network.to_string();
}

}  // namespace
}  // namespace trtlike::test
