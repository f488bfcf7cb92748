// The public configuration of builds: what is set is read back and obeyed, and what it refuses.
#include "trtlike/builder_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "core/bytes.h"
#include "support/message_of.h"
#include "trtlike/builder.h"
#include "trtlike/execution_context.h"

namespace trtlike {
namespace {

using test::message_of;
using testing::HasSubstr;

class Lines final : public Logger {
 public:
  void log(Severity severity, std::string_view message) noexcept override {
    if (severity <= Severity::Warning) text += std::string(message) + "\n";
  }
  std::string text;
};

Network relu_network() {
  Network network;
  const Tensor x = network.add_input("x", DataType::Float, {4});
  network.mark_output(network.add_activation(x, ActivationType::Relu).output(0));
  return network;
}

TEST(BuilderConfig, flags_are_bits) {
  BuilderConfig config;
  EXPECT_EQ(config.flags(), 1u << enum_number(BuilderFlag::TF32));
  for (const EnumEntry<BuilderFlag>& entry : enum_entries<BuilderFlag>()) {
    config.set_flags(0);
    config.set_flag(entry.value);
    EXPECT_TRUE(config.flag(entry.value)) << entry.name;
    EXPECT_EQ(config.flags(), 1u << enum_number(entry.value)) << entry.name;
    config.clear_flag(entry.value);
    EXPECT_EQ(config.flags(), 0u) << entry.name;
  }
  for (const EnumEntry<PreviewFeature>& entry : enum_entries<PreviewFeature>()) {
    config.set_preview_feature(entry.value, true);
    EXPECT_TRUE(config.preview_feature(entry.value)) << entry.name;
    config.set_preview_feature(entry.value, false);
    EXPECT_FALSE(config.preview_feature(entry.value)) << entry.name;
  }
}

template <typename Getter, typename Setter, typename Value>
void expect_setting(Getter get, Setter set, const Value& first, const Value& next) {
  BuilderConfig config;
  EXPECT_EQ((config.*get)(), first);
  (config.*set)(next);
  EXPECT_EQ((config.*get)(), next);
  const BuilderConfig copy = config;
  EXPECT_EQ((copy.*get)(), next);
}

TEST(BuilderConfig, settings_are_read_back) {
  using C = BuilderConfig;
  expect_setting(&C::builder_optimization_level, &C::set_builder_optimization_level, 3, 5);
  expect_setting(&C::avg_timing_iterations, &C::set_avg_timing_iterations, 1, 4);
  expect_setting(&C::max_num_tactics, &C::set_max_num_tactics, -1, 2);
  expect_setting(&C::num_threads, &C::set_num_threads, 0, 2);
  expect_setting(&C::tactic_sources, &C::set_tactic_sources, int64_t{0xff}, int64_t{0x40});
  expect_setting(&C::profiling_verbosity, &C::set_profiling_verbosity,
                 ProfilingVerbosity::LayerNamesOnly, ProfilingVerbosity::Detailed);
  expect_setting(&C::engine_capability, &C::set_engine_capability, EngineCapability::Standard,
                 EngineCapability::Safety);
  expect_setting(&C::hardware_compatibility_level, &C::set_hardware_compatibility_level,
                 HardwareCompatibilityLevel::None, HardwareCompatibilityLevel::AmperePlus);
  expect_setting(&C::tiling_optimization_level, &C::set_tiling_optimization_level,
                 TilingOptimizationLevel::None, TilingOptimizationLevel::Full);
  expect_setting(&C::l2_limit_for_tiling, &C::set_l2_limit_for_tiling, int64_t{-1}, int64_t{4096});
  expect_setting(&C::default_device_type, &C::set_default_device_type, DeviceType::GPU,
                 DeviceType::DLA);
  expect_setting(&C::dla_core, &C::set_dla_core, -1, 1);
  expect_setting(&C::max_aux_streams, &C::set_max_aux_streams, 0, 3);
  expect_setting(&C::profile_stream, &C::set_profile_stream, uint64_t{0}, uint64_t{7});
  BuilderConfig config;
  config.set_tactic_sources(-1);
  EXPECT_EQ(config.tactic_sources(), 0xff) << "of the sources that there are";
}

TEST(BuilderConfig, memory_pools_have_their_own_limits) {
  for (const EnumEntry<MemoryPoolType>& entry : enum_entries<MemoryPoolType>()) {
    BuilderConfig config;
    EXPECT_EQ(config.memory_pool_limit(entry.value),
              entry.value == MemoryPoolType::Workspace ? -1 : 0);
    config.set_memory_pool_limit(entry.value, 1 << 20);
    for (const EnumEntry<MemoryPoolType>& other : enum_entries<MemoryPoolType>())
      EXPECT_EQ(config.memory_pool_limit(other.value) == 1 << 20, other.value == entry.value);
  }
}

TEST(BuilderConfig, what_cannot_be_is_refused) {
  BuilderConfig config;
  EXPECT_EQ(message_of([&] { config.set_builder_optimization_level(6); }),
            "[builder] builder_optimization_level: expected 0 to 5, got 6.");
  EXPECT_EQ(message_of([&] { config.set_builder_optimization_level(-1); }),
            "[builder] builder_optimization_level: expected 0 to 5, got -1.");
  EXPECT_EQ(message_of([&] { config.set_memory_pool_limit(MemoryPoolType::Workspace, -1); }),
            "[builder] memory_pool_limit: expected at least 0 bytes, got -1.");
  EXPECT_THROW(config.create_timing_cache("no cache"), PlanError);
  EXPECT_EQ(config.builder_optimization_level(), 3);
}

std::string cache_of_another_machine() {
  const std::string body = "another machine\n";
  std::ostringstream text;
  text << "trtlike timing cache 1\nchecksum " << std::hex
       << core::checksum(body.data(), body.size()) << '\n'
       << body;
  return text.str();
}

TEST(BuilderConfig, a_timing_cache_of_another_machine_is_taken_on_demand_only) {
  BuilderConfig config;
  const auto own = config.create_timing_cache("");
  own->update("problem", {"tactic", 0.5});
  EXPECT_EQ(config.create_timing_cache(own->serialize())->size(), 1u);
  EXPECT_TRUE(config.set_timing_cache(own, false));
  const auto other = config.create_timing_cache(cache_of_another_machine());
  EXPECT_EQ(other->fingerprint(), "another machine");
  EXPECT_FALSE(config.set_timing_cache(other, false));
  EXPECT_EQ(config.timing_cache(), own);
  EXPECT_TRUE(config.set_timing_cache(other, true));
  EXPECT_EQ(config.timing_cache(), other);
  EXPECT_TRUE(config.set_timing_cache(nullptr, false));
  EXPECT_EQ(config.timing_cache(), nullptr);
}

TEST(BuilderConfig, a_build_leaves_its_times_in_the_cache) {
  BuilderConfig config;
  const Network network = relu_network();
  Builder builder(std::make_shared<Lines>());
  ASSERT_NE(builder.build_serialized_network(network, config), nullptr);
  ASSERT_NE(config.timing_cache(), nullptr);
  EXPECT_EQ(config.timing_cache()->size() > 0, builder.report().measured > 0);
}

TEST(BuilderConfig, settings_without_effect_are_named_by_tensorrts_names) {
  const auto warnings = [](auto&& set) {
    const auto log = std::make_shared<Lines>();
    BuilderConfig config;
    config.set_builder_optimization_level(0);
    set(config);
    EXPECT_NE(Builder(log).build_serialized_network(relu_network(), config), nullptr);
    return log->text;
  };
  EXPECT_EQ(warnings([](BuilderConfig&) {}), "");
  EXPECT_THAT(warnings([](BuilderConfig& c) { c.set_flag(BuilderFlag::SparseWeights); }),
              HasSubstr("[builder] BuilderFlag.SPARSE_WEIGHTS has no effect: "));
  EXPECT_THAT(
      warnings([](BuilderConfig& c) { c.set_memory_pool_limit(MemoryPoolType::TacticDram, 4096); }),
      HasSubstr("[builder] MemoryPoolType.TACTIC_DRAM has no effect: "));
  EXPECT_THAT(warnings([](BuilderConfig& c) {
                c.set_preview_feature(PreviewFeature::ProfileSharing0806, true);
              }),
              HasSubstr("[builder] PreviewFeature.PROFILE_SHARING_0806 has no effect: "));
  EXPECT_THAT(warnings([](BuilderConfig& c) { c.set_default_device_type(DeviceType::DLA); }),
              HasSubstr("[builder] IBuilderConfig.DLA_core has no effect: "));
  EXPECT_THAT(warnings([](BuilderConfig& c) { c.set_max_aux_streams(2); }),
              HasSubstr("[builder] IBuilderConfig.max_aux_streams has no effect: "));
}

class Counting final : public ProgressMonitor {
 public:
  void phase_start(const std::string& phase, const std::string&, int) noexcept override {
    open.insert(phase);
    ++phases;
  }
  bool step_complete(const std::string&, int) noexcept override {
    ++steps;
    return !cancels;
  }
  void phase_finish(const std::string& phase) noexcept override { open.extract(phase); }

  std::multiset<std::string> open;
  int phases = 0, steps = 0;
  bool cancels = false;
};

TEST(BuilderConfig, a_monitor_hears_of_phases_and_cancels) {
  for (const bool cancels : {false, true}) {
    const auto monitor = std::make_shared<Counting>();
    const auto log = std::make_shared<Lines>();
    monitor->cancels = cancels;
    BuilderConfig config;
    config.set_progress_monitor(monitor);
    EXPECT_EQ(config.progress_monitor(), monitor);
    EXPECT_EQ(Builder(log).build_serialized_network(relu_network(), config) == nullptr, cancels);
    EXPECT_GE(monitor->phases, 1);
    EXPECT_GE(monitor->steps, 1);
    EXPECT_TRUE(monitor->open.empty());
    EXPECT_EQ(log->text.find("cancelled") != std::string::npos, cancels);
  }
}

TEST(BuilderConfig, go_on_ends_a_build_with_and_without_a_monitor) {
  for (const bool watched : {false, true}) {
    int asked = 0;
    const auto log = std::make_shared<Lines>();
    BuilderConfig config;
    if (watched) config.set_progress_monitor(std::make_shared<Counting>());
    config.set_go_on([&] {
      ++asked;
      return false;
    });
    EXPECT_EQ(Builder(log).build_serialized_network(relu_network(), config), nullptr);
    EXPECT_GE(asked, 1);
    EXPECT_THAT(log->text, HasSubstr("cancelled"));
    config.set_go_on(nullptr);
    EXPECT_NE(Builder(log).build_serialized_network(relu_network(), config), nullptr);
  }
}

TEST(BuilderConfig, threads_of_the_builder_count_where_the_configuration_has_none) {
  const auto threads = [](int of_builder, int of_config) {
    Builder builder(std::make_shared<Lines>());
    builder.set_max_threads(of_builder);
    BuilderConfig config;
    config.set_builder_optimization_level(0);
    config.set_num_threads(of_config);
    const auto engine = builder.build_engine_with_config(relu_network(), config);
    EXPECT_EQ(config.num_threads(), of_config) << "a build leaves it alone";
    return engine->create_execution_context(engine)->num_threads();
  };
  EXPECT_EQ(threads(1, 0), 1);
  EXPECT_EQ(threads(2, 1), 1);
}

}  // namespace
}  // namespace trtlike
