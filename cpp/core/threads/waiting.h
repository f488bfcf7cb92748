// The one way to wait for another thread of the library.
#pragma once

namespace trtlike::core {

/// Lives around a wait: what callbacks on the other thread need is given up meanwhile. To be made
/// before the lock that the wait uses is taken.
class Waiting {
 public:
  Waiting();
  ~Waiting();
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  void* given_up_;
};

}  // namespace trtlike::core
