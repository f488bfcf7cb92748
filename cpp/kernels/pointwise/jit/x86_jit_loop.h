// A generated loop over elements.
#pragma once

#include <memory>
#include <vector>

#include "kernels/pointwise/recording.h"

namespace trtlike::kernels::pointwise {

/// Executable memory and the constants it reads. Immutable.
class JitLoop {
 public:
  /// `inputs` as in Code::run, except that one-element operands are read as uniforms[input];
  /// uniforms has room for uniforms() floats. At least one row; steps as in Code::run_rows, of
  /// loops that take rows.
  using Function = void (*)(const void* const* inputs, void* output, int64_t count, float* uniforms,
                            int64_t rows, const int64_t* steps);
  virtual ~JitLoop() = default;
  virtual Function function() const = 0;
  virtual size_t uniforms() const = 0;
  virtual bool takes_rows() const = 0;
};

/// Null as make_jit_code says.
std::unique_ptr<JitLoop> make_jit_loop(const Recording& recording,
                                       const std::vector<OperandKind>& inputs, DataType output);

}  // namespace trtlike::kernels::pointwise
