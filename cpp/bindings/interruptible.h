// Builds that Ctrl-C ends: signals are looked for where the builder asks whether to go on.
#pragma once

#include <chrono>
#include <optional>

#include "bindings/module.h"

namespace trtlike::bindings {

/// What the configuration's go_on asks while this lives.
class Interruptible {
 public:
  explicit Interruptible(BuilderConfig& config);
  ~Interruptible();
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

  /// Raises what came: KeyboardInterrupt, or what a signal handler raised.
  void raise() const;

 private:
  bool go_on();

  BuilderConfig& config_;
  std::optional<py::error_already_set> raised_;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace trtlike::bindings
