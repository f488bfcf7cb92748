// If takes one branch; Loop hands the values of one turn to the next.
#include "runtime/regions/region_steps.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

#include "core/check.h"
#include "core/os/environment.h"
#include "core/os/memory.h"
#include "engine/rules/region_rules.h"
#include "ops/host_values.h"
#include "runtime/regions/body.h"

namespace trtlike::runtime {
namespace {

constexpr int64_t kMaxTurns = 10'000'000;

int64_t turn_limit() {
  const std::string text = core::environment(core::Switch::MaxLoopTurns);
  if (text.empty()) return kMaxTurns;
  int64_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  TRTLIKE_CHECK(error == std::errc() && end == text.data() + text.size() && limit >= 0,
                "[runtime] TRTLIKE_MAX_LOOP_TURNS: expected a count, got '", text, "'.");
  return limit;
}

/// Memory that grows; what is in it may be kept.
class Buffer {
 public:
  std::byte* at_least(size_t bytes) {
    if (data_ == nullptr || bytes > bytes_) {
      bytes_ = std::max(bytes, core::kAlignment);
      data_ = std::static_pointer_cast<std::byte>(core::allocate_shared(bytes_));
    }
    return data_.get();
  }

  /// Keeps the first `used` bytes; grows by doubling.
  std::byte* grow(size_t bytes, size_t used) {
    if (data_ != nullptr && bytes <= bytes_) return data_.get();
    const std::shared_ptr<std::byte> old = data_;
    at_least(std::max(bytes, 2 * bytes_));
    if (used > 0) std::memcpy(data_.get(), old.get(), used);
    return data_.get();
  }

  std::byte* get() const { return data_.get(); }

 private:
  std::shared_ptr<std::byte> data_;
  size_t bytes_ = 0;
};

std::string describe(const engine::PlanStep& step) {
  return core::str("[runtime] layer '", step.name, "' (", step.op, ")");
}

/// The one element of an input.
int64_t read_scalar(const engine::LoadedPlan& loaded, const engine::PlanStep& step, size_t input,
                    const RegionOperand& operand, const char* what) {
  TRTLIKE_CHECK(core::elems(operand.dims) == 1, describe(step), ": expected a ", what,
                " of one element, got shape ", operand.dims, ".");
  const DataType dtype = loaded.plan.values[static_cast<size_t>(step.inputs[input])].dtype;
  return ops::host_elements({operand.data, dtype, operand.dims}).front();
}

size_t bytes_of(const engine::PlanValue& value, const Dims& dims) {
  return value.desc(dims).bytes();
}

class BranchStep : public RegionStep, private RegionStep::Outputs {
 public:
  BranchStep(const engine::LoadedPlan& loaded, const engine::PlanStep& step, int threads)
      : RegionStep(step.outputs.size()),
        loaded_(loaded),
        step_(step),
        threads_(threads),
        buffers_(step.outputs.size()) {}

  void run(RegionStep::Outputs& outputs, const core::ThreadPool& pool, bool is_timed) override {
    const bool taken = read_scalar(loaded_, step_, 0, inputs_[0], "condition") != 0;
    const std::string& refusal = step_.attributes.get_string("else_refusal");
    TRTLIKE_CHECK(taken || refusal.empty(), describe(step_), ", ", refusal);
    std::unique_ptr<Body>& body = bodies_[taken ? 0 : 1];
    branch_ = static_cast<size_t>(step_.regions[taken ? 0 : 1]);
    if (body == nullptr) body = std::make_unique<Body>(*loaded_.regions[branch_], threads_);
    target_ = &outputs;
    body->run(std::span(inputs_).subspan(1), *this, pool, is_timed);
    for (size_t i = 0; i < outputs_.size(); ++i) outputs_[i] = body->output(i);
  }

  void report_times(Profiler& profiler) override {
    for (const auto& body : bodies_)
      if (body != nullptr) body->report_times(profiler);
  }

 private:
  void* provide(size_t i, const Dims& dims) override {
    if (void* given = target_->provide(i, dims)) return given;
    return buffers_[i].at_least(
        bytes_of(engine::output_value(loaded_.plan.regions[branch_], i), dims));
  }

  const engine::LoadedPlan& loaded_;
  const engine::PlanStep& step_;
  const int threads_;
  /// A branch that was never taken takes no memory.
  std::unique_ptr<Body> bodies_[2];
  std::vector<Buffer> buffers_;
  size_t branch_ = 0;
  RegionStep::Outputs* target_ = nullptr;
};

class LoopStep : public RegionStep, private RegionStep::Outputs {
 public:
  LoopStep(const engine::LoadedPlan& loaded, const engine::PlanStep& step, int threads)
      : RegionStep(step.outputs.size()),
        loaded_(loaded),
        step_(step),
        form_(step),
        region_(loaded.plan.regions[static_cast<size_t>(step.regions[0])]),
        body_(*loaded.regions[static_cast<size_t>(step.regions[0])], threads),
        limit_(turn_limit()),
        carried_(2 * form_.carried),
        rows_(step.outputs.size() - form_.carried) {}

  void run(RegionStep::Outputs& outputs, const core::ThreadPool& pool, bool is_timed) override {
    using engine::LoopForm;
    const auto count = has(LoopForm::kTripCount)
                           ? std::optional(read_scalar(loaded_, step_, LoopForm::kTripCount,
                                                       inputs_[LoopForm::kTripCount], "trip count"))
                           : std::nullopt;
    goes_on_ =
        !has(LoopForm::kCondition) || read_scalar(loaded_, step_, LoopForm::kCondition,
                                                  inputs_[LoopForm::kCondition], "condition") != 0;
    begin();
    for (turn_ = 0; goes_on_ && (!count || turn_ < *count); ++turn_) {
      TRTLIKE_CHECK(turn_ < limit_, describe(step_), ": expected an end within ", limit_,
                    " turns, got none. TRTLIKE_MAX_LOOP_TURNS sets the limit.");
      run_turn(pool, is_timed);
    }
    finish(outputs);
  }

  void report_times(Profiler& profiler) override { body_.report_times(profiler); }

 private:
  struct Rows {
    Buffer buffer;
    Dims dims = Dims::unknown_rank();
    size_t row_bytes = 0;
  };

  bool has(size_t input) const { return step_.inputs[input] >= 0; }

  void begin() {
    operands_.clear();
    operands_.push_back({&turn_, Dims()});
    operands_.insert(operands_.end(), inputs_.begin() + engine::LoopForm::kFirstCarried,
                     inputs_.end());
    for (Rows& rows : rows_) rows.dims = Dims::unknown_rank();
  }

  void run_turn(const core::ThreadPool& pool, bool is_timed) {
    body_.run(operands_, *this, pool, is_timed);
    for (size_t k = 0; k < form_.carried; ++k)
      operands_[1 + k] = body_.output(form_.region_output(k));
    if (form_.has_condition) goes_on_ = next_condition_;
  }

  /// Of the region: the condition goes to a flag, carried values to memory that the turn does not
  /// read, rows behind those of the turns before.
  void* provide(size_t i, const Dims& dims) override {
    if (form_.has_condition && i == 0) {
      TRTLIKE_CHECK(core::elems(dims) == 1, describe(step_),
                    ": expected a condition of one element, got shape ", dims, ".");
      return &next_condition_;
    }
    const size_t output = i - (form_.has_condition ? 1 : 0);
    const size_t bytes = bytes_of(engine::output_value(region_, i), dims);
    if (output < form_.carried)
      return carried_[2 * output + static_cast<size_t>(turn_ % 2)].at_least(bytes);
    Rows& rows = rows_[output - form_.carried];
    if (turn_ == 0) {
      rows.dims = dims;
      rows.row_bytes = bytes;
    }
    TRTLIKE_CHECK(dims == rows.dims, describe(step_), ", output ", output,
                  ": expected the same shape in every turn, got ", rows.dims, " in the first and ",
                  dims, " in turn ", turn_, ".");
    const size_t used = static_cast<size_t>(turn_) * bytes;
    return rows.buffer.grow(used + bytes, used) + used;
  }

  void finish(RegionStep::Outputs& outputs) {
    for (size_t i = 0; i < outputs_.size(); ++i)
      outputs_[i] = i < form_.carried ? operands_[1 + i] : stack(i);
    for (size_t i = 0; i < outputs_.size(); ++i) {
      const engine::PlanValue& value = loaded_.plan.values[static_cast<size_t>(step_.outputs[i])];
      void* const given = outputs.provide(i, outputs_[i].dims);
      if (given == nullptr) continue;
      const size_t bytes = bytes_of(value, outputs_[i].dims);
      if (bytes > 0) std::memcpy(given, outputs_[i].data, bytes);
      outputs_[i].data = given;
    }
  }

  /// The rows of all turns as one tensor.
  RegionOperand stack(size_t output) {
    Rows& rows = rows_[output - form_.carried];
    Dims dims = {turn_};
    if (turn_ == 0) {
      // Nothing has told the extents that the network leaves open.
      const Dims& planned = loaded_.plan.values[static_cast<size_t>(step_.outputs[output])].dims;
      for (int d = 1; d < planned.rank(); ++d) dims.push_back(std::max<int64_t>(0, planned[d]));
    } else {
      for (const int64_t extent : rows.dims) dims.push_back(extent);
    }
    std::byte* const data = rows.buffer.at_least(1);
    if (form_.reversed[output - form_.carried])
      for (size_t first = 0, last = static_cast<size_t>(turn_); first + 1 < last; ++first, --last)
        std::swap_ranges(data + first * rows.row_bytes, data + (first + 1) * rows.row_bytes,
                         data + (last - 1) * rows.row_bytes);
    return {data, dims};
  }

  const engine::LoadedPlan& loaded_;
  const engine::PlanStep& step_;
  const engine::LoopForm form_;
  const engine::Plan& region_;
  Body body_;
  const int64_t limit_;
  /// Two for each carried value: a turn reads one and writes the other.
  std::vector<Buffer> carried_;
  std::vector<Rows> rows_;
  /// What the next turn gets.
  std::vector<RegionOperand> operands_;
  int64_t turn_ = 0;
  bool goes_on_ = true;
  bool next_condition_ = true;
};

}  // namespace

RegionSteps::RegionSteps(const engine::LoadedPlan& loaded, int threads) {
  for (const engine::PlanStep& step : loaded.plan.steps) {
    const ops::Regions kind = ops::get_op(step.op).regions;
    if (kind == ops::Regions::Branches)
      steps_.push_back(std::make_unique<BranchStep>(loaded, step, threads));
    else if (kind == ops::Regions::Turns)
      steps_.push_back(std::make_unique<LoopStep>(loaded, step, threads));
    else
      steps_.push_back(nullptr);
  }
}

}  // namespace trtlike::runtime
