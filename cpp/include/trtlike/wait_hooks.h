// For programs whose callbacks need a lock that a caller may hold, as an interpreter's lock.
#pragma once

namespace trtlike {

/// Called on a thread that is about to wait for another thread of the library, and when the wait is
/// over. `begin` gives up what callbacks on that other thread need, and `end`, which gets what
/// `begin` returned, takes it back. Neither may throw.
struct WaitHooks {
  void* (*begin)() = nullptr;
  void (*end)(void* given_up) = nullptr;
};

/// Every wait of the library, destructors included, is between these. Set before the first context
/// or stream is made.
void set_wait_hooks(const WaitHooks& hooks);

}  // namespace trtlike
