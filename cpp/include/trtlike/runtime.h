// Loading plans, and the queues that asynchronous execution runs on.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "trtlike/engine.h"
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
  /// Files of up to 16 MiB are copied. Larger ones are mapped: nothing is copied, and processes
  /// share their pages, so the file must stay as it is; to replace it, write another one and rename
  /// that. A run after it became shorter is refused; during a run that is fatal.
  std::shared_ptr<CudaEngine> load_engine_file(const std::string& path);

  /// Kept for scripts that read it back; a warning says that it has no effect.
  int max_threads() const { return max_threads_; }
  void set_max_threads(int threads);

  const std::shared_ptr<Logger>& logger() const { return logger_; }

 private:
  std::shared_ptr<Logger> logger_;
  int max_threads_ = 1;
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
