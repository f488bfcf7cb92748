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
  /// Maps the file: nothing is copied, and processes share its pages.
  std::shared_ptr<CudaEngine> load_engine_file(const std::string& path);

  const std::shared_ptr<Logger>& logger() const { return logger_; }

 private:
  std::shared_ptr<Logger> logger_;
};

/// An ordered queue with a worker of its own. Handle 0 is the default stream: it runs on the
/// caller's thread. Handles that no create_stream made are taken for the default stream.
uint64_t create_stream();
void destroy_stream(uint64_t handle);
/// Waits until all that was queued has run; for the default stream, on every stream.
void synchronize_stream(uint64_t handle);
/// Runs `body` after what is queued; at once on the default stream. It must not throw.
void enqueue_on_stream(uint64_t handle, std::function<void()> body);

}  // namespace trtlike
