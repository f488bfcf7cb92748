// Convolutions of 1x1 windows on bfloat16 images as products of matrices: pixels by channels times
// channels by output channels, on the tiles of matmul.
#include <algorithm>
#include <array>

#include "core/check.h"
#include "core/strings.h"
#include "kernels/convolution/tactics.h"
#include "kernels/epilogue/epilogue.h"
#include "kernels/matmul/gemm.h"

namespace trtlike::kernels {
namespace convolution {
namespace {

constexpr size_t kBias = 2;

bool is_all(const std::array<int64_t, 3>& extents, int64_t value) {
  return std::all_of(extents.begin(), extents.end(), [&](int64_t e) { return e == value; });
}

/// The window moves by one pixel and never leaves the image, or not at all.
bool is_product(const ops::ConvolutionShape& shape) {
  return shape.groups == 1 && is_all(shape.kernel, 1) && is_all(shape.stride, 1) &&
         is_all(shape.padding, 0) && shape.output == shape.input;
}

/// Rows of pixels, or one row for all of them where the operand has one element a channel.
std::optional<Dims> matrix_dims(const TensorDesc& desc, const Dims& image) {
  const int64_t pixels = core::elems_between(image, 2, image.rank());
  if (desc.dims == image) return Dims{image[0] * pixels, image[1]};
  const bool ones = core::elems_between(desc.dims, 2, desc.dims.rank()) == 1;
  if (ones && desc.dims[0] == 1) return Dims{1, desc.dims[1]};
  return std::nullopt;
}

/// The same computation as FusedMatrixMultiply, its inputs in the same places.
struct Product {
  ops::Attributes attributes;
  Problem problem;
  std::string refusal;

  explicit Product(const Problem& from) : problem(from) {
    const Dims image = from.outputs[0].dims, kernel = from.inputs[1].dims;
    const int64_t pixels = image[0] * core::elems_between(image, 2, image.rank());
    const AttributeValue* program = from.attributes->find("program");
    problem.op = &ops::get_op("FusedMatrixMultiply");
    attributes = ops::complete_attributes(
        *problem.op,
        {{"op1", int64_t{1}},
         {"program", program == nullptr ? std::string() : std::get<std::string>(*program)}});
    problem.attributes = &attributes;
    problem.inputs[0] = {from.inputs[0].dtype, {pixels, kernel[1]}, Layout::Linear};
    problem.inputs[1] = {from.inputs[1].dtype, {kernel[0], kernel[1]}, Layout::Linear};
    if (problem.inputs.size() <= kBias) {
      problem.inputs.resize(kBias + 1);
      problem.constants.resize(kBias + 1, nullptr);
    }
    for (size_t i = epilogue::kFirstOperand; i < from.inputs.size(); ++i) {
      const TensorDesc& desc = from.inputs[i];
      const std::optional<Dims> dims = matrix_dims(desc, image);
      if (!dims || (desc.layout != Layout::ChannelsLast && (*dims)[0] != 1)) {
        refusal = core::str(
            "needs channels_last operands of the output's extents or one element "
            "a channel, got ",
            desc.to_string());
        return;
      }
      problem.inputs[i] = {desc.dtype, *dims, Layout::Linear};
    }
    problem.outputs[0] = {from.outputs[0].dtype, {pixels, kernel[0]}, Layout::Linear};
    refusal = matmul::read_problem(problem, setup);
  }

  matmul::Setup setup;
};

template <const auto& kTiles>
struct ProductConvolution {
  static std::optional<std::string> refuse(const Problem& problem) {
    const TensorDesc &in = problem.inputs[0], &out = problem.outputs[0];
    if (in.dtype != DataType::BF16 || (out.dtype != DataType::BF16 && out.dtype != DataType::Float))
      return core::str("needs bf16 to bf16 or f32, got ", core::dtype_short_name(in.dtype), " to ",
                       core::dtype_short_name(out.dtype));
    if (in.layout != Layout::ChannelsLast || out.layout != Layout::ChannelsLast)
      return "needs channels_last";
    if (!problem.is_constant(1) || (problem.has_input(kBias) && !problem.is_constant(kBias)))
      return "needs constant weights";
    if (core::elems(in.dims) == 0) return "needs tensors that are not empty";
    if (!is_product(shape_of(problem))) return "needs windows of one pixel without stride";
    const std::string refusal = Product(problem).refusal;
    return refusal.empty() ? std::nullopt : std::optional(refusal);
  }
  static Packed pack(const Problem& problem) {
    return matmul::pack(Product(problem).problem, kTiles);
  }
  static std::unique_ptr<Kernel> prepare(const Problem& problem,
                                         std::span<const std::byte> packed) {
    Product product(problem);
    TRTLIKE_ASSERT(product.refusal.empty(), product.refusal);
    return matmul::make_gemm(std::move(product.setup), kTiles, packed);
  }
};

}  // namespace
}  // namespace convolution

#define TRTLIKE_PRODUCT(name, needs, types, tile, product) \
  TRTLIKE_DEFINE_TACTIC(name) =                            \
      convolution::kFunctions<convolution::ProductConvolution<matmul::tiles::product>>;
#define TRTLIKE_TACTIC(...)
#include "kernels/convolution/kernels.inc"
#undef TRTLIKE_TACTIC

}  // namespace trtlike::kernels
