// Stores operands in their layouts, runs kernels on a pool, and reads results back.
#include "support/tactic_case.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/memory.h"
#include "core/threads.h"

namespace trtlike::test {
namespace {

using kernels::Layout;
using kernels::TensorDesc;

constexpr size_t kGuardBytes = 256;
constexpr std::byte kGuard{0xa5};

/// The place of every element in logical order.
std::vector<int64_t> places(const TensorDesc& desc) {
  const int64_t n = core::elems(desc.dims);
  std::vector<int64_t> out(static_cast<size_t>(n));
  if (desc.layout == Layout::Linear) {
    for (int64_t i = 0; i < n; ++i) out[static_cast<size_t>(i)] = i;
    return out;
  }
  const int64_t channels = desc.dims[1];
  const int64_t positions = core::elems_between(desc.dims, 2, desc.dims.rank());
  const int64_t blocks = (channels + 15) / 16;
  for (int64_t i = 0; i < n; ++i) {
    const int64_t p = i % positions, c = i / positions % channels, b = i / positions / channels;
    out[static_cast<size_t>(i)] = desc.layout == Layout::ChannelsLast
                                      ? (b * positions + p) * desc.pixel_pitch() + c
                                      : ((b * blocks + c / 16) * positions + p) * 16 + c % 16;
  }
  return out;
}

void store(const TensorDesc& desc, const std::vector<float>& values, std::byte* bytes) {
  const std::vector<int64_t> at = places(desc);
  const core::TensorView view{bytes, desc.dtype, desc.dims};
  for (size_t i = 0; i < at.size(); ++i) view.set(at[i], values[i]);
}

std::vector<float> load(const TensorDesc& desc, const std::byte* bytes) {
  const std::vector<int64_t> at = places(desc);
  const core::TensorView view{const_cast<std::byte*>(bytes), desc.dtype, desc.dims};
  std::vector<float> out(at.size());
  for (size_t i = 0; i < at.size(); ++i) out[i] = static_cast<float>(view.at(at[i]));
  return out;
}

/// The type that references compute in.
DataType plain_type(DataType dtype) { return core::is_float(dtype) ? DataType::Float : dtype; }

/// A block between two guards, `offset` bytes behind a multiple of 64.
struct Guarded {
  explicit Guarded(size_t n, size_t offset = 0)
      : bytes(n), offset(offset), block(core::allocate_shared(n + offset + 2 * kGuardBytes)) {
    std::memset(block.get(), static_cast<int>(kGuard), n + offset + 2 * kGuardBytes);
  }
  std::byte* data() const { return static_cast<std::byte*>(block.get()) + kGuardBytes + offset; }
  bool is_intact() const {
    const auto ok = [](std::byte b) { return b == kGuard; };
    return std::all_of(data() - kGuardBytes, data(), ok) &&
           std::all_of(data() + bytes, data() + bytes + kGuardBytes, ok);
  }
  size_t bytes, offset;
  std::shared_ptr<void> block;
};

/// The elements that lie between the bands of a pitched tensor.
bool gaps_are_intact(const TensorDesc& desc, const std::byte* bytes) {
  if (desc.pitch == 0) return true;
  const size_t element = core::dtype_bytes(desc.dtype, 1);
  std::vector<bool> used(desc.bytes(), false);
  for (const int64_t place : places(desc))
    for (size_t i = 0; i < element; ++i) used[static_cast<size_t>(place) * element + i] = true;
  for (size_t i = 0; i < used.size(); ++i)
    if (!used[i] && bytes[i] != kGuard) return false;
  return true;
}

}  // namespace

TacticCase::TacticCase(const char* op,
                       const std::vector<std::pair<std::string, AttributeValue>>& attributes)
    : op_(ops::get_op(op)), attributes_(ops::complete_attributes(op_, attributes)) {}

TacticCase& TacticCase::add(Dims dims, Storage storage, bool constant) {
  Operand operand;
  operand.desc = {storage.dtype, dims, storage.layout, storage.pitch};
  operand.constant = constant;
  operand.values.resize(static_cast<size_t>(core::elems(dims)));
  for (float& v : operand.values) {
    seed_ = seed_ * 1664525u + 1013904223u;
    v = static_cast<float>(static_cast<int32_t>(seed_)) * 0x1p-31f;
  }
  inputs_.push_back(std::move(operand));
  return *this;
}

TacticCase& TacticCase::input(Dims dims, Storage storage) { return add(dims, storage, false); }

TacticCase& TacticCase::constant(Dims dims, Storage storage) { return add(dims, storage, true); }

TacticCase& TacticCase::absent() {
  inputs_.emplace_back();
  return *this;
}

TacticCase& TacticCase::output(Storage storage) {
  output_storage_ = storage;
  return *this;
}

TacticCase& TacticCase::threads(int n) {
  threads_ = n;
  return *this;
}

TacticCase& TacticCase::strict() {
  strict_ = true;
  return *this;
}

TacticCase& TacticCase::misaligned() {
  output_offset_ = sizeof(float);
  return *this;
}

TacticCase& TacticCase::values(std::vector<float> values) {
  inputs_.back().values = std::move(values);
  return *this;
}

void TacticCase::complete() {
  if (complete_) return;
  complete_ = true;
  std::vector<ops::TensorType> types, outputs;
  for (const Operand& operand : inputs_)
    types.push_back(operand.desc.is_absent()
                        ? ops::TensorType{}
                        : ops::TensorType{plain_type(operand.desc.dtype), operand.desc.dims});
  ops::infer(op_, attributes_, types, {}, outputs);
  for (const ops::TensorType& type : outputs)
    outputs_.push_back({core::is_float(type.dtype) ? output_storage_.dtype : type.dtype, type.dims,
                        output_storage_.layout, output_storage_.pitch});
  problem_.op = &op_;
  problem_.attributes = &attributes_;
  problem_.threads = threads_;
  problem_.strict = strict_;
  problem_.outputs = outputs_;
  for (Operand& operand : inputs_) {
    if (!operand.desc.is_absent()) {
      std::vector<std::byte> bytes(operand.desc.bytes() + 64);
      store(operand.desc, operand.values, bytes.data());
      operand.values = load(operand.desc, bytes.data());
      stored_.push_back(std::move(bytes));
    } else {
      stored_.emplace_back();
    }
    const size_t i = problem_.inputs.size();
    problem_.inputs.push_back(operand.desc);
    problem_.constants.push_back(operand.constant ? stored_[i].data() : nullptr);
    if (operand.constant) problem_.constant_inputs.insert(i);
  }
}

const kernels::Problem& TacticCase::problem() {
  complete();
  return problem_;
}

std::string TacticCase::describe() { return problem().key(); }

const std::vector<float>& TacticCase::expected() {
  complete();
  if (!expected_.empty()) return expected_;
  std::vector<core::TensorView> inputs, outputs;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    Operand& operand = inputs_[i];
    const bool converted = core::is_float(operand.desc.dtype);
    inputs.push_back({converted ? static_cast<void*>(operand.values.data())
                                : static_cast<void*>(stored_[i].data()),
                      plain_type(operand.desc.dtype), operand.desc.dims});
  }
  std::vector<std::shared_ptr<void>> memory;
  for (const TensorDesc& desc : outputs_) {
    const DataType dtype = plain_type(desc.dtype);
    memory.push_back(core::allocate_shared(core::dtype_bytes(dtype, core::elems(desc.dims)) + 1));
    outputs.push_back({memory.back().get(), dtype, desc.dims});
  }
  op_.reference({attributes_, inputs, outputs});
  for (const core::TensorView& view : outputs)
    for (int64_t i = 0; i < view.elems(); ++i) expected_.push_back(static_cast<float>(view.at(i)));
  return expected_;
}

std::optional<std::string> TacticCase::refusal(const kernels::Tactic& tactic) {
  complete();
  return kernels::refuse(tactic, problem_);
}

std::vector<float> TacticCase::run(const kernels::Tactic& tactic) {
  complete();
  kernels::Problem loaded = problem_;
  const ops::InputSet inputs =
      tactic.packed_inputs != nullptr ? tactic.packed_inputs(problem_) : ops::InputSet();
  kernels::Packed packed;
  if (!inputs.empty()) packed = tactic.pack(problem_);
  for (size_t i = 0; i < loaded.constants.size(); ++i)
    if (inputs.contains(i)) loaded.constants[i] = nullptr;
  const std::span<const std::byte> bytes(static_cast<const std::byte*>(packed.data.get()),
                                         packed.bytes);
  const auto kernel = tactic.prepare(loaded, bytes);

  std::vector<Guarded> operands;
  std::vector<const void*> inputs;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const size_t n = inputs_[i].desc.bytes();
    operands.emplace_back(n);
    if (n != 0) std::memcpy(operands.back().data(), stored_[i].data(), n);
    const bool given = !inputs_[i].desc.is_absent() && !inputs.contains(i);
    inputs.push_back(given ? operands.back().data() : nullptr);
  }
  const Guarded shared(kernel->shared_bytes());
  std::vector<Guarded> scratch, results;
  std::vector<void*> outputs;
  for (const TensorDesc& desc : outputs_) results.emplace_back(desc.bytes(), output_offset_);
  for (const Guarded& block : results) outputs.push_back(block.data());
  for (int i = 0; i < threads_; ++i) scratch.emplace_back(kernel->scratch_bytes());
  const core::ThreadPool pool(threads_);
  for (size_t phase = 0; phase < kernel->slices().size(); ++phase)
    pool.parallel_for(kernel->slices()[phase], [&](int slice, int worker) {
      kernel->run({inputs.data(), outputs.data(), shared.data(),
                   scratch[static_cast<size_t>(worker)].data()},
                  static_cast<int>(phase), slice);
    });
  std::vector<float> elements;
  for (size_t i = 0; i < outputs_.size(); ++i) {
    const std::byte* bytes = results[i].data();
    EXPECT_TRUE(results[i].is_intact())
        << tactic.name << " wrote beside output " << i << ": " << describe();
    EXPECT_TRUE(gaps_are_intact(outputs_[i], bytes)) << tactic.name << ": " << describe();
    const std::vector<float> loaded_elements = load(outputs_[i], bytes);
    elements.insert(elements.end(), loaded_elements.begin(), loaded_elements.end());
  }
  EXPECT_TRUE(shared.is_intact()) << tactic.name << " wrote beside shared: " << describe();
  for (const Guarded& block : scratch)
    EXPECT_TRUE(block.is_intact()) << tactic.name << " wrote beside scratch: " << describe();
  return elements;
}

double TacticCase::error(const kernels::Tactic& tactic) {
  const std::vector<float> got = run(tactic);
  const std::vector<float>& want = expected();
  double largest = 0, difference = 0;
  for (size_t i = 0; i < want.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(want[i])));
    const double d = std::abs(static_cast<double>(got[i]) - static_cast<double>(want[i]));
    // A NaN anywhere must not compare as small.
    difference = std::isnan(d) ? INFINITY : std::max(difference, d);
  }
  return difference / std::max(largest, 1e-30);
}

}  // namespace trtlike::test
