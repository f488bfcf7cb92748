// Hooks around waits.
#include "core/threads/waiting.h"

#include "trtlike/wait_hooks.h"

namespace trtlike {
namespace {

WaitHooks& hooks() {
  static WaitHooks instance;
  return instance;
}

}  // namespace

void set_wait_hooks(const WaitHooks& wanted) { hooks() = wanted; }

namespace core {

Waiting::Waiting() : given_up_(hooks().begin != nullptr ? hooks().begin() : nullptr) {}

Waiting::~Waiting() {
  if (hooks().end != nullptr) hooks().end(given_up_);
}

}  // namespace core
}  // namespace trtlike
