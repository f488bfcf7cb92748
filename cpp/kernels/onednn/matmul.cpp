// MatrixMultiply and FusedMatrixMultiply by oneDNN: a slice is a block of rows and columns of one
// product. Constant right operands are packed by blocks of columns.
#include <algorithm>
#include <memory>

#include "core/check.h"
#include "core/os/float_flags.h"
#include "core/os/memory.h"
#include "kernels/onednn/careful.h"
#include "kernels/onednn/onednn.h"
#include "kernels/onednn/packed_weights.h"
#include "kernels/onednn/post_ops.h"
#include "kernels/packed.h"
#include "kernels/tactic_list.h"
#include "ops/shapes/matmul_shape.h"

namespace trtlike::kernels {
namespace onednn {
namespace {

using dnnl::memory;

enum class Spread { Scalar, Columns, Full };

struct Extra {
  size_t input = 0;
  Spread spread = Spread::Scalar;
  DataType dtype = DataType::Float;
};

struct Setup {
  ops::MatmulShape shape;
  /// Products after folding, and the rows of each: one product where B is the same for all.
  int64_t products = 1;
  int64_t rows = 1;
  bool packs_b = false;
  bool has_bias = false;
  /// Of bytes less `zero_point`, with a factor for each column, and a bias behind it.
  bool is_quantized = false;
  int32_t zero_point = 0;
  DataType a = DataType::Float, b = DataType::Float, out = DataType::Float;
  std::vector<PostOp> post_ops;
  std::vector<Extra> extras;
  std::string program;  ///< what the post-ops compute
  int threads = 1;

  memory::desc a_desc(int64_t m) const {
    return {{m, shape.k}, get_type(a), memory::dims{shape.a_row_stride(), shape.a_column_stride()}};
  }
  /// A block of the output, and the dense copy that the primitive works on.
  memory::desc block_desc(DataType dtype, int64_t m, int64_t n) const {
    return {{m, n}, get_type(dtype), memory::dims{shape.n, 1}};
  }
  static memory::desc dense_desc(DataType dtype, int64_t m, int64_t n) {
    return {{m, n}, get_type(dtype), memory::dims{n, 1}};
  }
  memory::desc extra_desc(const Extra& extra, int64_t m, int64_t n) const {
    if (extra.spread == Spread::Full) return dense_desc(extra.dtype, m, n);
    return {{1, extra.spread == Spread::Columns ? n : 1},
            get_type(extra.dtype),
            memory::dims{extra.spread == Spread::Columns ? n : 1, 1}};
  }

  /// Empty when there is none.
  dnnl::matmul::primitive_desc describe(int64_t m, int64_t n, const memory::desc& b_desc,
                                        const dnnl::primitive_attr& attributes) const {
    const memory::desc bias =
        has_bias ? memory::desc({1, n}, memory::data_type::f32, memory::format_tag::ab)
                 : memory::desc();
    return {engine(), a_desc(m), b_desc, bias, dense_desc(out, m, n), attributes, true};
  }

  void set_quantization(dnnl::primitive_attr& attributes) const {
    if (!is_quantized) return;
    attributes.set_scales_mask(DNNL_ARG_WEIGHTS, 1 << 1);
    if (zero_point != 0) attributes.set_zero_points_mask(DNNL_ARG_SRC, 0);
  }

  /// The products alone, fast or not.
  dnnl::primitive make_plain_primitive(int64_t m, int64_t n, const memory::desc& b_desc) const {
    dnnl::primitive_attr attributes;
    set_quantization(attributes);
    const dnnl::primitive_desc desc = describe(m, n, b_desc, attributes);
    TRTLIKE_ASSERT(desc, "oneDNN primitive without post-operations");
    return make_primitive(desc);
  }

  std::optional<dnnl::primitive_desc> find_primitive(int64_t m, int64_t n) const {
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
};

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

std::string make_setup(const Problem& problem, Setup& setup) {
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

/// Widths of the blocks of columns: multiples of 64, several a thread where there are enough.
std::vector<int64_t> column_blocks(const Setup& setup) {
  const int64_t n = setup.shape.n;
  if (!setup.packs_b) return {n};
  const int64_t blocks = std::max<int64_t>(1, std::min<int64_t>(n / 64, 4 * setup.threads));
  const int64_t width = (n + blocks * 64 - 1) / (blocks * 64) * 64;
  std::vector<int64_t> out;
  for (int64_t done = 0; done < n; done += width) out.push_back(std::min(width, n - done));
  return out;
}

int64_t count_row_blocks(const Setup& setup, int64_t column_blocks) {
  const int64_t others = column_blocks * setup.products;
  const int64_t wanted = (4 * setup.threads + others - 1) / others;
  return std::max<int64_t>(1, std::min(wanted, setup.rows / 32));
}

/// One further operand of a slice; blocks of full ones are copied where rows are not whole.
struct SliceExtra {
  size_t input = 0;
  int64_t offset = 0;
  std::optional<Copy> copy;
  size_t scratch_offset = 0;
};

/// Addresses of one block of one product.
struct Slice {
  std::optional<Call> call;
  int64_t a_offset = 0, b_offset = 0, out_offset = 0;
  std::vector<SliceExtra> extras;
  std::optional<Copy> copy_out;
  size_t out_scratch_offset = 0;
  int64_t m = 0, n = 0;
  std::vector<ProgramOperand> program_operands;
  memory::desc b;
  mutable std::optional<CarefulSlice> careful;  ///< made when a NaN is seen
};

class MatmulKernel final : public Kernel {
 public:
  MatmulKernel(Setup setup, std::span<const std::byte> packed)
      : setup_(std::move(setup)), drops_nans_(drops_nans(setup_.post_ops) && !is_byte(setup_.out)) {
    if (!packed.empty()) weights_.emplace(packed);
    std::vector<int64_t> widths;
    if (setup_.packs_b) {
      for (const WeightsPart& part : weights_->parts()) widths.push_back(part.count);
    } else {
      widths = {setup_.shape.n};
    }
    const int64_t bands = count_row_blocks(setup_, static_cast<int64_t>(widths.size()));
    for (int64_t product = 0; product < setup_.products; ++product) {
      int64_t column = 0;
      for (size_t part = 0; part < widths.size(); ++part) {
        for (int64_t i = 0; i < bands; ++i) {
          const int64_t row = setup_.rows * i / bands;
          add_slice(product, row, setup_.rows * (i + 1) / bands - row, part, column, widths[part]);
        }
        column += widths[part];
      }
    }
    built_.clear();
    scratchpad_bytes_ = core::align_up(scratchpad_bytes_);
    scratch_bytes_ = scratchpad_bytes_ + copies_bytes_;
    slices_ = {static_cast<int>(prepared_.size())};
  }

  void run(const RunArgs& args, int, int index) const override {
    const OneThread one_thread;
    const Slice& slice = prepared_[static_cast<size_t>(index)];
    const auto at = [](const void* base, int64_t offset) {
      return static_cast<const std::byte*>(base) + offset;
    };
    auto* copies = static_cast<std::byte*>(args.scratch) + scratchpad_bytes_;
    std::byte* out = static_cast<std::byte*>(args.outputs[0]) + slice.out_offset;
    std::byte* written = slice.copy_out ? copies + slice.out_scratch_offset : out;
    slice.call->set(0, at(args.inputs[0], slice.a_offset));
    slice.call->set(1, written);
    slice.call->set(2, args.scratch);
    if (!setup_.packs_b) slice.call->set(3, at(args.inputs[1], slice.b_offset));
    for (size_t i = 0; i < slice.extras.size(); ++i) {
      const SliceExtra& extra = slice.extras[i];
      const std::byte* data = at(args.inputs[extra.input], extra.offset);
      if (extra.copy) {
        extra.copy->run(data, copies + extra.scratch_offset, args.scratch);
        data = copies + extra.scratch_offset;
      }
      slice.call->set(4 + i, data);
    }
    if (drops_nans_) core::clear_invalid_flag();
    slice.call->run();
    if (drops_nans_ && core::has_invalid_flag()) run_carefully(slice);
    if (slice.copy_out) slice.copy_out->run(written, out, args.scratch);
  }

 private:
  struct Built {
    int64_t m, n;
    dnnl::primitive_desc desc;
    dnnl::primitive primitive;
  };

  /// Where there is no memory for it the slice keeps what oneDNN made of its NaNs.
  void run_carefully(const Slice& slice) const noexcept try {
    if (!slice.careful)
      slice.careful.emplace(setup_.make_plain_primitive(slice.m, slice.n, slice.b), *slice.call, 1,
                            setup_.program, slice.program_operands, setup_.out, slice.m, slice.n);
    slice.careful->run(*slice.call);
  } catch (...) {
  }

  const Built& build(int64_t m, int64_t n) {
    for (const Built& built : built_)
      if (built.m == m && built.n == n) return built;
    auto desc = setup_.find_primitive(m, n);
    TRTLIKE_ASSERT(desc.has_value(), "oneDNN primitive for a slice");
    dnnl::primitive primitive = make_primitive(*desc);
    built_.push_back({m, n, std::move(*desc), std::move(primitive)});
    return built_.back();
  }

  void add_slice(int64_t product, int64_t row, int64_t m, size_t part, int64_t column, int64_t n) {
    const ops::MatmulShape& shape = setup_.shape;
    const Built& built = build(m, n);
    const auto bytes = [](DataType dtype) {
      return static_cast<int64_t>(core::dtype_bytes(dtype, 1));
    };
    Slice slice;
    Call& call = slice.call.emplace(built.primitive, 7 + setup_.extras.size());
    const memory::desc b = built.desc.weights_desc(0);
    slice.m = m;
    slice.n = n;
    slice.b = b;
    call.add(DNNL_ARG_SRC, setup_.a_desc(m));
    call.add(DNNL_ARG_DST, Setup::dense_desc(setup_.out, m, n));
    call.add(DNNL_ARG_SCRATCHPAD, built.desc.scratchpad_desc());
    call.add(DNNL_ARG_WEIGHTS, b);
    if (setup_.packs_b) call.set(3, weights_->get(part, b));
    scratchpad_bytes_ = std::max(scratchpad_bytes_, built.desc.scratchpad_desc().get_size());
    size_t scratch_end = 0;
    slice.copy_out = make_copy(setup_.out, m, n, true, scratch_end, slice.out_scratch_offset);
    const int64_t first = setup_.products == 1 ? 0 : product;
    const int64_t out_elem = (first * setup_.rows + row) * shape.n + column;
    slice.a_offset =
        (shape.a_index(first) * shape.m * shape.k + row * shape.a_row_stride()) * bytes(setup_.a);
    slice.b_offset = shape.b_index(first) * shape.k * shape.n * bytes(setup_.b);
    slice.out_offset = out_elem * bytes(setup_.out);
    size_t next = 0;
    for (size_t i = 0; i < setup_.post_ops.size(); ++i) {
      if (setup_.post_ops[i].input < 0) continue;
      const Extra& extra = setup_.extras[next++];
      const size_t slot =
          call.add(DNNL_ARG_ATTR_MULTIPLE_POST_OP(static_cast<int>(i)) | DNNL_ARG_SRC_1,
                   setup_.extra_desc(extra, m, n));
      const size_t operand_index = extra.input - epilogue::kFirstOperand;
      slice.program_operands.resize(std::max(slice.program_operands.size(), operand_index + 1));
      slice.program_operands[operand_index] = {slot, extra.dtype, extra.spread == Spread::Scalar,
                                               extra.spread == Spread::Full ? n : 0};
      const int64_t elem = extra.spread == Spread::Full      ? out_elem
                           : extra.spread == Spread::Columns ? column
                                                             : 0;
      SliceExtra& operand = slice.extras.emplace_back();
      operand.input = extra.input;
      operand.offset = elem * bytes(extra.dtype);
      if (extra.spread == Spread::Full)
        operand.copy = make_copy(extra.dtype, m, n, false, scratch_end, operand.scratch_offset);
    }
    copies_bytes_ = std::max(copies_bytes_, scratch_end);
    const float* factors = weights_ ? weights_->bias() + column : nullptr;
    if (setup_.is_quantized) add_quantization(n, factors, call);
    if (setup_.has_bias)
      call.set(call.add(DNNL_ARG_BIAS, built.desc.weights_desc(1)),
               setup_.is_quantized ? factors + shape.n : factors);
    prepared_.push_back(std::move(slice));
  }

  void add_quantization(int64_t n, const float* factors, Call& call) const {
    const auto row = [](int64_t count, memory::data_type type) {
      return memory::desc({count}, type, memory::format_tag::a);
    };
    call.set(call.add(DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS, row(n, memory::data_type::f32)),
             factors);
    if (setup_.zero_point != 0)
      call.set(call.add(DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_SRC, row(1, memory::data_type::s32)),
               &setup_.zero_point);
  }

  /// Nothing when rows are whole.
  std::optional<Copy> make_copy(DataType dtype, int64_t m, int64_t n, bool is_output,
                                size_t& scratch_end, size_t& scratch_offset) {
    if (n == setup_.shape.n) return std::nullopt;
    const OneThread one_thread;
    const memory::desc dense = Setup::dense_desc(dtype, m, n);
    const memory::desc block = setup_.block_desc(dtype, m, n);
    Copy copy(is_output ? dense : block, is_output ? block : dense);
    scratchpad_bytes_ = std::max(scratchpad_bytes_, copy.scratch_bytes());
    scratch_offset = scratch_end;
    scratch_end = core::align_up(scratch_end + dense.get_size());
    return copy;
  }

  Setup setup_;
  bool drops_nans_;
  size_t scratchpad_bytes_ = 0;
  size_t copies_bytes_ = 0;
  std::optional<WeightsReader> weights_;
  std::vector<Built> built_;
  std::vector<Slice> prepared_;
};

std::optional<std::string> refuse(const Problem& problem) {
  Setup setup;
  std::string refusal = make_setup(problem, setup);
  if (!refusal.empty()) return refusal;
  const std::vector<int64_t> widths = column_blocks(setup);
  const int64_t bands = count_row_blocks(setup, static_cast<int64_t>(widths.size()));
  // Bands differ by one row at most, blocks of columns at the end only.
  for (const int64_t m : {setup.rows / bands, (setup.rows + bands - 1) / bands})
    for (const int64_t n : {widths.front(), widths.back()})
      if (!setup.find_primitive(m, n)) return "oneDNN has no fast primitive for it";
  return std::nullopt;
}

ops::InputSet packed_inputs(const Problem& problem) {
  Setup setup;
  ops::InputSet packed;
  if (!make_setup(problem, setup).empty()) return packed;
  if (setup.packs_b) packed.insert(1);
  if (setup.has_bias) packed.insert(2);
  return packed;
}

/// `n` columns of B: oneDNN adds them up while it packs dense ones only.
std::vector<int8_t> dense_bytes(const Problem& problem, const ops::MatmulShape& shape,
                                int64_t column, int64_t n) {
  const auto* from = static_cast<const int8_t*>(problem.constants[1]);
  std::vector<int8_t> out(static_cast<size_t>(shape.k * n));
  for (int64_t i = 0; i < shape.k; ++i)
    for (int64_t j = 0; j < n; ++j)
      out[static_cast<size_t>(i * n + j)] =
          from[i * shape.b_row_stride() + (column + j) * shape.b_column_stride()];
  return out;
}

Packed pack(const Problem& problem) {
  Setup setup;
  const std::string refusal = make_setup(problem, setup);
  TRTLIKE_ASSERT(refusal.empty(), refusal);
  WeightsWriter writer;
  if (setup.packs_b) {
    const std::vector<int64_t> widths = column_blocks(setup);
    const int64_t bands = count_row_blocks(setup, static_cast<int64_t>(widths.size()));
    const std::vector<float> floats =
        setup.is_quantized ? std::vector<float>() : constant_floats(problem, 1);
    int64_t column = 0;
    for (const int64_t n : widths) {
      const auto desc = setup.find_primitive(setup.rows / bands, n);
      TRTLIKE_ASSERT(desc.has_value(), "oneDNN primitive for packing");
      if (setup.is_quantized) {
        const std::vector<int8_t> block = dense_bytes(problem, setup.shape, column, n);
        writer.add_part(column, n, block.data(), Setup::dense_desc(setup.b, setup.shape.k, n),
                        desc->weights_desc(0));
      } else {
        const memory::desc plain(
            {setup.shape.k, n}, memory::data_type::f32,
            memory::dims{setup.shape.b_row_stride(), setup.shape.b_column_stride()});
        writer.add_part(column, n, floats.data() + column * setup.shape.b_column_stride(), plain,
                        desc->weights_desc(0));
      }
      column += n;
    }
  }
  if (setup.has_bias) {
    std::vector<float> bias = constant_floats(problem, 2);
    if (bias.size() == 1) bias.assign(static_cast<size_t>(setup.shape.n), bias[0]);
    writer.set_bias(std::move(bias));
  }
  return writer.finish();
}

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte> packed) {
  Setup setup;
  const std::string refusal = make_setup(problem, setup);
  TRTLIKE_ASSERT(refusal.empty(), refusal);
  return std::make_unique<MatmulKernel>(std::move(setup), packed);
}

}  // namespace
}  // namespace onednn

namespace {

constexpr TacticFunctions kMatmul{.refuse = onednn::refuse,
                                  .packed_inputs = onednn::packed_inputs,
                                  .pack = onednn::pack,
                                  .prepare = onednn::prepare};

}  // namespace

TRTLIKE_DEFINE_TACTIC(matmul_onednn) = kMatmul;
TRTLIKE_DEFINE_TACTIC(matmul_s8_onednn) = kMatmul;

}  // namespace trtlike::kernels
