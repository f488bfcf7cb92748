// Stream workers and the table of handles.
#include "runtime/stream.h"

#include <map>
#include <vector>

#include "core/check.h"
#include "core/os/fork.h"
#include "core/threads/waiting.h"
#include "trtlike/runtime.h"

namespace trtlike {
namespace runtime {
namespace {

struct Table {
  std::mutex mutex;
  std::map<uint64_t, std::shared_ptr<Stream>> streams;
};

/// Never destroyed: threads may use streams while the process ends.
Table& table() {
  static Table* const instance = new Table;
  return *instance;
}

std::vector<std::shared_ptr<Stream>> all_streams() {
  const std::lock_guard<std::mutex> lock(table().mutex);
  std::vector<std::shared_ptr<Stream>> streams;
  for (const auto& [handle, stream] : table().streams) streams.push_back(stream);
  return streams;
}

}  // namespace

Stream::Stream() : generation_(core::fork_generation()), worker_([this] { work(); }) {}

Stream::~Stream() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  if (worker_.get_id() == std::this_thread::get_id()) {
    worker_.detach();
  } else {
    const core::Waiting waiting;
    worker_.join();
  }
}

bool Stream::has_worker() const { return generation_ == core::fork_generation(); }

void Stream::check_worker() const {
  TRTLIKE_CHECK(has_worker(),
                "[runtime] stream: expected one of this process, got one from before a fork, whose "
                "worker is not here. Create streams in the child.");
}

void Stream::enqueue(std::function<void()> job) {
  check_worker();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    jobs_.push_back(std::move(job));
    ++queued_;
  }
  changed_.notify_all();
}

void Stream::synchronize() {
  check_worker();
  TRTLIKE_CHECK(worker_.get_id() != std::this_thread::get_id(),
                "[runtime] synchronize_stream: expected a call from outside of the stream, got one "
                "from a callback of a run on it.");
  const core::Waiting waiting;
  std::unique_lock<std::mutex> lock(mutex_);
  const uint64_t target = queued_;
  changed_.wait(lock, [&] { return done_ >= target; });
}

void Stream::work() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return ending_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    {
      const std::function<void()> job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
    }
    lock.lock();
    ++done_;
    changed_.notify_all();
  }
}

std::shared_ptr<Stream> find_stream(uint64_t handle) {
  const std::lock_guard<std::mutex> lock(table().mutex);
  const auto found = table().streams.find(handle);
  return found == table().streams.end() ? nullptr : found->second;
}

}  // namespace runtime

uint64_t create_stream() {
  auto stream = std::make_shared<runtime::Stream>();
  const auto handle = static_cast<uint64_t>(reinterpret_cast<uintptr_t>(stream.get()));
  const std::lock_guard<std::mutex> lock(runtime::table().mutex);
  runtime::table().streams.emplace(handle, std::move(stream));
  return handle;
}

void destroy_stream(uint64_t handle) {
  std::shared_ptr<runtime::Stream> stream = runtime::find_stream(handle);
  if (stream == nullptr) return;
  {
    const std::lock_guard<std::mutex> lock(runtime::table().mutex);
    runtime::table().streams.erase(handle);
  }
  // What belongs to a worker that is not here can neither be waited for nor be freed.
  if (!stream->has_worker()) new std::shared_ptr<runtime::Stream>(std::move(stream));
}

void synchronize_stream(uint64_t handle) {
  if (const std::shared_ptr<runtime::Stream> stream = runtime::find_stream(handle)) {
    stream->synchronize();
    return;
  }
  for (const std::shared_ptr<runtime::Stream>& stream : runtime::all_streams())
    if (stream->has_worker()) stream->synchronize();
}

void enqueue_on_stream(uint64_t handle, std::function<void()> body) {
  const std::shared_ptr<runtime::Stream> stream = runtime::find_stream(handle);
  if (stream == nullptr) {
    body();
  } else {
    stream->enqueue(std::move(body));
  }
}

}  // namespace trtlike
