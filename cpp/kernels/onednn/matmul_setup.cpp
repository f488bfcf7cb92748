// Reads a problem into a setup, and makes primitive descriptions for its blocks.
#include "kernels/onednn/matmul_setup.h"

#include <algorithm>

#include "core/check.h"

namespace trtlike::kernels::onednn {
namespace {

using dnnl::memory;
using Setup = MatmulSetup;
using Spread = Setup::Spread;
using Extra = Setup::Extra;

std::optional<Spread> find_spread(const Dims& dims, const Dims& out, int64_t n) {
  if (core::elems(dims) == 1) return Spread::Scalar;
  if (dims == out) return Spread::Full;
  if (core::elems(dims) == n && dims[dims.rank() - 1] == n && out[out.rank() - 1] == n)
    return Spread::Columns;
  return std::nullopt;
}

std::string read_extras(const Problem& problem, Setup& setup) {
  const auto post_ops = find_post_ops(problem);
  if (!post_ops) return "needs a program that is a chain of post-operations";
  setup.post_ops = *post_ops;
  setup.program = problem.attributes->get_string("program");
  for (const PostOp& op : setup.post_ops) {
    if (op.input < 0) continue;
    const size_t input = epilogue::input_of(op.input);
    const TensorDesc& desc = problem.inputs[input];
    const auto spread = find_spread(desc.dims, problem.outputs[0].dims, setup.shape.n);
    const bool is_readable = find_type(desc.dtype) || (setup.is_quantized && is_byte(desc.dtype));
    if (is_byte(setup.out) && !is_byte(desc.dtype) && drops_nans(setup.post_ops))
      return "needs operands without NaNs to make quantized numbers of";
    if (!is_readable || !spread)
      return core::str("needs f32 or bf16 operands like the output, its columns or a scalar, got ",
                       desc.to_string());
    setup.extras.push_back({input, *spread, desc.dtype});
  }
  return "";
}

}  // namespace

memory::desc MatmulSetup::a_desc(int64_t m) const {
  return {{m, shape.k}, get_type(a), memory::dims{shape.a_row_stride(), shape.a_column_stride()}};
}

memory::desc MatmulSetup::block_desc(DataType dtype, int64_t m, int64_t n) const {
  return {{m, n}, get_type(dtype), memory::dims{shape.n, 1}};
}

memory::desc MatmulSetup::dense_desc(DataType dtype, int64_t m, int64_t n) {
  return {{m, n}, get_type(dtype), memory::dims{n, 1}};
}

memory::desc MatmulSetup::extra_desc(const Extra& extra, int64_t m, int64_t n) const {
  if (extra.spread == Spread::Full) return dense_desc(extra.dtype, m, n);
  return {{1, extra.spread == Spread::Columns ? n : 1},
          get_type(extra.dtype),
          memory::dims{extra.spread == Spread::Columns ? n : 1, 1}};
}

dnnl::matmul::primitive_desc MatmulSetup::describe(int64_t m, int64_t n, const memory::desc& b_desc,
                                                   const dnnl::primitive_attr& attributes) const {
  const memory::desc bias =
      has_bias ? memory::desc({1, n}, memory::data_type::f32, memory::format_tag::ab)
               : memory::desc();
  return {engine(), a_desc(m), b_desc, bias, dense_desc(out, m, n), attributes, true};
}

void MatmulSetup::set_quantization(dnnl::primitive_attr& attributes) const {
  if (!is_quantized) return;
  attributes.set_scales_mask(DNNL_ARG_WEIGHTS, 1 << 1);
  if (zero_point != 0) attributes.set_zero_points_mask(DNNL_ARG_SRC, 0);
}

dnnl::primitive MatmulSetup::make_plain_primitive(int64_t m, int64_t n,
                                                  const memory::desc& b_desc) const {
  dnnl::primitive_attr attributes;
  set_quantization(attributes);
  const dnnl::primitive_desc desc = describe(m, n, b_desc, attributes);
  TRTLIKE_ASSERT(desc, "oneDNN primitive without post-operations");
  return make_primitive(desc);
}

std::optional<dnnl::primitive_desc> MatmulSetup::find_primitive(int64_t m, int64_t n) const {
  const OneThread one_thread;
  const memory::desc b_desc =
      packs_b ? memory::desc({shape.k, n}, get_type(b), memory::format_tag::any)
              : memory::desc({shape.k, n}, get_type(b),
                             memory::dims{shape.b_row_stride(), shape.b_column_stride()});
  dnnl::primitive_attr attributes = make_attributes();
  set_quantization(attributes);
  attributes.set_post_ops(
      make_post_ops(post_ops, [&](size_t i) { return extra_desc(extras[i], m, n); }));
  dnnl::matmul::primitive_desc desc = describe(m, n, b_desc, attributes);
  if (!desc) return std::nullopt;
  // The GEMM-based ones come first in the list, but pack B again in each call.
  do {
    const std::string_view name = desc.impl_info_str();
    if (name.starts_with("brg")) return desc;
  } while (desc.next_impl());
  return std::nullopt;
}

std::vector<int64_t> MatmulSetup::column_blocks() const {
  const int64_t n = shape.n;
  if (!packs_b) return {n};
  const int64_t blocks = std::max<int64_t>(1, std::min<int64_t>(n / 64, 4 * threads));
  const int64_t width = (n + blocks * 64 - 1) / (blocks * 64) * 64;
  std::vector<int64_t> out;
  for (int64_t done = 0; done < n; done += width) out.push_back(std::min(width, n - done));
  return out;
}

int64_t MatmulSetup::count_row_blocks(int64_t column_blocks) const {
  const int64_t others = column_blocks * products;
  const int64_t wanted = (4 * threads + others - 1) / others;
  return std::max<int64_t>(1, std::min(wanted, rows / 32));
}

std::string make_setup(const Problem& problem, MatmulSetup& setup) {
  const TensorDesc &a = problem.inputs[0], &b = problem.inputs[1], &out = problem.outputs[0];
  for (const auto* descs : {&problem.inputs, &problem.outputs})
    for (const TensorDesc& desc : *descs)
      if (desc.layout != Layout::Linear) return "needs linear";
  setup.is_quantized = is_quantized(problem);
  if (!(setup.is_quantized || find_type(a.dtype)) ||
      !(find_type(out.dtype) || (setup.is_quantized && is_byte(out.dtype))))
    return core::str("needs f32 or (with AVX-512 BF16) bf16, got ", a.to_string());
  setup.shape = ops::matmul_shape(*problem.attributes, a.dims, b.dims);
  const ops::MatmulShape& shape = setup.shape;
  if (core::elems(out.dims) == 0 || shape.k == 0) return "needs matrices that are not empty";
  setup.has_bias = problem.has_input(2);
  if (setup.has_bias && !problem.is_constant(2)) return "needs a constant bias";
  setup.packs_b = problem.is_constant(1) && core::elems(shape.batch_b) == 1;
  setup.a = a.dtype;
  setup.b = setup.packs_b && !setup.is_quantized ? a.dtype : b.dtype;
  setup.out = out.dtype;
  setup.threads = problem.threads;
  if (setup.is_quantized) {
    setup.zero_point = static_cast<int32_t>(problem.attributes->get_int("zero_point"));
    if (!setup.packs_b) return "needs a constant right operand";
  } else if (setup.a != setup.b || !core::is_float(b.dtype))
    return core::str("needs operands of one type, got ", a.to_string(), " and ", b.to_string());
  setup.products = shape.num_batches();
  setup.rows = shape.m;
  if (core::elems(shape.batch_b) == 1 && shape.op_a != MatrixOperation::Transpose) {
    setup.rows *= setup.products;
    setup.products = 1;
  }
  // oneDNN divides by extents that it keeps in 32 bits; every product has slices of its own.
  constexpr int64_t kMostExtent = 1 << 30;
  if (std::max({setup.rows, setup.products, shape.n, shape.k}) > kMostExtent)
    return core::str("needs extents of at most ", kMostExtent);
  if (problem.attributes->find("program") != nullptr) {
    std::string refusal = read_extras(problem, setup);
    if (!refusal.empty()) return refusal;
  }
  return "";
}

}  // namespace trtlike::kernels::onednn
