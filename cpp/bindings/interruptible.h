// Builds that Ctrl-C ends: signals are looked for where the builder asks its progress monitor
// whether to go on.
#pragma once

#include <optional>

#include "bindings/module.h"

namespace trtlike::bindings {

/// Puts itself in the place of the configuration's progress monitor, which it tells all it hears.
class Interruptible {
 public:
  explicit Interruptible(BuilderConfig& config);
  ~Interruptible();
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

  /// Raises what came: KeyboardInterrupt, or what a signal handler raised.
  void raise() const;

 private:
  class Monitor;
  BuilderConfig& config_;
  std::shared_ptr<ProgressMonitor> wanted_;
  std::shared_ptr<Monitor> monitor_;
};

}  // namespace trtlike::bindings
