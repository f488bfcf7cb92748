// Looking for signals and for exceptions that wait for the main thread.
#include "bindings/interruptible.h"

#include <chrono>

namespace trtlike::bindings {

class Interruptible::Monitor final : public ProgressMonitor {
 public:
  explicit Monitor(ProgressMonitor* wanted) : wanted_(wanted) {}

  void phase_start(const std::string& phase, const std::string& parent,
                   int num_steps) noexcept override {
    if (wanted_ != nullptr) wanted_->phase_start(phase, parent, num_steps);
  }
  bool step_complete(const std::string& phase, int step) noexcept override {
    return (wanted_ == nullptr || wanted_->step_complete(phase, step)) && go_on();
  }
  void phase_finish(const std::string& phase) noexcept override {
    if (wanted_ != nullptr) wanted_->phase_finish(phase);
  }
  bool go_on() noexcept override {
    using Clock = std::chrono::steady_clock;
    constexpr auto kPause = std::chrono::milliseconds(50);
    if (raised) return false;
    if (wanted_ != nullptr && !wanted_->go_on()) return false;
    if (Clock::now() - last_ < kPause || !can_call_python()) return true;
    last_ = Clock::now();
    const py::gil_scoped_acquire gil;
    if (Py_MakePendingCalls() == 0) return true;
    raised.emplace();
    return false;
  }

  std::optional<py::error_already_set> raised;

 private:
  ProgressMonitor* wanted_;
  std::chrono::steady_clock::time_point last_;
};

Interruptible::Interruptible(BuilderConfig& config)
    : config_(config),
      wanted_(config.progress_monitor),
      monitor_(std::make_shared<Monitor>(wanted_.get())) {
  config_.progress_monitor = monitor_;
}

Interruptible::~Interruptible() { config_.progress_monitor = wanted_; }

void Interruptible::raise() const {
  if (monitor_->raised) throw py::error_already_set(*monitor_->raised);
  if (Py_MakePendingCalls() != 0) throw py::error_already_set();
}

}  // namespace trtlike::bindings
