// Layouts, guards and slices of tactic tests.
#include "support/tactic_runner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/os/memory.h"
#include "core/threads/threads.h"

namespace trtlike::op_test {
namespace {

using kernels::Layout;
using kernels::TensorDesc;

constexpr size_t kGuardBytes = 256;
constexpr std::byte kGuard{0xa5};

/// The place of an element, given in logical order.
int64_t place(const TensorDesc& desc, int64_t i) {
  if (desc.layout == Layout::Linear) return i;
  const int64_t pixels = core::elems_between(desc.dims, 2, desc.dims.rank());
  const int64_t pixel = i % pixels, channel = i / pixels % desc.dims[1];
  return (i / pixels / desc.dims[1] * pixels + pixel) * desc.pixel_pitch() + channel;
}

/// Marks the bytes that belong to elements.
std::vector<bool> used_bytes(const TensorDesc& desc) {
  const size_t element = core::dtype_bytes(desc.dtype, 1);
  std::vector<bool> used(desc.bytes(), false);
  for (int64_t i = 0; i < core::elems(desc.dims); ++i)
    for (size_t b = 0; b < element; ++b)
      used[static_cast<size_t>(place(desc, i)) * element + b] = true;
  return used;
}

std::vector<std::byte> guarded(size_t bytes) {
  return std::vector<std::byte>(bytes + 2 * kGuardBytes, kGuard);
}

}  // namespace

Tensor spread(Dims dims, DataType dtype) {
  Tensor out = counting(dims, dtype);
  const double shift = dtype == DataType::UInt8 || dtype == DataType::Bool ? 0 : 100;
  for (double& element : out.elements) {
    element = std::fmod(element * 37, 201) - shift;
    if (dtype == DataType::Bool) element = std::fmod(element, 2);
  }
  return out;
}

TacticRunner::TacticRunner(const char* op, Given given, std::vector<Tensor> inputs)
    : op_(ops::get_op(op)),
      attributes_(ops::complete_attributes(op_, given)),
      inputs_(inputs),
      reference_(op, given, std::move(inputs)) {
  for (size_t i = 0; i < inputs_.size(); ++i) {
    descs_.push_back({inputs_[i].dtype, inputs_[i].dims});
    bytes_.emplace_back();
    store_input(i, {});
    if (i > 0 && !descs_[i].is_absent()) constants_.insert(i);
  }
  output_ = {reference_.dtype(), reference_.dims()};
}

TacticRunner& TacticRunner::store_input(size_t input, Stored stored) {
  TensorDesc& desc = descs_[input];
  if (desc.is_absent()) return *this;
  desc.layout = stored.layout;
  desc.pitch = stored.gap == 0 ? 0 : desc.dims[1] + stored.gap;
  bytes_[input] = guarded(desc.bytes());
  const core::TensorView view{bytes_[input].data() + kGuardBytes, desc.dtype, desc.dims};
  for (size_t i = 0; i < inputs_[input].elements.size(); ++i)
    view.set(place(desc, static_cast<int64_t>(i)), inputs_[input].elements[i]);
  return *this;
}

TacticRunner& TacticRunner::store_output(Stored stored) {
  output_.layout = stored.layout;
  output_.pitch = stored.gap == 0 ? 0 : output_.dims[1] + stored.gap;
  return *this;
}

TacticRunner& TacticRunner::compute_at_run_time(size_t input) {
  computed_.insert(input);
  return *this;
}

TacticRunner& TacticRunner::threads(int count) {
  threads_ = count;
  return *this;
}

kernels::Problem TacticRunner::problem() const {
  kernels::Problem out;
  out.op = &op_;
  out.attributes = &attributes_;
  out.inputs = descs_;
  out.outputs = {output_};
  for (size_t i = 0; i < descs_.size(); ++i)
    if (constants_.contains(i) && !computed_.contains(i)) out.constant_inputs.insert(i);
  out.threads = threads_;
  for (size_t i = 0; i < descs_.size(); ++i)
    out.constants.push_back(out.is_constant(i) ? bytes_[i].data() + kGuardBytes : nullptr);
  return out;
}

std::optional<std::string> TacticRunner::refusal(const char* name) const {
  const kernels::Tactic* tactic = kernels::find_tactic(op_.name, name);
  return tactic == nullptr ? "no such tactic" : kernels::refuse(*tactic, problem());
}

std::vector<double> TacticRunner::run(const char* name) const {
  const kernels::Problem problem = this->problem();
  const auto kernel = kernels::prepare(*kernels::find_tactic(op_.name, name), problem, {});
  std::vector<const void*> inputs;
  for (size_t i = 0; i < descs_.size(); ++i)
    inputs.push_back(descs_[i].is_absent() ? nullptr : bytes_[i].data() + kGuardBytes);
  std::vector<std::byte> out = guarded(output_.bytes());
  void* outputs[] = {out.data() + kGuardBytes};
  const auto shared = core::allocate_shared(kernel->shared_bytes() + 64);
  std::vector<std::shared_ptr<void>> scratch;
  for (int i = 0; i < threads_; ++i)
    scratch.push_back(core::allocate_shared(kernel->scratch_bytes() + 64));
  const core::ThreadPool pool(threads_);
  for (size_t phase = 0; phase < kernel->slices().size(); ++phase)
    pool.parallel_for(kernel->slices()[phase], [&](int slice, int worker) {
      kernel->run(
          {inputs.data(), outputs, shared.get(), scratch[static_cast<size_t>(worker)].get()},
          static_cast<int>(phase), slice);
    });
  const std::vector<bool> used = used_bytes(output_);
  for (size_t i = 0; i < out.size(); ++i) {
    const size_t at = i - kGuardBytes;
    if ((i < kGuardBytes || at >= used.size() || !used[at]) && out[i] != kGuard) {
      ADD_FAILURE() << name << " wrote at byte " << static_cast<int64_t>(at)
                    << " beside its output: " << problem.key();
      break;
    }
  }
  const core::TensorView view{outputs[0], output_.dtype, output_.dims};
  std::vector<double> elements;
  for (int64_t i = 0; i < core::elems(output_.dims); ++i)
    elements.push_back(view.at(place(output_, i)));
  return elements;
}

void TacticRunner::expect_reference(const char* name, double tolerance) const {
  const std::optional<std::string> reason = refusal(name);
  ASSERT_FALSE(reason.has_value()) << *reason << ": " << problem().key();
  const std::vector<double> got = run(name), want = reference_.elements();
  ASSERT_EQ(got.size(), want.size());
  double largest = 0;
  for (const double v : want)
    if (std::isfinite(v)) largest = std::max(largest, std::abs(v));
  for (size_t i = 0; i < got.size(); ++i) {
    if (got[i] == want[i] || std::abs(got[i] - want[i]) <= tolerance * largest) continue;
    ADD_FAILURE() << "element " << i << ": expected " << want[i] << ", got " << got[i] << ": "
                  << problem().key();
    return;
  }
}

}  // namespace trtlike::op_test
