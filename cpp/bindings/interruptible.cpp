// Looking for signals and for exceptions that wait for the main thread.
#include "bindings/interruptible.h"

namespace trtlike::bindings {

Interruptible::Interruptible(BuilderConfig& config) : config_(config) {
  config_.set_go_on([this] { return go_on(); });
}

Interruptible::~Interruptible() { config_.set_go_on(nullptr); }

bool Interruptible::go_on() {
  using Clock = std::chrono::steady_clock;
  constexpr auto kPause = std::chrono::milliseconds(50);
  if (raised_) return false;
  if (Clock::now() - last_ < kPause || !can_call_python()) return true;
  last_ = Clock::now();
  const py::gil_scoped_acquire gil;
  if (Py_MakePendingCalls() == 0) return true;
  raised_.emplace();
  return false;
}

void Interruptible::raise() const {
  if (raised_) throw py::error_already_set(*raised_);
  if (Py_MakePendingCalls() != 0) throw py::error_already_set();
}

}  // namespace trtlike::bindings
