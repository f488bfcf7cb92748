// A loaded plan: what the engine takes, gives and contains.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "trtlike/enums/build_enums.h"
#include "trtlike/logger.h"
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

/// An engine. Immutable and safe to use from several threads; contexts hold it alive.
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

  /// The plan's bytes again, the same as those it was loaded from.
  std::shared_ptr<HostMemory> serialize() const;
  /// Null, with a message in the log, when memory runs out.
  std::shared_ptr<ExecutionContext> create_execution_context(
      const std::shared_ptr<const CudaEngine>& self) const;
  /// The same; a warning says that other strategies than Static have no effect.
  std::shared_ptr<ExecutionContext> create_execution_context(
      const std::shared_ptr<const CudaEngine>& self,
      ExecutionContextAllocationStrategy strategy) const;

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
