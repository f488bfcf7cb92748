// Streams: queues with a worker each.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace trtlike::runtime {

class Stream {
 public:
  Stream();
  /// Runs what is queued, then ends. Only in the process that made it.
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// False in a child that was forked later: the worker is not there.
  bool has_worker() const;
  /// Jobs must not throw. Throws UserError when there is no worker.
  void enqueue(std::function<void()> job);
  /// Waits until everything queued so far has run. Throws UserError when there is no worker, or
  /// when the worker itself calls.
  void synchronize();

 private:
  void work();
  void check_worker() const;

  const uint64_t generation_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  uint64_t queued_ = 0;
  uint64_t done_ = 0;
  bool ending_ = false;
  std::thread worker_;
};

/// The stream of this handle; null for the default stream and for handles that create_stream did
/// not make.
std::shared_ptr<Stream> find_stream(uint64_t handle);

}  // namespace trtlike::runtime
