// The ranges of an engine's tensors, as its runs show them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "calibration/histogram.h"
#include "engine/plan.h"
#include "runtime/execution/executable_plan.h"

namespace trtlike::calibration {

/// By the name of a value of a plan: names of the tensors that it is.
using TensorNames = std::map<std::string, std::vector<std::string>>;

/// Counts what floating-point values of a plan hold, by their names.
class Collector : public runtime::ValueObserver {
 public:
  /// `tensors` are the names under which values are counted, by their names in the plan; others are
  /// not. Without `counts` only the largest values are known afterwards.
  Collector(const engine::Plan& plan, const TensorNames& tensors, bool counts, int threads);

  /// Names the batch in what is thrown from here on.
  void begin_batch(int number) { batch_ = number; }
  /// Throws UserError naming batch and tensor where an element is NaN or infinite.
  void observe(int32_t value, const kernels::TensorDesc& desc, const void* data) override;
  /// As observe, for a value that no step gives.
  void observe_input(const std::string& name, const kernels::TensorDesc& desc, const void* data);

  /// One a value that was seen.
  const std::map<std::string, Histogram>& histograms() const { return histograms_; }
  /// The largest absolute values of the same.
  const std::map<std::string, float>& largest() const { return largest_; }

 private:
  const engine::Plan& plan_;
  const TensorNames& tensors_;
  bool counts_;
  core::ThreadPool pool_;
  int batch_ = 0;
  std::vector<float> widened_;
  std::map<std::string, Histogram> histograms_;
  std::map<std::string, float> largest_;
};

}  // namespace trtlike::calibration
