// What a build may do, and who is told how far it is.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "trtlike/algorithm_selector.h"
#include "trtlike/calibrator.h"
#include "trtlike/enums/build_enums.h"
#include "trtlike/enums/runtime_enums.h"
#include "trtlike/layer.h"
#include "trtlike/profile.h"
#include "trtlike/timing_cache.h"

namespace trtlike {

/// Told of the build's phases; step_complete returns false to cancel the build.
class ProgressMonitor {
 public:
  virtual ~ProgressMonitor() = default;
  virtual void phase_start(const std::string& phase, const std::string& parent,
                           int num_steps) noexcept = 0;
  virtual bool step_complete(const std::string& phase, int step) noexcept = 0;
  virtual void phase_finish(const std::string& phase) noexcept = 0;
};

/// The settings of a build. A value: a copy is another configuration with the same profiles, timing
/// cache, selector and monitor.
class BuilderConfig {
 public:
  /// Bits 1 << BuilderFlag. TF32, which allows algorithms that sum in another order, is set.
  uint32_t flags() const { return flags_; }
  void set_flags(uint32_t flags) { flags_ = flags; }
  bool flag(BuilderFlag flag) const { return (flags_ & bit(flag)) != 0; }
  void set_flag(BuilderFlag flag) { flags_ |= bit(flag); }
  void clear_flag(BuilderFlag flag) { flags_ &= ~bit(flag); }

  /// Bytes of scratch that a tactic may ask for are limited by the Workspace pool; -1 is no limit,
  /// which is where it starts. Limits of other pools start at 0 and have no effect.
  int64_t memory_pool_limit(MemoryPoolType pool) const;
  /// Throws UserError for less than 0 bytes.
  void set_memory_pool_limit(MemoryPoolType pool, int64_t bytes);

  /// 0 takes the first tactic that fits, 3 measures the likely ones, 5 measures every tactic.
  int builder_optimization_level() const { return builder_optimization_level_; }
  /// Throws UserError unless it is 0 to 5.
  void set_builder_optimization_level(int level);
  int avg_timing_iterations() const { return avg_timing_iterations_; }
  void set_avg_timing_iterations(int iterations) { avg_timing_iterations_ = iterations; }
  /// Candidates that are measured a layer; -1 is no limit.
  int max_num_tactics() const { return max_num_tactics_; }
  void set_max_num_tactics(int tactics) { max_num_tactics_ = tactics; }
  /// Bits 1 << TacticSource, all of them at first.
  int64_t tactic_sources() const { return tactic_sources_; }
  void set_tactic_sources(int64_t sources) { tactic_sources_ = sources & kAllTacticSources; }
  ProfilingVerbosity profiling_verbosity() const { return profiling_verbosity_; }
  void set_profiling_verbosity(ProfilingVerbosity verbosity) { profiling_verbosity_ = verbosity; }
  /// Threads that the engine is tuned for; 0 is TRTLIKE_NUM_THREADS, else the CPUs that the process
  /// may use.
  int num_threads() const { return num_threads_; }
  void set_num_threads(int threads) { num_threads_ = threads; }

  /// Returns the profile's index.
  int add_optimization_profile(std::shared_ptr<OptimizationProfile> profile);
  int num_optimization_profiles() const { return static_cast<int>(profiles_.size()); }
  const std::vector<std::shared_ptr<OptimizationProfile>>& profiles() const { return profiles_; }

  /// A cache of these bytes, or an empty one. Throws PlanError when they are no timing cache.
  std::shared_ptr<TimingCache> create_timing_cache(std::string_view serialized) const;
  /// Null until the caller or a build sets it.
  const std::shared_ptr<TimingCache>& timing_cache() const { return timing_cache_; }
  /// False when the cache belongs to another machine, unless `ignore_mismatch`. Null is no cache.
  bool set_timing_cache(std::shared_ptr<TimingCache> cache, bool ignore_mismatch);

  /// Where ranges of tensors come from that have none of their own (Tensor::set_dynamic_range), for
  /// builds with BuilderFlag::INT8 of networks without Q/DQ layers. Null for none.
  const std::shared_ptr<Calibrator>& int8_calibrator() const { return int8_calibrator_; }
  void set_int8_calibrator(std::shared_ptr<Calibrator> calibrator) {
    int8_calibrator_ = std::move(calibrator);
  }
  /// The profile whose opt shapes batches have; null is the first profile.
  const std::shared_ptr<OptimizationProfile>& calibration_profile() const {
    return calibration_profile_;
  }
  void set_calibration_profile(std::shared_ptr<OptimizationProfile> profile) {
    calibration_profile_ = std::move(profile);
  }
  /// Bits 1 << QuantizationFlag. With CalibrateBeforeFusion every tensor of the network gets a
  /// range, without it those that fusions leave.
  uint32_t quantization_flags() const { return quantization_flags_; }
  void set_quantization_flags(uint32_t flags) { quantization_flags_ = flags; }
  bool quantization_flag(QuantizationFlag flag) const {
    return (quantization_flags_ & bit(flag)) != 0;
  }
  void set_quantization_flag(QuantizationFlag flag) { quantization_flags_ |= bit(flag); }
  void clear_quantization_flag(QuantizationFlag flag) { quantization_flags_ &= ~bit(flag); }

  /// Asked which tactics a build may choose from; null for none.
  const std::shared_ptr<AlgorithmSelector>& algorithm_selector() const {
    return algorithm_selector_;
  }
  void set_algorithm_selector(std::shared_ptr<AlgorithmSelector> selector) {
    algorithm_selector_ = std::move(selector);
  }

  const std::shared_ptr<ProgressMonitor>& progress_monitor() const { return progress_monitor_; }
  void set_progress_monitor(std::shared_ptr<ProgressMonitor> monitor);
  /// Asked many times a second, on the thread that builds; false cancels the build.
  const std::function<bool()>& go_on() const { return go_on_; }
  void set_go_on(std::function<bool()> go_on) { go_on_ = std::move(go_on); }

  // TensorRT's settings without a meaning on a CPU, which programs read back. The builder warns of
  // those that ask for something.

  EngineCapability engine_capability() const { return engine_capability_; }
  void set_engine_capability(EngineCapability capability) { engine_capability_ = capability; }
  HardwareCompatibilityLevel hardware_compatibility_level() const { return compatibility_; }
  void set_hardware_compatibility_level(HardwareCompatibilityLevel level) {
    compatibility_ = level;
  }
  TilingOptimizationLevel tiling_optimization_level() const { return tiling_; }
  void set_tiling_optimization_level(TilingOptimizationLevel level) { tiling_ = level; }
  int64_t l2_limit_for_tiling() const { return l2_limit_for_tiling_; }
  void set_l2_limit_for_tiling(int64_t bytes) { l2_limit_for_tiling_ = bytes; }
  DeviceType default_device_type() const { return default_device_type_; }
  void set_default_device_type(DeviceType type) { default_device_type_ = type; }
  int dla_core() const { return dla_core_; }
  void set_dla_core(int core) { dla_core_ = core; }
  /// The layer's own, else the default one.
  DeviceType device_type(const Layer& layer) const;
  void set_device_type(const Layer& layer, DeviceType type);
  bool is_device_type_set(const Layer& layer) const;
  void reset_device_type(const Layer& layer);
  bool can_run_on_dla(const Layer&) const { return false; }
  RuntimePlatform runtime_platform() const { return runtime_platform_; }
  void set_runtime_platform(RuntimePlatform platform) { runtime_platform_ = platform; }
  const std::vector<std::string>& plugins_to_serialize() const { return plugins_to_serialize_; }
  void set_plugins_to_serialize(std::vector<std::string> paths) {
    plugins_to_serialize_ = std::move(paths);
  }
  const std::string& remote_auto_tuning_config() const { return remote_auto_tuning_config_; }
  void set_remote_auto_tuning_config(const std::string& config) {
    remote_auto_tuning_config_ = config;
  }
  int max_aux_streams() const { return max_aux_streams_; }
  void set_max_aux_streams(int streams) { max_aux_streams_ = streams; }
  uint64_t profile_stream() const { return profile_stream_; }
  void set_profile_stream(uint64_t stream) { profile_stream_ = stream; }
  bool preview_feature(PreviewFeature feature) const {
    return (preview_features_ & bit(feature)) != 0;
  }
  void set_preview_feature(PreviewFeature feature, bool enable);

 private:
  template <typename E>
  static constexpr uint32_t bit(E value) {
    return 1u << enum_number(value);
  }
  static constexpr int64_t kAllTacticSources = (int64_t{1} << kEnumCount<TacticSource>)-1;

  uint32_t flags_ = bit(BuilderFlag::TF32);
  std::map<MemoryPoolType, int64_t> memory_pool_limits_ = {{MemoryPoolType::Workspace, -1}};
  int builder_optimization_level_ = 3;
  int avg_timing_iterations_ = 1;
  int max_num_tactics_ = -1;
  int64_t tactic_sources_ = kAllTacticSources;
  ProfilingVerbosity profiling_verbosity_ = ProfilingVerbosity::LayerNamesOnly;
  int num_threads_ = 0;
  std::vector<std::shared_ptr<OptimizationProfile>> profiles_;
  std::shared_ptr<TimingCache> timing_cache_;
  std::shared_ptr<Calibrator> int8_calibrator_;
  std::shared_ptr<OptimizationProfile> calibration_profile_;
  uint32_t quantization_flags_ = 0;
  std::shared_ptr<AlgorithmSelector> algorithm_selector_;
  std::shared_ptr<ProgressMonitor> progress_monitor_;
  std::function<bool()> go_on_;
  EngineCapability engine_capability_ = EngineCapability::Standard;
  HardwareCompatibilityLevel compatibility_ = HardwareCompatibilityLevel::None;
  TilingOptimizationLevel tiling_ = TilingOptimizationLevel::None;
  int64_t l2_limit_for_tiling_ = -1;
  DeviceType default_device_type_ = DeviceType::GPU;
  int dla_core_ = -1;
  int max_aux_streams_ = 0;
  uint64_t profile_stream_ = 0;
  /// By name.
  std::map<std::string, DeviceType> device_types_;
  RuntimePlatform runtime_platform_ = RuntimePlatform::SameAsBuild;
  std::vector<std::string> plugins_to_serialize_;
  std::string remote_auto_tuning_config_;
  uint32_t preview_features_ = 0;
};

}  // namespace trtlike
