// Batches through an engine.
#include "calibration/calibrate.h"

#include <algorithm>
#include <sstream>

#include "calibration/collector.h"
#include "calibration/thresholds.h"
#include "core/check.h"
#include "core/log.h"
#include "core/os/clock.h"
#include "core/os/memory.h"
#include "runtime/bindings.h"
#include "runtime/context_impl.h"

namespace trtlike {

CalibrationMethod Calibrator::method() const {
  if (algorithm() == CalibrationAlgoType::MinMaxCalibration) return CalibrationMethod::MinMax;
  return algorithm() == CalibrationAlgoType::LegacyCalibration ? CalibrationMethod::Percentile
                                                               : CalibrationMethod::Entropy;
}

namespace calibration {
namespace {

using Histograms = std::map<std::string, Histogram>;

ThresholdOptions options_of(Calibrator& calibrator) {
  return {calibrator.method(), calibrator.quantile(), calibrator.regression_cutoff()};
}

Cache make_cache(Calibrator& calibrator, const Histograms& histograms) {
  Cache cache{calibrator.algorithm(), {}};
  const ThresholdOptions options = options_of(calibrator);
  for (const auto& [name, histogram] : histograms)
    cache.scales[name] =
        static_cast<float>(find_threshold(histogram, options) / static_cast<double>(kInt8Steps));
  return cache;
}

std::string histograms_to_text(const Histograms& histograms) {
  std::string out;
  for (const auto& [name, histogram] : histograms) out += name + ": " + histogram.to_text() + "\n";
  return out;
}

Histograms histograms_from_text(const std::string& text) {
  Histograms out;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    const size_t colon = line.rfind(": ");
    const auto histogram =
        colon == std::string::npos ? std::nullopt : Histogram::from_text(line.substr(colon + 2));
    TRTLIKE_CHECK(histogram, "[calibration] histogram cache, line ", number,
                  ": expected '<tensor>: <histogram>', got '", line.substr(0, 60), "'.");
    out.insert_or_assign(line.substr(0, colon), *histogram);
  }
  return out;
}

/// Memory for outputs of whatever size.
class Outputs : public OutputAllocator {
 public:
  void* reallocate_output(const std::string& tensor, void*, uint64_t size,
                          uint64_t) noexcept override {
    auto& [memory, bytes] = memory_[tensor];
    if (bytes < size) {
      memory = core::allocate_shared(size);
      bytes = size;
    }
    return memory.get();
  }
  void notify_shape(const std::string&, const Dims&) noexcept override {}

 private:
  std::map<std::string, std::pair<std::shared_ptr<void>, uint64_t>> memory_;
};

class Run {
 public:
  Run(Calibrator& calibrator, const Session& session)
      : calibrator_(calibrator),
        session_(session),
        plan_(RuntimeAccess::plan(*session.engine)),
        context_(session.engine->create_execution_context(session.engine)),
        impl_(RuntimeAccess::context(*context_)),
        collector_(plan_, session.tensors, calibrator.method() != CalibrationMethod::MinMax,
                   impl_.num_threads) {
    const auto outputs = std::make_shared<Outputs>();
    for (size_t b = 0; b < plan_.bindings.size(); ++b) {
      if (plan_.bindings[b].mode == TensorIOMode::Input)
        inputs_.push_back(b);
      else
        context_->set_output_allocator(plan_.bindings[b].name, outputs);
    }
    for (const size_t b : inputs_) names_.push_back(plan_.bindings[b].name);
    impl_.observer = &collector_;
  }

  Cache run() {
    const int64_t start = core::now_ns();
    int64_t told = start;
    int batches = 0;
    std::vector<CalibrationTensor> tensors;
    while (next_batch(tensors)) {
      ++batches;
      collector_.begin_batch(batches);
      run_batch(tensors, batches);
      constexpr int64_t kSecond = 1'000'000'000;
      if (core::now_ns() - told < kSecond) continue;
      told = core::now_ns();
      core::log(session_.logger, Severity::Info, "[calibration] ", batches, " batches in ",
                static_cast<double>(told - start) * 1e-9, " s.");
    }
    TRTLIKE_CHECK(batches > 0, "[calibration] get_batch: expected at least one batch, got none.");
    core::log(session_.logger, Severity::Info, "[calibration] ranges of ",
              collector_.largest().size(), " tensors from ", batches, " batches in ",
              static_cast<double>(core::now_ns() - start) * 1e-9, " s.");
    return finish();
  }

 private:
  bool next_batch(std::vector<CalibrationTensor>& tensors) {
    TRTLIKE_CHECK(!session_.go_on || session_.go_on(), "[calibration] cancelled.");
    tensors.clear();
    return calibrator_.get_batch(names_, tensors);
  }

  Dims shape_of(const CalibrationTensor& tensor, size_t input) {
    if (tensor.shape) return *tensor.shape;
    Dims shape = session_.input_shapes.at(names_[input]);
    if (shape.rank() > 0 && shape[0] < 0) shape[0] = calibrator_.batch_size();
    return shape;
  }

  void run_batch(const std::vector<CalibrationTensor>& tensors, int batch) {
    TRTLIKE_CHECK(tensors.size() == names_.size(), "[calibration] get_batch, batch ", batch,
                  ": expected one tensor for each of the ", names_.size(), " inputs (",
                  core::join(names_), "), got ", tensors.size(), ".");
    for (size_t i = 0; i < inputs_.size(); ++i) set_input(tensors[i], i, batch);
    const ExecutionContext::Impl::Run prepared = impl_.make_run();
    for (const size_t b : inputs_)
      collector_.observe_input(
          plan_.bindings[b].name,
          runtime::binding_desc(plan_, static_cast<int>(b), impl_.input_dims[b]),
          impl_.addresses[b]);
    std::vector<void*> addresses = impl_.addresses;
    impl_.run(prepared, addresses);
  }

  void set_input(const CalibrationTensor& tensor, size_t i, int batch) {
    const std::string& name = names_[i];
    const auto binding = static_cast<int>(inputs_[i]);
    const std::string where = core::str("[calibration] batch ", batch, ", input '", name, "': ");
    TRTLIKE_CHECK(tensor.address != nullptr, where, "expected an address or an array, got 0.");
    const DataType dtype = runtime::binding_value(plan_, binding).dtype;
    TRTLIKE_CHECK(!tensor.dtype || *tensor.dtype == dtype, where, "expected elements of ",
                  core::dtype_name(dtype), ", got ", core::dtype_name(*tensor.dtype), ".");
    const Dims shape = shape_of(tensor, i);
    try {
      runtime::check_input_shape(plan_, binding, 0, shape);
    } catch (const UserError& fault) {
      throw UserError(where + fault.what());
    }
    context_->set_input_shape(name, shape);
    context_->set_tensor_address(name, const_cast<void*>(tensor.address), UINT64_MAX, tensor.owner);
  }

  Cache finish() {
    if (calibrator_.method() != CalibrationMethod::MinMax) {
      const Histograms histograms = by_tensor(collector_.histograms());
      if (calibrator_.algorithm() == CalibrationAlgoType::LegacyCalibration)
        calibrator_.write_histogram_cache(histograms_to_text(histograms));
      return make_cache(calibrator_, histograms);
    }
    Cache cache{calibrator_.algorithm(), {}};
    for (const auto& [name, largest] : by_tensor(collector_.largest()))
      cache.scales[name] = largest / static_cast<float>(kInt8Steps);
    return cache;
  }

  template <typename T>
  std::map<std::string, T> by_tensor(const std::map<std::string, T>& by_value) const {
    std::map<std::string, T> out;
    for (const auto& [value, seen] : by_value)
      for (const std::string& tensor : session_.tensors.at(value)) out.emplace(tensor, seen);
    return out;
  }

  Calibrator& calibrator_;
  const Session& session_;
  const engine::Plan& plan_;
  std::shared_ptr<ExecutionContext> context_;
  ExecutionContext::Impl& impl_;
  Collector collector_;
  std::vector<size_t> inputs_;
  std::vector<std::string> names_;
};

}  // namespace

std::optional<Cache> read_cache(Calibrator& calibrator, Logger* logger) {
  const std::string text = calibrator.read_calibration_cache();
  if (text.empty()) {
    if (calibrator.algorithm() != CalibrationAlgoType::LegacyCalibration) return std::nullopt;
    const Histograms histograms = histograms_from_text(calibrator.read_histogram_cache());
    if (histograms.empty()) return std::nullopt;
    return make_cache(calibrator, histograms);
  }
  Cache cache = Cache::from_text(text);
  if (cache.algorithm == calibrator.algorithm()) return cache;
  core::log(logger, Severity::Warning, "[calibration] cache: expected ",
            enum_name(calibrator.algorithm()), ", got one of ", enum_name(cache.algorithm),
            ". It is not used.");
  return std::nullopt;
}

Cache calibrate(Calibrator& calibrator, const Session& session) {
  Cache cache = Run(calibrator, session).run();
  calibrator.write_calibration_cache(cache.to_text());
  return cache;
}

}  // namespace calibration
}  // namespace trtlike
