// Loading plans, and the queues that asynchronous execution runs on.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "trtlike/byte_streams.h"
#include "trtlike/engine.h"
#include "trtlike/gpu_allocator.h"
#include "trtlike/logger.h"

namespace trtlike {

/// Loads plans. Failures are logged and give a null pointer.
class Runtime {
 public:
  explicit Runtime(std::shared_ptr<Logger> logger);

  /// `data` keeps the bytes alive. Bytes that are not aligned to 64 are copied once, else they are
  /// used in place.
  std::shared_ptr<CudaEngine> deserialize_cuda_engine(std::shared_ptr<const void> data,
                                                      size_t nbytes);
  /// The bytes that a reader gives, from where it is. A reader with a place is not moved.
  std::shared_ptr<CudaEngine> deserialize_cuda_engine(StreamReader& reader);
  std::shared_ptr<CudaEngine> deserialize_cuda_engine(StreamReaderV2& reader);
  /// Files of up to 16 MiB are copied. Larger ones are mapped: nothing is copied, and processes
  /// share their pages, so the file must stay as it is; to replace it, write another one and rename
  /// that. A run after it became shorter is refused; during a run that is fatal.
  std::shared_ptr<CudaEngine> load_engine_file(const std::string& path);

  /// Kept for scripts that read it back; a warning says that it has no effect.
  int max_threads() const { return max_threads_; }
  void set_max_threads(int threads);

  /// Where contexts of engines that are loaded from now on have their memory from; null is the
  /// library's own.
  const std::shared_ptr<GpuAllocator>& gpu_allocator() const { return allocator_; }
  void set_gpu_allocator(std::shared_ptr<GpuAllocator> allocator) {
    allocator_ = std::move(allocator);
  }
  /// Told of this runtime's failures and of those of engines loaded from now on; null for none.
  const std::shared_ptr<ErrorRecorder>& error_recorder() const { return recorder_; }
  void set_error_recorder(std::shared_ptr<ErrorRecorder> recorder) {
    recorder_ = std::move(recorder);
  }

  // Settings that programs read back.

  int dla_core() const { return dla_core_; }
  void set_dla_core(int core);
  bool engine_host_code_allowed() const { return host_code_allowed_; }
  void set_engine_host_code_allowed(bool allowed) { host_code_allowed_ = allowed; }
  const std::string& temporary_directory() const { return temporary_directory_; }
  void set_temporary_directory(const std::string& path) { temporary_directory_ = path; }
  /// Bits 1 << TempfileControlFlag.
  uint32_t tempfile_control_flags() const { return tempfile_control_flags_; }
  void set_tempfile_control_flags(uint32_t flags) { tempfile_control_flags_ = flags; }

  const std::shared_ptr<Logger>& logger() const { return logger_; }

 private:
  std::shared_ptr<Logger> logger_;
  std::shared_ptr<GpuAllocator> allocator_;
  std::shared_ptr<ErrorRecorder> recorder_;
  int max_threads_ = 1;
  int dla_core_ = 0;
  bool host_code_allowed_ = false;
  std::string temporary_directory_;
  uint32_t tempfile_control_flags_ = 3;
};

/// An ordered queue with a worker of its own. Handle 0 is the default stream: it runs on the
/// caller's thread. Handles that no create_stream made are taken for the default stream.
uint64_t create_stream();
/// Runs what is queued first.
void destroy_stream(uint64_t handle);
/// Waits until all that was queued has run; for the default stream, on every stream. Throws
/// UserError for a stream from before a fork, and when a callback of a run on the stream calls.
void synchronize_stream(uint64_t handle);
/// Runs `body` after what is queued; at once on the default stream. It must not throw. Throws
/// UserError for a stream from before a fork.
void enqueue_on_stream(uint64_t handle, std::function<void()> body);

}  // namespace trtlike
