// Networks to plans.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "trtlike/builder_config.h"
#include "trtlike/byte_streams.h"
#include "trtlike/engine.h"
#include "trtlike/gpu_allocator.h"
#include "trtlike/logger.h"
#include "trtlike/network.h"

namespace trtlike {

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
  /// Hands the plan's bytes to the writer. False, with the reason in the log, on failure.
  bool build_serialized_network_to_stream(const Network& network, BuilderConfig& config,
                                          StreamWriter& writer);
  /// What a build would learn from config.int8_calibrator(), as the text of a calibration cache.
  /// Empty, with the reason in the log, on failure.
  std::string calibrate(const Network& network, BuilderConfig& config);
  bool is_network_supported(const Network& network, const BuilderConfig& config);

  /// Threads of builds whose configuration does not say; 0 is as there.
  int max_threads() const { return max_threads_; }
  void set_max_threads(int threads) { max_threads_ = threads; }

  /// Where contexts of engines that this builder makes have their memory from; null is the
  /// library's own.
  const std::shared_ptr<GpuAllocator>& gpu_allocator() const { return allocator_; }
  void set_gpu_allocator(std::shared_ptr<GpuAllocator> allocator) {
    allocator_ = std::move(allocator);
  }
  /// Told of failed builds; null for nobody. Networks made by create_network have it too.
  const std::shared_ptr<ErrorRecorder>& error_recorder() const { return recorder_; }
  void set_error_recorder(std::shared_ptr<ErrorRecorder> recorder) {
    recorder_ = std::move(recorder);
  }
  Network create_network(uint32_t flags = 0) const;
  /// As a new builder is, but for its logger.
  void reset() { *this = Builder(logger_); }

  /// The last build's report.
  const BuildReport& report() const { return report_; }
  const std::shared_ptr<Logger>& logger() const { return logger_; }
  bool platform_has_fast_fp16() const;
  bool platform_has_fast_int8() const;
  bool platform_has_fast_bf16() const;

 private:
  std::shared_ptr<Logger> logger_;
  BuildReport report_;
  std::shared_ptr<GpuAllocator> allocator_;
  std::shared_ptr<ErrorRecorder> recorder_;
  int max_threads_ = 0;
};

}  // namespace trtlike
