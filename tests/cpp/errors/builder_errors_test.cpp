// What the builder, its profiles and its progress monitors refuse.
#include <gmock/gmock.h>

#include "core/os/memory.h"
#include "core/strings.h"
#include "errors/refusals.h"
#include "trtlike/builder.h"

namespace trtlike::test {
namespace {

using enum DataType;

using ProfilePtr = std::shared_ptr<OptimizationProfile>;

/// A network 'net' of x [-1, 3] or what `dims` says, with y = relu(x).
Network relu_network(const Dims& dims) {
  Network network;
  network.set_name("net");
  const Layer relu =
      network.add_layer("Activation", {network.add_input("x", Float, dims)}, {{"type", 0}});
  network.mark_output(relu.output(0));
  return network;
}

/// y = x in the shape that the shape tensor n holds.
Network shape_tensor_network() {
  Network network;
  network.set_name("net");
  const Tensor x = network.add_input("x", Float, {8}), n = network.add_input("n", Int64, {1});
  network.mark_output(network.add_layer("Shuffle", {x, n}, {{"has_reshape", true}}).output(0));
  return network;
}

void build(const Network& network, const std::shared_ptr<Logger>& logger,
           std::vector<ProfilePtr> profiles = {},
           const std::shared_ptr<ProgressMonitor>& monitor = nullptr, bool goes_on = true) {
  BuilderConfig config;
  config.set_builder_optimization_level(0);
  for (ProfilePtr& profile : profiles) config.add_optimization_profile(std::move(profile));
  config.set_progress_monitor(monitor);
  config.set_go_on([goes_on] { return goes_on; });
  EXPECT_EQ(Builder(logger).build_serialized_network(network, config), nullptr);
}

ProfilePtr profile(void (*fill)(OptimizationProfile&)) {
  auto made = std::make_shared<OptimizationProfile>();
  fill(*made);
  return made;
}

LoggedCase with_profile(const char* name, Network (*make)(), void (*fill)(OptimizationProfile&),
                        const std::string& sentence) {
  return {name,
          [make, fill](const std::shared_ptr<Logger>& logger) {
            build(make(), logger, {profile(fill)});
          },
          "while building 'net': " + sentence};
}

Network dynamic_network() { return relu_network({-1, 3}); }

const LoggedCase kProfiles[] = {
    with_profile(
        "rank", dynamic_network, [](OptimizationProfile& p) { p.set_shape("x", {1}, {1}, {1}); },
        "[builder] profile 0, input 'x': expected shapes that fit the network's [-1, 3], got [1]."),
    with_profile(
        "fixed_extent", dynamic_network,
        [](OptimizationProfile& p) { p.set_shape("x", {1, 3}, {1, 3}, {1, 4}); },
        "[builder] profile 0, input 'x': expected shapes that fit the network's [-1, 3], got [1, "
        "4]."),
    with_profile(
        "no_range", dynamic_network, [](OptimizationProfile&) {},
        "[builder] profile 0, input 'x': expected a range for its dynamic shape [-1, 3], got none. "
        "Call "
        "profile.set_shape for it."),
    with_profile(
        "no_range_of_elements", shape_tensor_network, [](OptimizationProfile&) {},
        "[builder] profile 0, shape input 'n': expected a range for its elements, got none. Call "
        "profile.set_shape_input for it."),
    with_profile(
        "number_of_elements", shape_tensor_network,
        [](OptimizationProfile& p) { p.set_shape_input("n", {1, 1}, {1, 1}, {1, 1}); },
        "[builder] profile 0, shape input 'n': expected 1 elements, got 2."),
    with_profile(
        "name", dynamic_network,
        [](OptimizationProfile& p) {
          p.set_shape("x", {1, 3}, {1, 3}, {1, 3});
          p.set_shape("w", {1}, {1}, {1});
        },
        "[builder] profile 0: expected one of the inputs x, got 'w'."),
    with_profile(
        "name_of_a_shape_input", dynamic_network,
        [](OptimizationProfile& p) {
          p.set_shape("x", {1, 3}, {1, 3}, {1, 3});
          p.set_shape_input("m", {1}, {1}, {1});
        },
        "[builder] profile 0: expected one of the inputs x, got 'm'."),
    {"no_profile",
     [](const std::shared_ptr<Logger>& logger) { build(dynamic_network(), logger, {nullptr}); },
     "while building 'net': [builder] profile 0: expected an OptimizationProfile, got none."},
};

const RefusalCase kSetShape[] = {
    {"ranks", [] { OptimizationProfile().set_shape("x", {1}, {1, 2}, {1}); },
     "[builder] profile, input 'x': expected min, opt and max of one rank, got [1], [1, 2] and "
     "[1]."},
    {"order", [] { OptimizationProfile().set_shape("x", {1, 2}, {1, 1}, {1, 3}); },
     "[builder] profile, input 'x', dimension 1: expected 0 <= min <= opt <= max, got 2, 1 and 3."},
    {"below_0", [] { OptimizationProfile().set_shape("x", {-1}, {1}, {1}); },
     "[builder] profile, input 'x', dimension 0: expected 0 <= min <= opt <= max, got -1, 1 and "
     "1."},
    {"lengths", [] { OptimizationProfile().set_shape_input("n", {1}, {1}, {1, 2}); },
     "[builder] profile, shape input 'n': expected min, opt and max of one length, got 1, 1 and "
     "2."},
    {"order_of_elements", [] { OptimizationProfile().set_shape_input("n", {1}, {5}, {4}); },
     "[builder] profile, shape input 'n', element 0: expected min <= opt <= max, got 1, 5 and 4."},
};

/// Cancels at the end of a step.
class Canceller final : public ProgressMonitor {
 public:
  explicit Canceller(std::string phase) : phase_(std::move(phase)) {}
  void phase_start(const std::string&, const std::string&, int) noexcept override {}
  bool step_complete(const std::string& phase, int) noexcept override { return phase != phase_; }
  void phase_finish(const std::string&) noexcept override {}

 private:
  std::string phase_;
};

LoggedCase cancelled(const char* name, const std::string& phase, const std::string& sentence) {
  return {name,
          [phase](const std::shared_ptr<Logger>& logger) {
            build(relu_network({2, 3}), logger, {}, std::make_shared<Canceller>(phase));
          },
          "while building 'net': " + sentence};
}

std::string too_large() {
  return core::str("while building 'net': [builder] memory: expected at most the ",
                   core::total_memory_bytes() >> 20, " MiB of this machine, got ", 1 << 26,
                   " MiB for tensor '(Unnamed Layer* 0) [Activation]_output' of shape [1048576, "
                   "16777216].");
}

const LoggedCase kBuild[] = {
    {"assertion_type",
     [](const std::shared_ptr<Logger>& logger) {
       Network network = relu_network({1, 3});
       network.add_layer("Assertion", {network.add_input("c", DataType::Int64, {2})});
       build(network, logger);
     },
     "while building 'net': [ir] node '(Unnamed Layer* 1) [Assertion]' (Assertion): [ops] input 0 "
     "'condition': expected BOOL, got INT64."},
    {"formats",
     [](const std::shared_ptr<Logger>& logger) {
       const Network network = relu_network({1, 3});
       network.input(0).set_allowed_formats(1u << static_cast<int>(TensorFormat::CHW32));
       build(network, logger);
     },
     "while building 'net': [builder] tensor 'x', allowed_formats: expected LINEAR, "
     "or "
     "HWC for 3 to 5 axes, among them, got the bits 32 for shape [1, 3]."},
    {"no_output",
     [](const std::shared_ptr<Logger>& logger) {
       Network network;
       network.set_name("net");
       network.add_input("x", Float, {1});
       build(network, logger);
     },
     "while building 'net': [builder] network: expected at least one output, got none. Call "
     "network.mark_output on a tensor."},
    {"refused_layer",
     [](const std::shared_ptr<Logger>& logger) {
       Network network = relu_network({2, 3});
       network.add_layer("Resize", {network.input(0)});
       build(network, logger);
     },
     "while building 'net': [ir] node '(Unnamed Layer* 1) [Resize]' (Resize): [ops] Resize: "
     "expected a shape or scales, got neither."},
    {"memory",
     [](const std::shared_ptr<Logger>& logger) { build(relu_network({1 << 20, 1 << 24}), logger); },
     too_large()},
    {"no_tactic",
     [](const std::shared_ptr<Logger>& logger) {
       Network network;
       network.set_name("net");
       const Tensor x = network.add_input("x", Int4, {4, 2});
       Layer gather = network.add_layer("Gather", {x, network.add_input("i", Int64, {1})});
       gather.set_name("gather");
       network.mark_output(gather.output(0));
       build(network, logger);
     },
     "while building 'net': [tuner] node 'gather' (Gather): expected a tactic that computes it, "
     "got none: needs whole bytes, got s4 (gather_rows); needs mode ELEMENT (gather_elements); "
     "needs an element type that can be computed with, got s4 (reference)."},
    cancelled("cancelled_in_a_step", "Building engine",
              "[builder] build: cancelled by the progress monitor."),
    cancelled("cancelled_while_timing", "Timing tactics",
              "[tuner] build: cancelled by the progress monitor."),
};

TEST(BuilderRefusals, a_build_that_is_cancelled_in_a_pass_names_it) {
  const std::string said = errors_of([](const std::shared_ptr<Logger>& logger) {
    build(relu_network({2, 3}), logger, {}, nullptr, false);
  });
  EXPECT_THAT(said,
              testing::MatchesRegex("while building 'net': \\[optimizer\\] [a-z_]+: cancelled "
                                    "by the progress monitor\\."));
}

TEST(BuilderRefusals, a_timing_cache_that_lacks_a_layer_is_named_with_what_it_lacks) {
  Network network = relu_network({2, 3});
  network.layer(0).set_name("relu");
  BuilderConfig config;
  ASSERT_NE(Builder(nullptr).build_serialized_network(network, config), nullptr);
  std::vector<std::string> sentences;
  for (const std::string& key : config.timing_cache()->keys())
    sentences.push_back(
        core::str("while building 'net': [tuner] node 'relu': expected its times "
                  "in the timing cache, got none for ",
                  key, "."));
  config.set_timing_cache(nullptr, true);
  config.set_flag(BuilderFlag::ErrorOnTimingCacheMiss);
  EXPECT_THAT(sentences, testing::Contains(errors_of([&](const std::shared_ptr<Logger>& logger) {
                EXPECT_EQ(Builder(logger).build_serialized_network(network, config), nullptr);
              })));
}

TEST(BuilderRefusals, switches_of_the_environment) {
  setenv("TRTLIKE_STOP_AFTER_PATCHES", "ten", 1);
  EXPECT_EQ(
      errors_of([](const std::shared_ptr<Logger>& logger) { build(relu_network({2, 3}), logger); }),
      "while building 'net': [optimizer] TRTLIKE_STOP_AFTER_PATCHES: expected a count, got "
      "'ten'.");
  unsetenv("TRTLIKE_STOP_AFTER_PATCHES");
}

INSTANTIATE_TEST_SUITE_P(Profiles, LoggedRefusals, testing::ValuesIn(kProfiles),
                         case_name<LoggedCase>);
INSTANTIATE_TEST_SUITE_P(SetShape, Refusals, testing::ValuesIn(kSetShape), case_name<RefusalCase>);
INSTANTIATE_TEST_SUITE_P(Build, LoggedRefusals, testing::ValuesIn(kBuild), case_name<LoggedCase>);

}  // namespace
}  // namespace trtlike::test
