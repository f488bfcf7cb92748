// The op's state, functions and tactic.
#include "support/gain_op.h"

#include <cstring>
#include <map>
#include <mutex>

#include "core/check.h"
#include "core/quantize.h"

namespace trtlike::test {
namespace {

using kernels::Problem;
using kernels::TensorDesc;

/// What is registered as self: gains by name, for as long as somebody keeps them.
class Gains {
 public:
  std::shared_ptr<const double> add(const std::string& state, double gain) {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::weak_ptr<const double>& known = gains_[state];
    if (auto same = known.lock(); same != nullptr) {
      TRTLIKE_CHECK(*same == gain, "[test] state '", state, "': expected ", *same, ", got ", gain,
                    ".");
      return same;
    }
    auto owned = std::make_shared<const double>(gain);
    known = owned;
    return owned;
  }
  std::shared_ptr<const double> get(const std::string& state) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = gains_.find(state);
    const auto gain = found == gains_.end() ? nullptr : found->second.lock();
    TRTLIKE_CHECK(gain != nullptr, "[test] gain: expected a known state, got '", state, "'.");
    return gain;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::weak_ptr<const double>> gains_;
};

const Gains& gains(const void* self) { return *static_cast<const Gains*>(self); }

void infer(const ops::InferArgs& args) {
  gains(args.self).get(args.attributes.get_string("state"));
  args.outputs[0] = args.inputs[0];
}

void reference(const ops::ReferenceArgs& args) {
  const double gain = *gains(args.self).get(args.attributes.get_string("state"));
  for (int64_t i = 0; i < args.outputs[0].elems(); ++i)
    args.outputs[0].set(i, args.inputs[0].at(i) * gain);
}

ops::Blob save_blob(const void* self, const ops::Attributes& attributes) {
  const std::string& state = attributes.get_string("state");
  return {"gain of " + state, gains(self).get(state), sizeof(double)};
}

std::shared_ptr<const void> load_blob(const void* self, const ops::Attributes& attributes,
                                      std::string_view name, std::span<const std::byte> bytes) {
  TRTLIKE_CHECK(bytes.size() == sizeof(double), "[test] ", name, ": expected ", sizeof(double),
                " bytes, got ", bytes.size(), ".");
  double gain;
  std::memcpy(&gain, bytes.data(), sizeof gain);
  return const_cast<Gains&>(gains(self)).add(attributes.get_string("state"), gain);
}

float load(const TensorDesc& desc, const void* from, int64_t i) {
  const core::Quantization& q = desc.quantization;
  if (!q) return static_cast<const float*>(from)[i];
  const auto scale = static_cast<size_t>(core::scale_of(q, desc.dims, i));
  const int32_t zero = q.is_symmetric() ? 0 : q.zero_points()[scale];
  return q.scales()[scale] * static_cast<float>(static_cast<const int8_t*>(from)[i] - zero);
}

void store(const TensorDesc& desc, void* to, int64_t i, float value) {
  if (!desc.quantization) {
    static_cast<float*>(to)[i] = value;
  } else {
    static_cast<int8_t*>(to)[i] =
        core::saturate<int8_t>(core::quantize(desc.quantization, desc.dims, i, value));
  }
}

class GainKernel final : public kernels::Kernel {
 public:
  GainKernel(const Problem& problem, std::shared_ptr<const double> gain)
      : in_(problem.inputs[0]), out_(problem.outputs[0]), gain_(std::move(gain)) {}
  void run(const kernels::RunArgs& args, int, int) const noexcept override {
    for (int64_t i = 0; i < core::elems(out_.dims); ++i)
      store(out_, args.outputs[0], i, static_cast<float>(*gain_) * load(in_, args.inputs[0], i));
  }

 private:
  TensorDesc in_, out_;
  std::shared_ptr<const double> gain_;
};

std::optional<std::string> refuse(const Problem& problem) {
  for (const auto* descs : {&problem.inputs, &problem.outputs})
    for (const TensorDesc& desc : *descs) {
      if (desc.layout != kernels::Layout::Linear) return "needs linear";
      if (desc.dtype != DataType::Float && (desc.dtype != DataType::Int8 || !desc.quantization))
        return core::str("needs f32 or quantized s8, got ", desc.to_string());
    }
  return std::nullopt;
}

std::unique_ptr<kernels::Kernel> prepare(const void* self, const Problem& problem,
                                         std::span<const std::byte>) {
  return std::make_unique<GainKernel>(problem,
                                      gains(self).get(problem.attributes->get_string("state")));
}

Gains& the_gains() {
  static auto& gains = *new Gains;
  return gains;
}

}  // namespace

const ops::OpDefinition& gain_op() {
  static const ops::OpDefinition& op = []() -> const ops::OpDefinition& {
    auto definition = std::make_shared<ops::OpDefinition>(
        ops::OpDefinition{.name = "TestGain",
                          .meaning = "output = gain * input",
                          .layer_type = LayerType::PluginV3,
                          .attributes = {{"state", std::string()}},
                          .inputs = {{"input"}},
                          .infer = infer,
                          .reference = reference});
    definition->self = &the_gains();
    definition->save_blob = save_blob;
    definition->load_blob = load_blob;
    const ops::OpDefinition& added = ops::register_op(definition);
    kernels::register_tactic(
        std::make_shared<kernels::Tactic>(kernels::Tactic{.name = "gain",
                                                          .ops = {added.name},
                                                          .source = kernels::Source::Added,
                                                          .needs = core::Isa::Portable,
                                                          .flags = kernels::kQuantized,
                                                          .refuse = refuse,
                                                          .prepare = prepare,
                                                          .self = &the_gains()}));
    return added;
  }();
  return op;
}

std::shared_ptr<const void> add_gain(const std::string& state, double gain) {
  gain_op();
  return the_gains().add(state, gain);
}

}  // namespace trtlike::test
