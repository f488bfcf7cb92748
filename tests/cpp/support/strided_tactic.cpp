// Layout-agnostic execution of references.
#include "support/strided_tactic.h"

#include <cstring>

namespace trtlike::test {

using kernels::Kernel;
using kernels::Layout;
using kernels::Problem;
using kernels::RunArgs;
using kernels::Tactic;
using kernels::TensorDesc;

namespace {

/// Element strides of the logical axes.
std::vector<int64_t> strides_of(const TensorDesc& desc) {
  const int rank = desc.dims.rank();
  std::vector<int64_t> strides(static_cast<size_t>(rank), 1);
  int64_t stride = desc.layout == Layout::ChannelsLast ? desc.pixel_pitch() : 1;
  for (int d = rank - 1; d >= 0; --d) {
    if (desc.layout == Layout::ChannelsLast && d == 1) continue;
    strides[static_cast<size_t>(d)] = stride;
    stride *= desc.dims[d];
  }
  return strides;
}

/// Calls f(offset in the layout, dense offset) for each element.
template <typename F>
void for_each_element(const TensorDesc& desc, F&& f) {
  const std::vector<int64_t> strides = strides_of(desc);
  const int64_t count = core::elems(desc.dims);
  for (int64_t n = 0; n < count; ++n) {
    int64_t rest = n, offset = 0;
    for (int d = desc.dims.rank() - 1; d >= 0; --d) {
      offset += rest % desc.dims[d] * strides[static_cast<size_t>(d)];
      rest /= desc.dims[d];
    }
    f(offset, n);
  }
}

class StridedKernel final : public Kernel {
 public:
  explicit StridedKernel(const Problem& problem)
      : op_(problem.op),
        attributes_(*problem.attributes),
        inputs_(problem.inputs),
        outputs_(problem.outputs) {}

  void run(const RunArgs& args, int, int) const noexcept override {
    std::vector<std::vector<std::byte>> memory;
    std::vector<core::TensorView> inputs, outputs;
    const auto view = [&](const TensorDesc& desc) {
      if (desc.is_absent()) return core::TensorView{nullptr, desc.dtype, desc.dims};
      memory.emplace_back(core::dtype_bytes(desc.dtype, core::elems(desc.dims)) + 1);
      return core::TensorView{memory.back().data(), desc.dtype, desc.dims};
    };
    for (size_t i = 0; i < inputs_.size(); ++i) {
      inputs.push_back(view(inputs_[i]));
      if (!inputs_[i].is_absent()) gather_dense(inputs_[i], args.inputs[i], inputs.back().data);
    }
    for (const TensorDesc& desc : outputs_) outputs.push_back(view(desc));
    op_->reference({op_->self, attributes_, inputs, outputs});
    for (size_t i = 0; i < outputs_.size(); ++i)
      scatter_dense(outputs_[i], outputs[i].data, args.outputs[i]);
  }

 private:
  const ops::OpDefinition* op_;
  ops::Attributes attributes_;
  std::vector<TensorDesc> inputs_, outputs_;
};

std::optional<std::string> refuse_nothing(const Problem&) { return std::nullopt; }

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<StridedKernel>(problem);
}

Tactic make(const char* name, uint32_t flags) {
  return {.name = name,
          .ops = {},
          .source = kernels::Source::Reference,
          .needs = core::Isa::Portable,
          .flags = flags,
          .refuse = refuse_nothing,
          .prepare = prepare};
}

}  // namespace

void gather_dense(const TensorDesc& desc, const void* from, void* dense) {
  const size_t bytes = core::dtype_bytes(desc.dtype, 1);
  for_each_element(desc, [&](int64_t offset, int64_t n) {
    std::memcpy(static_cast<char*>(dense) + static_cast<size_t>(n) * bytes,
                static_cast<const char*>(from) + static_cast<size_t>(offset) * bytes, bytes);
  });
}

void scatter_dense(const TensorDesc& desc, const void* dense, void* to) {
  const size_t bytes = core::dtype_bytes(desc.dtype, 1);
  for_each_element(desc, [&](int64_t offset, int64_t n) {
    std::memcpy(static_cast<char*>(to) + static_cast<size_t>(offset) * bytes,
                static_cast<const char*>(dense) + static_cast<size_t>(n) * bytes, bytes);
  });
}

const Tactic& strided_tactic() {
  static const Tactic tactic = make("strided", kernels::kPitchedInputs | kernels::kPitchedOutputs);
  return tactic;
}

const Tactic& dense_tactic() {
  static const Tactic tactic = make("dense", 0);
  return tactic;
}

const Tactic& in_place_tactic() {
  static const Tactic tactic =
      make("in_place", kernels::kPitchedInputs | kernels::kPitchedOutputs | kernels::kInPlace);
  return tactic;
}

}  // namespace trtlike::test
