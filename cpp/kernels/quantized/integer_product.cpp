// MatMulInteger on the register tiles of quantized products: their sums as they are, less what the
// zero points add, which are known when the kernel runs.
//
//   out[i][j] = sums[i][j] - za[i] columns[j] - zb[j] (rows[i] - depth za[i])
#include "ops/shapes/integer_product.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/check.h"
#include "core/os/memory.h"
#include "kernels/packed.h"
#include "kernels/quantized/blocked_rows.h"

namespace trtlike::kernels {
namespace quantized {
namespace {

using ops::IntegerProduct;

constexpr size_t kMaxWidth = 16 * kMaxTileVectors;

/// The problem as one of QuantizedMatrixMultiply without a zero point.
Setup make_setup(const Problem& problem) {
  const IntegerProduct product =
      ops::integer_product(problem.inputs[0].dims, problem.inputs[1].dims);
  Setup setup;
  setup.grid.input = setup.grid.points = setup.grid.output = {1, 1, product.rows};
  setup.grid.kernel_elements = {0};
  setup.grid.offsets = {{0, 0, 0}};
  setup.in_pitch = setup.channels = product.depth;
  setup.outputs = product.columns;
  setup.channel_stride = product.columns;
  setup.output_stride = 1;
  setup.is_signed = problem.inputs[0].dtype == DataType::Int8;
  setup.threads = problem.threads;
  return setup;
}

/// Zero points when the kernel runs: none, one, or one an element.
struct Zeros {
  const void* data = nullptr;
  bool is_signed = false;
  int64_t count = 1;

  int32_t at(int64_t i) const {
    if (data == nullptr) return 0;
    const int64_t n = i % count;
    return is_signed ? static_cast<const int8_t*>(data)[n] : static_cast<const uint8_t*>(data)[n];
  }
};

/// The elements of a row of A added up.
uint32_t sum_row(const std::byte* row, int64_t count, bool is_signed) {
  int32_t sum = 0;
  if (is_signed)
    for (int64_t t = 0; t < count; ++t) sum += reinterpret_cast<const int8_t*>(row)[t];
  else
    for (int64_t t = 0; t < count; ++t) sum += reinterpret_cast<const uint8_t*>(row)[t];
  return static_cast<uint32_t>(sum);
}

class IntegerKernel final : public Kernel {
 public:
  IntegerKernel(const Problem& problem, const Tiles& tiles, std::span<const std::byte> packed)
      : setup_(make_setup(problem)),
        layout_(tiles, setup_),
        rows_(setup_, tiles, layout_),
        packed_(read_packed(packed, core::align_up(layout_.bytes()) + column_bytes())),
        columns_(reinterpret_cast<const uint32_t*>(packed_ + core::align_up(layout_.bytes()))),
        b_shift_(problem.inputs[1].dtype == DataType::UInt8 ? 128 : 0) {
    for (const size_t i : {size_t{0}, size_t{1}})
      if (problem.has_input(i + 2))
        zeros_[i] = Zeros{nullptr, problem.inputs[i + 2].dtype == DataType::Int8,
                          core::elems(problem.inputs[i + 2].dims)};
    differ_by_row_ = zeros_[0] && zeros_[0]->count != 1;
    has_b_zeros_ = problem.has_input(3) || b_shift_ != 0;
    slices_ = {rows_.num_slices()};
    scratch_bytes_ = rows_.scratch_bytes();
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    const BlockedRows::Part part = rows_.part(slice);
    const auto* input = static_cast<const std::byte*>(args.inputs[0]);
    const Adjusted adjusted = adjust(args, input + part.first * setup_.in_pitch, part);
    const BlockedRows::Rows a = rows_.find(input, part, args.scratch);
    for (int64_t panel = part.first_panel; panel < part.last_panel; ++panel)
      run_panel(args, adjusted, a, part, panel);
  }

 private:
  /// What the zero points of A and the sums of its rows come to, row by row.
  struct Adjusted {
    uint32_t zero[kBlockRows];
    uint32_t centred_sum[kBlockRows];  ///< rows[i] - depth za[i]
  };

  size_t column_bytes() const { return core::align_up(static_cast<size_t>(setup_.outputs) * 4); }

  Zeros zeros(const RunArgs& args, size_t operand) const {
    if (!zeros_[operand]) return {};
    Zeros zeros = *zeros_[operand];
    zeros.data = args.inputs[operand + 2];
    return zeros;
  }

  Adjusted adjust(const RunArgs& args, const std::byte* a, const BlockedRows::Part& part) const {
    Adjusted out{};
    const Zeros zeros_of_a = zeros(args, 0);
    const auto depth = static_cast<uint32_t>(setup_.channels);
    for (int64_t i = 0; i < part.rows; ++i) {
      out.zero[i] = static_cast<uint32_t>(zeros_of_a.at(part.first + i));
      if (has_b_zeros_)
        out.centred_sum[i] = sum_row(a + i * setup_.in_pitch, setup_.channels, setup_.is_signed) -
                             depth * out.zero[i];
    }
    return out;
  }

  /// Where nothing differs row by row, what the tiles make is the output.
  void run_panel(const RunArgs& args, const Adjusted& adjusted, const BlockedRows::Rows& a,
                 const BlockedRows::Part& part, int64_t panel) const {
    const int64_t begin = panel * layout_.width, written = layout_.vectors(panel) * layout_.lanes;
    const auto* packed_offsets =
        reinterpret_cast<const uint32_t*>(packed_ + layout_.group_bytes + begin * 4);
    std::array<uint32_t, kMaxWidth> offsets{};
    const uint32_t zero = differ_by_row_ ? 0 : adjusted.zero[0];
    for (int64_t j = 0; j < layout_.columns(panel); ++j)
      offsets[static_cast<size_t>(j)] = packed_offsets[j] - zero * columns_[begin + j];
    auto* out = static_cast<uint32_t*>(args.outputs[0]) + part.first * setup_.outputs + begin;
    auto* sums = rows_.sums<uint32_t>(args.scratch);
    const bool is_final =
        !differ_by_row_ && !has_b_zeros_ && written == int64_t{layout_.columns(panel)};
    TileArgs tile{};
    tile.b = packed_ + panel * layout_.panel_bytes;
    tile.offsets = reinterpret_cast<const int32_t*>(offsets.data());
    tile.c = reinterpret_cast<float*>(is_final ? out : sums);
    tile.c_stride = (is_final ? setup_.outputs : written) * 4;
    rows_.multiply(tile, a, part.rows, panel);
    if (!is_final) finish(args, adjusted, sums, out, part.rows, panel);
  }

  /// Zero points of B that are one for all are multiplied once a row.
  void finish(const RunArgs& args, const Adjusted& adjusted, const uint32_t* sums, uint32_t* out,
              int64_t rows, int64_t panel) const {
    const int64_t stride = layout_.vectors(panel) * layout_.lanes, begin = panel * layout_.width;
    const int columns = layout_.columns(panel);
    const bool differ_by_column = zeros_[1] && zeros_[1]->count != 1;
    const Zeros zeros_of_b = zeros(args, 1);
    std::array<uint32_t, kMaxWidth> b_zeros{};
    for (int j = 0; j < columns; ++j)
      b_zeros[static_cast<size_t>(j)] = static_cast<uint32_t>(zeros_of_b.at(begin + j) - b_shift_);
    for (int64_t i = 0; i < rows; ++i, out += setup_.outputs, sums += stride) {
      const uint32_t whole = differ_by_column ? 0 : b_zeros[0] * adjusted.centred_sum[i];
      for (int j = 0; j < columns; ++j) out[j] = sums[j] - whole;
      if (differ_by_row_)
        for (int j = 0; j < columns; ++j) out[j] -= adjusted.zero[i] * columns_[begin + j];
      if (differ_by_column)
        for (int j = 0; j < columns; ++j)
          out[j] -= b_zeros[static_cast<size_t>(j)] * adjusted.centred_sum[i];
    }
  }

  Setup setup_;
  PanelLayout layout_;
  BlockedRows rows_;
  const std::byte* packed_;
  const uint32_t* columns_;  ///< of B, added up
  int32_t b_shift_;
  std::optional<Zeros> zeros_[2];  ///< of A and B, without addresses
  bool differ_by_row_ = false, has_b_zeros_ = false;
};

std::optional<std::string> refuse(const Problem& problem) {
  for (const TensorDesc& desc : problem.inputs)
    if (!desc.is_absent() && desc.layout != Layout::Linear)
      return core::str("needs linear, got ", desc.to_string());
  if (problem.outputs[0].layout != Layout::Linear) return "needs linear";
  if (!problem.is_constant(1)) return "needs a constant right operand";
  if (core::elems(problem.inputs[0].dims) == 0 || core::elems(problem.outputs[0].dims) == 0)
    return "needs tensors that are not empty";
  return std::nullopt;
}

ops::InputSet packed_inputs(const Problem&) { return {1}; }

template <const Tiles& tiles>
Packed pack_for(const Problem& problem) {
  const Setup setup = make_setup(problem);
  const int64_t depth = setup.channels, columns = setup.outputs;
  // B as signed bytes.
  std::vector<int8_t> b(static_cast<size_t>(depth * columns));
  std::memcpy(b.data(), problem.constants[1], b.size());
  if (problem.inputs[1].dtype == DataType::UInt8)
    for (int8_t& element : b) element = static_cast<int8_t>(element ^ -128);
  std::vector<int32_t> sums(static_cast<size_t>(columns), 0);
  for (int64_t t = 0; t < depth; ++t)
    for (int64_t j = 0; j < columns; ++j)
      sums[static_cast<size_t>(j)] += b[static_cast<size_t>(t * columns + j)];
  const size_t panels = core::align_up(PanelLayout(tiles, setup).bytes());
  const size_t bytes = panels + core::align_up(sums.size() * 4);
  std::shared_ptr<void> block = core::allocate_shared(bytes);
  auto* to = static_cast<std::byte*>(block.get());
  std::memset(to + panels, 0, bytes - panels);
  pack(b.data(), nullptr, setup, tiles, to);
  std::memcpy(to + panels, sums.data(), sums.size() * 4);
  return {block, bytes};
}

template <const Tiles& tiles>
std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte> packed) {
  return std::make_unique<IntegerKernel>(problem, tiles, packed);
}

}  // namespace
}  // namespace quantized

#define TRTLIKE_MATMUL_INTEGER(tiles_name, needs, types, tile)               \
  TRTLIKE_DEFINE_TACTIC(matmul_integer_##tiles_name) = {                     \
      .refuse = quantized::refuse,                                           \
      .packed_inputs = quantized::packed_inputs,                             \
      .pack = quantized::pack_for<quantized::tiles::quantized_##tiles_name>, \
      .prepare = quantized::prepare<quantized::tiles::quantized_##tiles_name>};
#define TRTLIKE_TACTIC(...)
#include "kernels/quantized/kernels.inc"
#undef TRTLIKE_TACTIC

}  // namespace trtlike::kernels
