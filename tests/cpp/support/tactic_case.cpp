// Stores operands in their layouts, runs kernels on a pool, and reads results back.
#include "support/tactic_case.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "core/os/memory.h"
#include "core/threads/threads.h"
#include "support/guarded_block.h"

namespace trtlike::test {
namespace {

using kernels::Layout;
using kernels::TensorDesc;

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
  for (int64_t i = 0; i < n; ++i) {
    const int64_t p = i % positions, c = i / positions % channels, b = i / positions / channels;
    out[static_cast<size_t>(i)] = (b * positions + p) * desc.pixel_pitch() + c;
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

/// The elements between the bands of a pitched tensor are as they were.
bool gaps_are_intact(const TensorDesc& desc, const std::byte* bytes) {
  if (desc.pitch == 0) return true;
  const size_t element = core::dtype_bytes(desc.dtype, 1);
  std::vector<bool> used(desc.bytes(), false);
  for (const int64_t place : places(desc))
    for (size_t i = 0; i < element; ++i) used[static_cast<size_t>(place) * element + i] = true;
  for (size_t i = 0; i < used.size(); ++i)
    if (!used[i] && bytes[i] != GuardedBlock::kPoison) return false;
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
  for (float& v : operand.values) v = draw();
  inputs_.push_back(std::move(operand));
  return *this;
}

float TacticCase::draw() {
  seed_ = seed_ * 1664525u + 1013904223u;
  return static_cast<float>(static_cast<int32_t>(seed_)) * 0x1p-31f;
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

TacticCase& TacticCase::range(float low, float high) {
  for (float& v : inputs_.back().values) v = low + (v + 1) / 2 * (high - low);
  return *this;
}

TacticCase& TacticCase::integers(int64_t low, int64_t high) {
  const auto count = static_cast<double>(high - low + 1);
  for (float& v : inputs_.back().values)
    v = static_cast<float>(
        std::min(static_cast<double>(high),
                 static_cast<double>(low) + std::floor((static_cast<double>(v) + 1) / 2 * count)));
  return *this;
}

TacticCase& TacticCase::special(int every, bool with_denormals) {
  constexpr float kSpecial[] = {std::numeric_limits<float>::quiet_NaN(),
                                std::numeric_limits<float>::infinity(),
                                -std::numeric_limits<float>::infinity(), -0.0f, 1e-40f};
  const auto place = [&](size_t count) {
    return std::min(count - 1, static_cast<size_t>((draw() + 1) / 2 * static_cast<float>(count)));
  };
  for (float& v : inputs_.back().values)
    if (place(static_cast<size_t>(every)) == 0)
      v = kSpecial[place(std::size(kSpecial) - (with_denormals ? 0 : 1))];
  return *this;
}

TacticCase& TacticCase::seed(uint32_t seed) {
  seed_ = seed;
  random_.emplace(seed);
  return *this;
}

TacticCase& TacticCase::change(size_t input, const Dims& dims) {
  Operand& operand = inputs_[input];
  operand.desc.dims = dims;
  operand.desc.pitch = output_storage_.pitch = 0;
  const std::vector<float> given = std::move(operand.values);
  operand.values.assign(static_cast<size_t>(core::elems(dims)), 0.0f);
  for (size_t i = 0; i < operand.values.size() && !given.empty(); ++i)
    operand.values[i] = given[i % given.size()];
  return *this;
}

TacticCase& TacticCase::change(size_t input, float element) {
  std::fill(inputs_[input].values.begin(), inputs_[input].values.end(), element);
  return *this;
}

void TacticCase::complete() {
  if (complete_) return;
  complete_ = true;
  std::vector<ops::TensorType> types, outputs;
  std::vector<ops::HostValue> host(inputs_.size());
  for (const Operand& operand : inputs_)
    types.push_back(operand.desc.is_absent()
                        ? ops::TensorType{}
                        : ops::TensorType{plain_type(operand.desc.dtype), operand.desc.dims});
  for (size_t i = 0; i < inputs_.size(); ++i)
    if (op_.host_inputs.contains(i) && !types[i].is_absent())
      host[i].emplace(inputs_[i].values.begin(), inputs_[i].values.end());
  ops::infer(op_, attributes_, types, host, outputs);
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
  std::vector<std::shared_ptr<void>> memory;
  for (const Operand& operand : inputs_) {
    const DataType dtype = plain_type(operand.desc.dtype);
    memory.push_back(
        operand.desc.is_absent()
            ? nullptr
            : core::allocate_shared(core::dtype_bytes(dtype, core::elems(operand.desc.dims)) + 1));
    inputs.push_back({memory.back().get(), dtype, operand.desc.dims});
    for (size_t n = 0; n < operand.values.size(); ++n)
      inputs.back().set(static_cast<int64_t>(n), operand.values[n]);
  }
  for (const TensorDesc& desc : outputs_) {
    const DataType dtype = plain_type(desc.dtype);
    memory.push_back(core::allocate_shared(core::dtype_bytes(dtype, core::elems(desc.dims)) + 1));
    outputs.push_back({memory.back().get(), dtype, desc.dims});
  }
  op_.reference({op_.self, attributes_, inputs, outputs});
  for (const core::TensorView& view : outputs)
    for (int64_t i = 0; i < view.elems(); ++i) expected_.push_back(static_cast<float>(view.at(i)));
  return expected_;
}

std::optional<std::string> TacticCase::refusal(const kernels::Tactic& tactic) {
  complete();
  return kernels::refuse(tactic, problem_);
}

/// All slices, on a pool; or, where everything is drawn, in any order and by any worker.
void TacticCase::run_slices(const kernels::Kernel& kernel, kernels::RunArgs args) {
  std::vector<GuardedBlock> scratch;
  for (int i = 0; i < threads_; ++i) scratch.emplace_back(kernel.scratch_bytes());
  for (size_t phase = 0; phase < kernel.slices().size(); ++phase) {
    const auto run_slice = [&](int slice, int worker) {
      kernels::RunArgs own = args;
      own.scratch = scratch[static_cast<size_t>(worker)].data();
      kernel.run(own, static_cast<int>(phase), slice);
    };
    const int count = kernel.slices()[phase];
    if (random_) {
      std::vector<int> order(static_cast<size_t>(count));
      std::iota(order.begin(), order.end(), 0);
      std::shuffle(order.begin(), order.end(), *random_);
      for (const int slice : order)
        run_slice(slice, static_cast<int>((*random_)() % static_cast<uint32_t>(threads_)));
    } else {
      core::ThreadPool(threads_).parallel_for(count, run_slice);
    }
  }
  for (const GuardedBlock& block : scratch)
    EXPECT_TRUE(block.is_intact()) << "wrote beside scratch: " << describe();
}

std::vector<float> TacticCase::run(const kernels::Tactic& tactic) {
  complete();
  SCOPED_TRACE(tactic.name);
  kernels::Problem loaded = problem_;
  const ops::InputSet packed_inputs = kernels::packed_inputs(tactic, problem_);
  kernels::Packed packed;
  if (!packed_inputs.empty()) packed = kernels::pack(tactic, problem_);
  const GuardedBlock constants(packed.bytes);
  if (packed.bytes != 0) std::memcpy(constants.data(), packed.data.get(), packed.bytes);
  for (size_t i = 0; i < loaded.constants.size(); ++i)
    if (packed_inputs.contains(i)) loaded.constants[i] = nullptr;
  const auto kernel = kernels::prepare(tactic, loaded, {constants.data(), packed.bytes});

  const auto draw_flush = [&] {
    return random_ && (*random_)() % 4 == 0 ? Flush::Before : Flush::Behind;
  };
  const auto draw_alignment = [&](const TensorDesc& desc, bool is_output) {
    const size_t element = core::dtype_bytes(desc.dtype, 1);
    return random_ ? (*random_)() % 4 == 0 ? 64 : element : is_output ? 64 : element;
  };
  std::vector<GuardedBlock> operands, results;
  std::vector<const void*> inputs;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const TensorDesc& desc = inputs_[i].desc;
    const bool given = !desc.is_absent() && !packed_inputs.contains(i);
    const size_t n = given ? desc.bytes() : 0;
    operands.emplace_back(n, given ? draw_alignment(desc, false) : 1, draw_flush());
    if (n != 0) std::memcpy(operands.back().data(), stored_[i].data(), n);
    inputs.push_back(given ? operands.back().data() : nullptr);
  }
  const GuardedBlock shared(kernel->shared_bytes());
  std::vector<void*> outputs;
  for (const TensorDesc& desc : outputs_) {
    results.emplace_back(desc.bytes(), draw_alignment(desc, true), draw_flush(), output_offset_);
    outputs.push_back(results.back().data());
  }
  run_slices(*kernel, {inputs.data(), outputs.data(), shared.data(), nullptr});
  std::vector<float> elements;
  for (size_t i = 0; i < outputs_.size(); ++i) {
    const std::byte* bytes = results[i].data();
    EXPECT_TRUE(results[i].is_intact()) << "wrote beside output " << i << ": " << describe();
    EXPECT_TRUE(gaps_are_intact(outputs_[i], bytes)) << describe();
    const std::vector<float> loaded_elements = load(outputs_[i], bytes);
    elements.insert(elements.end(), loaded_elements.begin(), loaded_elements.end());
  }
  EXPECT_TRUE(shared.is_intact()) << "wrote beside shared: " << describe();
  EXPECT_TRUE(constants.is_intact()) << "wrote beside constants: " << describe();
  for (const GuardedBlock& block : operands)
    EXPECT_TRUE(block.is_intact()) << "wrote beside an input: " << describe();
  return elements;
}

double TacticCase::error(const kernels::Tactic& tactic, double scale, bool spreads) {
  const std::vector<float> got = run(tactic);
  const std::vector<float>& want = expected();
  double largest = scale, difference = 0;
  worst_.clear();
  for (size_t i = 0; i < want.size(); ++i) {
    const double a = got[i], b = want[i];
    if (std::isfinite(b)) largest = std::max(largest, std::abs(b));
    if (a == b || (std::isnan(a) && (spreads || std::isnan(b)))) continue;
    const double d = std::abs(a - b);
    if (d < std::numeric_limits<float>::min()) continue;
    if (std::isfinite(d) && d <= difference) continue;
    if (!std::isinf(difference))
      worst_ = core::str("element ", i, ": expected ", want[i], ", got ", got[i]);
    difference = std::isfinite(d) ? d : INFINITY;
  }
  return difference / largest;
}

}  // namespace trtlike::test
