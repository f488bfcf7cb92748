// A loaded plan: what the engine takes, gives and contains.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "trtlike/enums/build_enums.h"
#include "trtlike/enums/runtime_enums.h"
#include "trtlike/error_recorder.h"
#include "trtlike/logger.h"
#include "trtlike/runtime_config.h"
#include "trtlike/types.h"

namespace trtlike {

class ExecutionContext;

/// Bytes that trtlike made: a plan or a timing cache. Aligned to 64 bytes.
class HostMemory {
 public:
  HostMemory(std::shared_ptr<const void> data, size_t nbytes)
      : data_(std::move(data)), nbytes_(nbytes) {}
  const void* data() const { return data_.get(); }
  size_t nbytes() const { return nbytes_; }
  const std::shared_ptr<const void>& owner() const { return data_; }

 private:
  std::shared_ptr<const void> data_;
  size_t nbytes_;
};

/// What of an engine goes into its bytes: bits 1 << SerializationFlag.
class SerializationConfig {
 public:
  uint32_t flags() const { return flags_; }
  void set_flags(uint32_t flags) { flags_ = flags; }
  bool flag(SerializationFlag flag) const { return (flags_ >> enum_number(flag) & 1u) != 0; }
  void set_flag(SerializationFlag flag) { flags_ |= 1u << enum_number(flag); }
  void clear_flag(SerializationFlag flag) { flags_ &= ~(1u << enum_number(flag)); }

 private:
  uint32_t flags_ = 0;
};

/// An engine. Safe to use from several threads, and the same for good but for its weights, which a
/// Refitter replaces; contexts hold it alive.
class CudaEngine {
 public:
  struct Impl;
  explicit CudaEngine(std::unique_ptr<Impl> impl);
  ~CudaEngine();

  const std::string& name() const;
  int num_io_tensors() const;
  int num_layers() const;
  int num_optimization_profiles() const;

  /// Throws UserError listing the names there are when there is none of that name or index.
  const std::string& tensor_name(int index) const;
  bool has_tensor(const std::string& name) const;
  TensorIOMode tensor_mode(const std::string& name) const;
  Dims tensor_shape(const std::string& name) const;
  DataType tensor_dtype(const std::string& name) const;
  TensorLocation tensor_location(const std::string& name) const;
  TensorFormat tensor_format(const std::string& name) const;
  /// The same in TensorRT's words.
  std::string tensor_format_desc(const std::string& name) const;
  bool is_shape_inference_io(const std::string& name) const;
  /// True for tensors that Network::mark_debug marked.
  bool is_debug_tensor(const std::string& name) const;
  /// min, opt, max of an input in a profile.
  std::array<Dims, 3> tensor_profile_shape(const std::string& name, int profile) const;
  std::array<std::vector<int64_t>, 3> tensor_profile_values(const std::string& name,
                                                            int profile) const;

  /// Bytes of activations and scratch that one context needs at the largest shapes of all profiles.
  int64_t device_memory_size() const;
  int64_t device_memory_size_for_profile(int profile) const;
  /// Bytes of constants as packed for the chosen tactics.
  int64_t weights_size() const;
  ProfilingVerbosity profiling_verbosity() const;
  /// Bits 1 << TacticSource of the tactics that its layers use.
  int64_t tactic_sources() const;
  int64_t stat(EngineStat stat) const;

  // Weights of a mapped plan file are read where they lie: pages that memory has no room for come
  // from the file again. A budget gives them back after each run without being asked.

  /// Bytes of weights whose pages can be given back: those of a mapped file, else none.
  int64_t streamable_weights_size() const;
  /// Bytes of weights that stay in memory between runs.
  int64_t weight_streaming_budget() const;
  /// False, with a message, for less than 0 bytes.
  bool set_weight_streaming_budget(int64_t bytes);
  /// What the machine has room for now.
  int64_t weight_streaming_automatic_budget() const;

  /// Told of this engine's failures and of those of contexts made from now on; null for none. Not
  /// while another thread uses the engine.
  const std::shared_ptr<ErrorRecorder>& error_recorder() const;
  void set_error_recorder(std::shared_ptr<ErrorRecorder> recorder);

  /// True when a Refitter can give it other weights.
  bool refittable() const;
  /// False while it lacks weights that were left out of the plan: it runs once it is refitted.
  bool has_weights() const;

  /// The plan's bytes again: the same as those it was loaded from until it is refitted.
  std::shared_ptr<HostMemory> serialize() const;
  std::shared_ptr<SerializationConfig> create_serialization_config() const;
  /// Without the weights that can be refitted where ExcludeWeights is set; with them it can be
  /// refitted again where IncludeRefit is.
  std::shared_ptr<HostMemory> serialize_with_config(const SerializationConfig& config) const;
  /// Null, with a message in the log, when memory runs out.
  std::shared_ptr<ExecutionContext> create_execution_context(
      const std::shared_ptr<const CudaEngine>& self) const;
  /// With UserManaged a run needs ExecutionContext::set_device_memory first. By the other
  /// strategies a context takes the memory that its shapes need.
  std::shared_ptr<ExecutionContext> create_execution_context(
      const std::shared_ptr<const CudaEngine>& self,
      ExecutionContextAllocationStrategy strategy) const;
  std::shared_ptr<ExecutionContext> create_execution_context(
      const std::shared_ptr<const CudaEngine>& self, const RuntimeConfig& config) const;

  /// One layer, or the whole engine, as JSON or as one line of text. With a context, run-time
  /// shapes are filled in.
  std::string layer_information(int layer, LayerInformationFormat format,
                                const ExecutionContext* context) const;
  std::string engine_information(LayerInformationFormat format,
                                 const ExecutionContext* context) const;

  const std::shared_ptr<Logger>& logger() const;

 private:
  friend struct RuntimeAccess;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trtlike
