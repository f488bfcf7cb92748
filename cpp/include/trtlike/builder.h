// Networks to plans: the builder and its configuration.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "trtlike/engine.h"
#include "trtlike/logger.h"
#include "trtlike/network.h"
#include "trtlike/profile.h"
#include "trtlike/timing_cache.h"

namespace trtlike {

/// Bits of BuilderConfig::flags, with TensorRT's integer values.
enum class BuilderFlag : int32_t {
  FP16 = 0,
  INT8 = 1,
  Debug = 2,
  Refit = 4,
  DisableTimingCache = 5,
  TF32 = 6,
  ObeyPrecisionConstraints = 9,
  PreferPrecisionConstraints = 10,
  DirectIO = 11,
  ErrorOnTimingCacheMiss = 16,
  BF16 = 17,
  StripPlan = 19,
  StrictNans = 24,
  EditableTimingCache = 27,
};

/// Sources of tactics, each a bit of BuilderConfig::tactic_sources. The values below 5 are
/// TensorRT's.
enum class TacticSource : int32_t {
  Cublas = 0,
  CublasLt = 1,
  Cudnn = 2,
  EdgeMaskConvolutions = 3,
  JitConvolutions = 4,
  OneDnn = 5,
  Native = 6,
  Eigen = 7,
};

/// Told of the build's phases; step_complete returns false to cancel the build.
class ProgressMonitor {
 public:
  virtual ~ProgressMonitor() = default;
  virtual void phase_start(const std::string& phase, const std::string& parent,
                           int num_steps) noexcept = 0;
  virtual bool step_complete(const std::string& phase, int step) noexcept = 0;
  virtual void phase_finish(const std::string& phase) noexcept = 0;
  /// Asked many times a second, on the thread that builds; false cancels the build.
  virtual bool go_on() noexcept { return true; }
};

/// What a build may do. Plain data; the builder checks it.
struct BuilderConfig {
  uint32_t flags = 1u << static_cast<int>(BuilderFlag::TF32);
  /// Bytes of scratch that a tactic may ask for; -1 is no limit.
  int64_t workspace_limit = -1;
  std::map<int32_t, int64_t> other_pool_limits;
  /// 0 takes the first tactic that fits, 3 measures the likely ones, 5 measures every tactic.
  int builder_optimization_level = 3;
  int avg_timing_iterations = 1;
  int max_num_tactics = -1;
  ProfilingVerbosity profiling_verbosity = ProfilingVerbosity::LayerNamesOnly;
  /// Bits 1 << TacticSource; -1 is all.
  int64_t tactic_sources = -1;
  std::vector<std::shared_ptr<OptimizationProfile>> profiles;
  std::shared_ptr<TimingCache> timing_cache;
  std::shared_ptr<ProgressMonitor> progress_monitor;
  /// Threads that the engine is tuned for; 0 is TRTLIKE_NUM_THREADS, else the CPUs that the process
  /// may use.
  int num_threads = 0;

  // TensorRT's settings without a meaning on a CPU, which scripts read back. The builder warns of
  // those that ask for something.
  int32_t engine_capability = 0;
  int32_t hardware_compatibility_level = 0;
  int32_t tiling_optimization_level = 0;
  int32_t default_device_type = 0;
  int dla_core = -1;
  int max_aux_streams = 0;
  uint64_t profile_stream = 0;
  int64_t l2_limit_for_tiling = -1;
  uint32_t preview_features = 0;

  bool flag(BuilderFlag f) const { return (flags >> static_cast<int>(f)) & 1u; }
  void set_flag(BuilderFlag f) { flags |= 1u << static_cast<int>(f); }
  void clear_flag(BuilderFlag f) { flags &= ~(1u << static_cast<int>(f)); }
};

/// What the build measured for one candidate of one layer.
struct TacticReport {
  std::string layer;
  std::string tactic;
  double time_ms = 0;
  std::string runner_up;
  double runner_up_ms = 0;
};

/// What a build did, for people: fusions by name, and the winners with their runners-up.
struct BuildReport {
  std::map<std::string, int> fusions;
  std::vector<TacticReport> tactics;
  int layers_before = 0;
  int layers_after = 0;
  int measured = 0;
  double seconds = 0;
};

/// Builds plans. Failures are logged and give a null pointer.
class Builder {
 public:
  explicit Builder(std::shared_ptr<Logger> logger);

  std::shared_ptr<HostMemory> build_serialized_network(const Network& network,
                                                       BuilderConfig& config);
  std::shared_ptr<CudaEngine> build_engine_with_config(const Network& network,
                                                       BuilderConfig& config);
  bool is_network_supported(const Network& network, const BuilderConfig& config);

  /// The last build's report.
  const BuildReport& report() const { return report_; }
  const std::shared_ptr<Logger>& logger() const { return logger_; }
  bool platform_has_fast_fp16() const;
  bool platform_has_fast_int8() const;
  bool platform_has_fast_bf16() const;

 private:
  std::shared_ptr<Logger> logger_;
  BuildReport report_;
};

}  // namespace trtlike
