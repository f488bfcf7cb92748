// Checks shared by the tactics of this family.
#include "kernels/convolution/tactics.h"

#include "core/os/memory.h"
#include "core/strings.h"
#include "kernels/convolution/computed_weights.h"
#include "kernels/convolution/epilogue.h"

namespace trtlike::kernels::convolution {

ops::InputSet packed_weights(const Problem& problem) {
  if (!problem.is_constant(1)) return {};
  return problem.has_input(2) ? ops::InputSet{1, 2} : ops::InputSet{1};
}

ops::ConvolutionShape shape_of(const Problem& problem) {
  const Dims &input = problem.inputs[0].dims, &kernel = problem.inputs[1].dims;
  return ops::is_deconvolution(*problem.op)
             ? ops::deconvolution_shape(*problem.attributes, input, kernel)
             : ops::convolution_shape(*problem.attributes, input, kernel);
}

std::optional<std::string> refuse_operands(const Problem& problem, Layout input, Layout output,
                                           DataType dtype, Weights weights) {
  const TensorDesc &in = problem.inputs[0], &out = problem.outputs[0];
  if (in.dtype != dtype || out.dtype != dtype)
    return core::str("needs ", core::dtype_short_name(dtype), ", got ",
                     core::dtype_short_name(in.dtype), " to ", core::dtype_short_name(out.dtype));
  if (in.layout != input || out.layout != output)
    return core::str("needs ", layout_name(input), " to ", layout_name(output), ", got ",
                     layout_name(in.layout), " to ", layout_name(out.layout));
  if (weights == Weights::Any && !problem.is_constant(1)) {
    if (auto reason = refuse_computed(problem)) return reason;
  } else if (!problem.is_constant(1) || (problem.has_input(2) && !problem.is_constant(2))) {
    return "needs constant weights";
  }
  return Epilogue::refuse(problem);
}

PackedFloats::PackedFloats(int64_t count) {
  packed.bytes = static_cast<size_t>(count) * sizeof(float);
  const std::shared_ptr<void> room = core::allocate_shared(packed.bytes);
  data = static_cast<float*>(room.get());
  packed.data = room;
}

}  // namespace trtlike::kernels::convolution
