// One phase of a build, as progress monitors see it.
#pragma once

#include "core/check.h"
#include "trtlike/builder_config.h"

namespace trtlike::builder {

/// True unless the caller wants the build to end.
inline bool goes_on(const BuilderConfig& config) { return !config.go_on() || config.go_on()(); }

/// Tells a progress monitor, if there is one, of one phase and its end, however the phase ends.
class Phase {
 public:
  Phase(const BuilderConfig& config, const char* name, const char* parent, int steps)
      : config_(config), monitor_(config.progress_monitor().get()), name_(name) {
    if (monitor_ != nullptr) monitor_->phase_start(name_, parent, steps);
  }
  ~Phase() {
    if (monitor_ != nullptr) monitor_->phase_finish(name_);
  }
  Phase(const Phase&) = delete;
  Phase& operator=(const Phase&) = delete;

  bool step(int i) const {
    return (monitor_ == nullptr || monitor_->step_complete(name_, i)) && goes_on(config_);
  }
  void checked_step(int i) const {
    TRTLIKE_CHECK(step(i), "[builder] build: cancelled by the progress monitor.");
  }

 private:
  const BuilderConfig& config_;
  ProgressMonitor* monitor_;
  const char* name_;
};

}  // namespace trtlike::builder
