// Which thread is in a context: one at a time, and none from a callback of the context's own run.
#pragma once

#include <atomic>
#include <cstdint>

namespace trtlike::runtime {

class ContextUser {
 public:
  /// This thread is in the context until it left as often as it entered. Throws UserError naming
  /// `what` while another thread is, or when this thread is in a callback of the context's run.
  void enter(const char* what);
  void leave();

  /// True on the thread that is InRun.
  bool is_in_run() const;

 private:
  friend class InRun;

  std::atomic<uintptr_t> thread_{0};
  std::atomic<uintptr_t> running_thread_{0};
  int depth_ = 0;
};

/// A thread's stay in a context.
class Use {
 public:
  Use(ContextUser& user, const char* what) : user_(user) { user_.enter(what); }
  ~Use() { user_.leave(); }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

 private:
  ContextUser& user_;
};

/// Lives while this thread runs the context and calls what may call it back. Runs of one context
/// follow each other.
class InRun {
 public:
  explicit InRun(ContextUser& user);
  ~InRun();
  InRun(const InRun&) = delete;
  InRun& operator=(const InRun&) = delete;

 private:
  ContextUser& user_;
};

}  // namespace trtlike::runtime
