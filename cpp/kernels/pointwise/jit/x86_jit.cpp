// Wraps generated loops as Code.
#include "kernels/pointwise/jit/x86_jit.h"

#include "core/os/memory.h"
#include "kernels/pointwise/jit/x86_jit_loop.h"
#include "kernels/pointwise/recording.h"

namespace trtlike::kernels::pointwise {

#if defined(TRTLIKE_HAVE_XBYAK)
namespace {

float load_one(const void* p, DataType dtype) {
  return core::dispatch_dtype(dtype, "operand", [&](auto tag) {
    using T = decltype(tag);
    return static_cast<float>(core::to_double(*static_cast<const T*>(p)));
  });
}

class JitCode final : public Code {
 public:
  JitCode(std::unique_ptr<JitLoop> loop, const std::vector<OperandKind>& inputs)
      : loop_(std::move(loop)) {
    for (size_t i = 0; i < inputs.size(); ++i)
      if (inputs[i].is_one) ones_.push_back({i, inputs[i].dtype});
    scratch_bytes_ = core::align_up(loop_->uniforms() * sizeof(float));
  }

  void run(const void* const* inputs, void* output, int64_t count,
           void* scratch) const noexcept override {
    static constexpr int64_t kNoSteps[kMaxInputs + 1] = {};
    run_alike(inputs, output, kNoSteps, 1, count, scratch);
  }

  void run_rows(const void* const* inputs, void* output, const int64_t* steps, int num_inputs,
                int64_t rows, int64_t count, void* scratch) const noexcept override {
    bool alike = loop_->takes_rows();
    for (const One& one : ones_) alike = alike && steps[one.input] == 0;
    if (!alike) {
      Code::run_rows(inputs, output, steps, num_inputs, rows, count, scratch);
    } else if (rows > 0) {
      run_alike(inputs, output, steps, rows, count, scratch);
    }
  }

 private:
  /// Rows for which the one-element operands are the same.
  void run_alike(const void* const* inputs, void* output, const int64_t* steps, int64_t rows,
                 int64_t count, void* scratch) const noexcept {
    float* const uniforms = static_cast<float*>(scratch);
    for (const One& one : ones_) uniforms[one.input] = load_one(inputs[one.input], one.dtype);
    loop_->function()(inputs, output, count, uniforms, rows, steps);
  }

  struct One {
    size_t input;
    DataType dtype;
  };
  std::unique_ptr<JitLoop> loop_;
  std::vector<One> ones_;
};

}  // namespace

std::unique_ptr<Code> make_jit_code(const ops::PointwiseProgram& program,
                                    const std::vector<OperandKind>& inputs, DataType output) {
  if (!(core::cpu_isa() >= core::Isa::Avx512) || program.num_inputs > kMaxInputs) return nullptr;
  const auto recording = record(make_step_program(program), inputs);
  if (!recording) return nullptr;
  auto loop = make_jit_loop(*recording, inputs, output);
  if (loop == nullptr) return nullptr;
  return std::make_unique<JitCode>(std::move(loop), inputs);
}

#else

std::unique_ptr<Code> make_jit_code(const ops::PointwiseProgram&, const std::vector<OperandKind>&,
                                    DataType) {
  return nullptr;
}

#endif

}  // namespace trtlike::kernels::pointwise
