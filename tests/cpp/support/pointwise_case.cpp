// Stores operands in their layouts, runs all slices of a kernel, and reads the output back.
#include "support/pointwise_case.h"

#include <cmath>
#include <cstring>

namespace trtlike::test {
namespace {

using kernels::Layout;
using kernels::TensorDesc;

constexpr size_t kGuard = 64;

/// The place of element `i` of the logical order.
int64_t place(const TensorDesc& desc, int64_t i) {
  if (desc.layout == Layout::Linear) return i;
  const int64_t channels = desc.dims[1];
  const int64_t area = core::elems_between(desc.dims, 2, desc.dims.rank());
  const int64_t p = i % area, c = i / area % channels, n = i / area / channels;
  return (n * area + p) * desc.pixel_pitch() + c;
}

void copy_element(const TensorDesc& desc, void* to, int64_t to_index, const void* from,
                  int64_t from_index) {
  const size_t n = core::dtype_bytes(desc.dtype, 1);
  std::memcpy(static_cast<char*>(to) + static_cast<size_t>(to_index) * n,
              static_cast<const char*>(from) + static_cast<size_t>(from_index) * n, n);
}

struct Problem {
  kernels::Problem problem;
  ops::Attributes attributes;
};

Problem make_problem(const char* op, const std::vector<LaidOut>& inputs, const TensorDesc& output,
                     const AttributeList& attributes, int threads) {
  Problem out;
  out.problem.op = &ops::get_op(op);
  out.attributes = ops::complete_attributes(*out.problem.op, attributes);
  for (const LaidOut& input : inputs) {
    out.problem.inputs.push_back(input.desc());
    out.problem.constants.push_back(nullptr);
  }
  out.problem.outputs = {output};
  out.problem.threads = threads;
  return out;
}

std::vector<char> lay_out(const LaidOut& operand) {
  std::vector<char> bytes(operand.desc().bytes());
  for (int64_t i = 0; i < core::elems(operand.tensor.dims); ++i)
    copy_element(operand.desc(), bytes.data(), place(operand.desc(), i), operand.tensor.data.get(),
                 i);
  return bytes;
}

}  // namespace

Tensor random_tensor(DataType dtype, const Dims& dims, uint32_t seed, double low, double high) {
  Tensor out(dtype, dims);
  for (int64_t i = 0; i < core::elems(dims); ++i) {
    seed = seed * 1664525u + 1013904223u;
    const double v = low + (high - low) * (seed >> 8) * 0x1p-24;
    out.view().set(i, dtype == DataType::Bool ? (seed >> 20) & 1 : v);
  }
  return out;
}

Tensor run_tactic(const char* op, const kernels::Tactic& tactic, const std::vector<LaidOut>& inputs,
                  const TensorDesc& output, const AttributeList& attributes, int threads,
                  bool in_place) {
  Problem made = make_problem(op, inputs, output, attributes, threads);
  made.problem.attributes = &made.attributes;
  const auto refusal = kernels::refuse(tactic, made.problem);
  EXPECT_FALSE(refusal) << tactic.name << ": " << made.problem.key() << ": " << *refusal;
  const auto kernel = kernels::prepare(tactic, made.problem, {});
  std::vector<std::vector<char>> storage;
  std::vector<const void*> pointers;
  for (const LaidOut& input : inputs) {
    storage.push_back(lay_out(input));
    pointers.push_back(storage.back().data());
  }
  const size_t bytes = output.bytes();
  std::vector<char> guarded(bytes + 2 * kGuard, 0x5a);
  if (in_place && bytes != 0) {
    std::memcpy(guarded.data() + kGuard, storage[0].data(), bytes);
    pointers[0] = guarded.data() + kGuard;
  }
  const std::vector<char> before = guarded;
  void* const outputs[] = {guarded.data() + kGuard};
  const auto shared = core::allocate_shared(kernel->shared_bytes() + 1);
  const auto scratch = core::allocate_shared(kernel->scratch_bytes() + 1);
  for (size_t phase = 0; phase < kernel->slices().size(); ++phase)
    for (int slice = 0; slice < kernel->slices()[phase]; ++slice)
      kernel->run({pointers.data(), outputs, shared.get(), scratch.get()}, static_cast<int>(phase),
                  slice);
  Tensor out(output.dtype, output.dims);
  std::vector<bool> written(guarded.size(), false);
  const size_t elem = core::dtype_bytes(output.dtype, 1);
  for (int64_t i = 0; i < core::elems(output.dims); ++i) {
    const int64_t at = place(output, i);
    copy_element(output, out.data.get(), i, outputs[0], at);
    for (size_t b = 0; b < elem; ++b) written[kGuard + static_cast<size_t>(at) * elem + b] = true;
  }
  for (size_t i = 0; i < guarded.size(); ++i) {
    if (written[i] || guarded[i] == before[i]) continue;
    ADD_FAILURE() << tactic.name << " wrote byte " << static_cast<int64_t>(i - kGuard) << " of "
                  << made.problem.key();
    break;
  }
  return out;
}

std::string refusal_of(const char* op, const kernels::Tactic& tactic,
                       const std::vector<LaidOut>& inputs, const TensorDesc& output,
                       const AttributeList& attributes) {
  Problem made = make_problem(op, inputs, output, attributes, 1);
  made.problem.attributes = &made.attributes;
  return kernels::refuse(tactic, made.problem).value_or("");
}

void expect_close(const Tensor& got, const Tensor& want, double absolute, double relative,
                  const std::string& what) {
  ASSERT_EQ(got.dims, want.dims) << what;
  ASSERT_EQ(got.dtype, want.dtype) << what;
  for (int64_t i = 0; i < core::elems(want.dims); ++i) {
    const double g = got.view().at(i), w = want.view().at(i);
    const bool same = g == w || (std::isnan(g) && std::isnan(w));
    ASSERT_TRUE(same || std::abs(g - w) <= absolute + relative * std::abs(w))
        << what << ": element " << i << " is " << g << ", expected " << w;
  }
}

}  // namespace trtlike::test
