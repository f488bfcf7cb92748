// MatrixMultiply and FusedMatrixMultiply by oneDNN: a slice is a block of rows and columns of one
// product. Constant right operands are packed by blocks of columns.
#include <algorithm>
#include <memory>

#include "core/check.h"
#include "core/os/float_flags.h"
#include "core/os/memory.h"
#include "kernels/onednn/careful.h"
#include "kernels/onednn/matmul_setup.h"
#include "kernels/onednn/packed_weights.h"
#include "kernels/packed.h"
#include "kernels/tactic_list.h"

namespace trtlike::kernels {
namespace onednn {
namespace {

using dnnl::memory;

using Setup = MatmulSetup;
using Spread = Setup::Spread;
using Extra = Setup::Extra;

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
    const int64_t bands = setup_.count_row_blocks(static_cast<int64_t>(widths.size()));
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
  const std::vector<int64_t> widths = setup.column_blocks();
  const int64_t bands = setup.count_row_blocks(static_cast<int64_t>(widths.size()));
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
    const std::vector<int64_t> widths = setup.column_blocks();
    const int64_t bands = setup.count_row_blocks(static_cast<int64_t>(widths.size()));
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
