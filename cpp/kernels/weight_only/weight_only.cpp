// Reading problems, packing weights, and the kernel around the tiles: rows as floats and the sums
// of their blocks first, then panels.
#include "kernels/weight_only/weight_only.h"

#include <algorithm>
#include <cstring>

#include "core/check.h"
#include "core/os/memory.h"
#include "kernels/matmul/setup.h"
#include "kernels/packed.h"

namespace trtlike::kernels {
namespace weight_only {
namespace {

struct Setup {
  int64_t m = 1, n = 1, k = 1, products = 1;
  int64_t block = 1;
  bool is_nibbles = false;
  DataType in = DataType::Float;
  std::vector<epilogue::Link> links;  ///< operands numbered from 0
  std::optional<ops::PointwiseProgram> program;
  std::vector<epilogue::Operand> operands;
  epilogue::OutputView out;
  int threads = 1;

  int64_t rows() const { return m * products; }
  int64_t blocks() const { return (k + block - 1) / block; }
};

ops::MatmulShape shape_of(const Problem& problem) {
  return ops::matmul_shape(*problem.attributes, problem.inputs[0].dims, problem.inputs[1].dims);
}

std::string read_operands(const Problem& problem, const ops::MatmulShape& shape, Setup& setup) {
  for (size_t i = epilogue::kFirstOperand; i < problem.inputs.size(); ++i) {
    const TensorDesc& desc = problem.inputs[i];
    if (desc.layout != Layout::Linear || !core::is_float(desc.dtype))
      return core::str("needs linear operands in f32, f16 or bf16, got ", desc.to_string());
    setup.operands.push_back(matmul::make_operand(problem, i, shape));
  }
  epilogue::Epilogue epilogue = epilogue::read_epilogue(problem);
  if (epilogue.chain && setup.operands.size() <= epilogue::kMaxOperands) {
    setup.links = std::move(*epilogue.chain);
    for (epilogue::Link& link : setup.links)
      if (link.operand >= 0) --link.operand;
    return "";
  }
  if (!epilogue::RowProgram::can_run(epilogue.program)) return "needs a program with fewer values";
  setup.program = std::move(epilogue.program);
  return "";
}

std::string read_problem(const Problem& problem, Setup& setup) {
  const TensorDesc &a = problem.inputs[0], &b = problem.inputs[1], &out = problem.outputs[0];
  if (a.layout != Layout::Linear || out.layout != Layout::Linear) return "needs linear tensors";
  if (!core::is_float(a.dtype) || !core::is_float(out.dtype))
    return core::str("needs f32, f16 or bf16, got ", a.to_string(), " to ", out.to_string());
  if (!problem.is_constant(1) || !problem.is_constant(2)) return "needs constant weights";
  if (core::elems(a.dims) == 0 || core::elems(out.dims) == 0)
    return "needs tensors that are not empty";
  const ops::MatmulShape shape = shape_of(problem);
  if (shape.op_a != MatrixOperation::None || shape.op_b == MatrixOperation::Vector)
    return "needs rows on the left and a matrix on the right";
  setup.m = shape.m;
  setup.n = shape.n;
  setup.k = shape.k;
  setup.products = shape.num_batches();
  setup.block = std::min(shape.k, problem.attributes->get_int("block"));
  if (setup.block != shape.k && setup.block % kStep != 0)
    return core::str("needs blocks of a multiple of ", kStep, ", got ", setup.block);
  setup.is_nibbles = b.dtype == DataType::Int4;
  setup.in = a.dtype;
  setup.out = {out.dtype, shape.m * shape.n, shape.n};
  setup.threads = problem.threads;
  return read_operands(problem, shape, setup);
}

/// Which numbers there are beside the integers.
struct Numbers {
  DataType scales = DataType::Float;  ///< halves where all of them are
  bool has_zeros = false;

  int64_t bytes() const { return (scales == DataType::Half ? 2 : 4) + (has_zeros ? 1 : 0); }
};
constexpr Numbers kNumbers[] = {{DataType::Float, false},
                                {DataType::Float, true},
                                {DataType::Half, false},
                                {DataType::Half, true}};

/// Where things stand among packed constants: the integers of all panels, their scales, and zero
/// points.
struct PanelLayout {
  PanelLayout(const Tiles& tiles, const Setup& setup)
      : width(tiles.width()),
        panels((setup.n + width - 1) / width),
        steps((setup.k + kStep - 1) / kStep),
        blocks(setup.blocks()),
        panel_bytes(steps * kStep * width / (setup.is_nibbles ? 2 : 1)) {}

  int64_t width, panels, steps, blocks;
  int64_t panel_bytes;

  int64_t count() const { return panels * blocks * width; }
  int64_t scales_at() const { return panels * panel_bytes; }
  int64_t zeros_at(const Numbers& numbers) const {
    return scales_at() + count() * (numbers.scales == DataType::Half ? 2 : 4);
  }
  size_t bytes(const Numbers& numbers) const {
    return static_cast<size_t>(scales_at() + count() * numbers.bytes());
  }
  /// Their number says which they are.
  Numbers numbers_of(size_t packed_bytes) const {
    for (const Numbers& numbers : kNumbers)
      if (bytes(numbers) == packed_bytes) return numbers;
    return {};
  }
};

bool is_half(float number) { return core::half_to_float(core::float_to_half(number)) == number; }

Packed pack(const Problem& problem, const Tiles& tiles) {
  Setup setup;
  const std::string refusal = read_problem(problem, setup);
  TRTLIKE_ASSERT(refusal.empty(), refusal);
  const PanelLayout layout(tiles, setup);
  const ops::MatmulShape shape = shape_of(problem);
  const core::TensorView weights{const_cast<void*>(problem.constants[1]), problem.inputs[1].dtype,
                                 problem.inputs[1].dims};
  const auto* from = static_cast<const float*>(problem.constants[2]);
  const int64_t count = layout.blocks * setup.n;
  const Numbers numbers{
      std::all_of(from, from + count, is_half) ? DataType::Half : DataType::Float,
      std::any_of(from + count, from + 2 * count, [](float zero) { return zero != 0; })};
  const size_t bytes = layout.bytes(numbers);
  std::shared_ptr<void> data = core::allocate_shared(bytes);
  auto* out = static_cast<std::byte*>(data.get());
  std::memset(out, 0, bytes);
  const core::TensorView scales{out + layout.scales_at(), numbers.scales, {layout.count()}};
  auto* zeros = reinterpret_cast<int8_t*>(out + layout.zeros_at(numbers));
  for (int64_t n = 0; n < setup.n; ++n) {
    const int64_t panel = n / layout.width, column = n % layout.width;
    auto* to = reinterpret_cast<uint8_t*>(out + panel * layout.panel_bytes);
    for (int64_t k = 0; k < setup.k; ++k) {
      const auto q =
          static_cast<int>(weights.at(k * shape.b_row_stride() + n * shape.b_column_stride()));
      if (setup.is_nibbles) {
        const int64_t at = (k / kStep * layout.width + column) * 4 + k % kStep / 2;
        to[at] = static_cast<uint8_t>(to[at] | (q & 15) << (k % 2 * 4));
      } else {
        to[k * layout.width + column] = static_cast<uint8_t>(q);
      }
    }
    for (int64_t b = 0; b < layout.blocks; ++b) {
      const int64_t at = (panel * layout.blocks + b) * layout.width + column;
      scales.set(at, static_cast<double>(from[b * setup.n + n]));
      if (numbers.has_zeros) zeros[at] = static_cast<int8_t>(from[count + b * setup.n + n]);
    }
  }
  return {data, bytes};
}

class WeightOnlyKernel final : public Kernel {
 public:
  WeightOnlyKernel(Setup setup, const Tiles& tiles, std::span<const std::byte> packed)
      : setup_(std::move(setup)),
        tiles_(tiles),
        layout_(tiles, setup_),
        finisher_(
            setup_.program
                ? epilogue::Finisher{*setup_.program, setup_.operands, setup_.out, core::cpu_isa()}
                : epilogue::Finisher{setup_.links, setup_.operands, setup_.out, tiles.needs}) {
    numbers_ = layout_.numbers_of(packed.size());
    packed_ = read_packed(packed, layout_.bytes(numbers_));
    x_stride_ = layout_.steps * kStep;
    const int64_t rows = setup_.rows(), work = rows * setup_.n * setup_.k;
    constexpr int64_t kLeastWork = 20'000;
    const int64_t wanted =
        setup_.threads == 1 ? 1 : std::clamp<int64_t>(work / kLeastWork, 1, 8 * setup_.threads);
    chunks_ = std::min(wanted, layout_.panels);
    const int64_t parts = (rows + tiles.rows - 1) / tiles.rows;
    parts_ = std::clamp<int64_t>(wanted / chunks_, 1, parts);
    const int64_t prepared = std::clamp<int64_t>(rows / 4, 1, setup_.threads);
    slices_ = {static_cast<int>(prepared), static_cast<int>(chunks_ * parts_)};
    sums_at_ = core::align_up(static_cast<size_t>(rows * x_stride_) * sizeof(float));
    shared_bytes_ =
        sums_at_ + core::align_up(static_cast<size_t>(rows * layout_.blocks) * sizeof(float));
    room_bytes_ = core::align_up(static_cast<size_t>(tiles.rows * layout_.width) * sizeof(float));
    scratch_bytes_ = room_bytes_ + finisher_.scratch_bytes();
  }

  void run(const RunArgs& args, int phase, int slice) const noexcept override {
    if (phase == 0) return prepare_rows(args, slice);
    const int64_t chunk = slice % chunks_, part = slice / chunks_;
    const int64_t begin = setup_.rows() * part / parts_, end = setup_.rows() * (part + 1) / parts_;
    const int64_t last = layout_.panels * (chunk + 1) / chunks_;
    for (int64_t panel = layout_.panels * chunk / chunks_; panel < last; ++panel) {
      const int64_t count = (end - begin + tiles_.rows - 1) / tiles_.rows;
      for (int64_t t = 0; t < count; ++t) {
        const int64_t first = begin + (end - begin) * t / count;
        run_tile(args, panel, first, begin + (end - begin) * (t + 1) / count - first);
      }
    }
  }

 private:
  void prepare_rows(const RunArgs& args, int slice) const {
    const int64_t rows = setup_.rows(), last = rows * (slice + 1) / slices_[0];
    auto* x = static_cast<float*>(args.shared);
    auto* sums = reinterpret_cast<float*>(static_cast<std::byte*>(args.shared) + sums_at_);
    for (int64_t i = rows * slice / slices_[0]; i < last; ++i) {
      float* row = x + i * x_stride_;
      read_row(args.inputs[0], i, row);
      std::fill(row + setup_.k, row + x_stride_, 0.0f);
      if (!numbers_.has_zeros) continue;
      for (int64_t b = 0; b < layout_.blocks; ++b) {
        double sum = 0;
        const int64_t end = std::min(setup_.k, (b + 1) * setup_.block);
        for (int64_t k = b * setup_.block; k < end; ++k) sum += static_cast<double>(row[k]);
        sums[i * layout_.blocks + b] = static_cast<float>(sum);
      }
    }
  }

  void read_row(const void* input, int64_t i, float* to) const {
    const auto widen = [&](const auto* from) {
      for (int64_t k = 0; k < setup_.k; ++k)
        to[k] = static_cast<float>(core::widen(from[i * setup_.k + k]));
    };
    if (setup_.in == DataType::Float) {
      const auto* from = static_cast<const float*>(input) + i * setup_.k;
      std::copy(from, from + setup_.k, to);
    } else if (setup_.in == DataType::Half) {
      widen(static_cast<const core::Half*>(input));
    } else {
      widen(static_cast<const core::BFloat16*>(input));
    }
  }

  void run_tile(const RunArgs& args, int64_t panel, int64_t row, int64_t rows) const {
    const auto* shared = static_cast<const std::byte*>(args.shared);
    const int64_t numbers = panel * layout_.blocks * layout_.width;
    auto* room = static_cast<float*>(args.scratch);
    const TileArgs tile{
        .x = reinterpret_cast<const float*>(shared) + row * x_stride_,
        .x_stride = x_stride_,
        .x_sums = reinterpret_cast<const float*>(shared + sums_at_) + row * layout_.blocks,
        .x_sums_stride = layout_.blocks,
        .integers = packed_ + panel * layout_.panel_bytes,
        .k = x_stride_,
        .block = layout_.blocks == 1 ? x_stride_ : setup_.block,
        .scales =
            packed_ + layout_.scales_at() + numbers * (numbers_.scales == DataType::Half ? 2 : 4),
        .scale_type = numbers_.scales,
        .zeros =
            numbers_.has_zeros
                ? reinterpret_cast<const int8_t*>(packed_ + layout_.zeros_at(numbers_)) + numbers
                : nullptr,
        .sums = room};
    (setup_.is_nibbles ? tiles_.nibbles : tiles_.bytes)[rows](tile);
    const int64_t column = panel * layout_.width;
    const int64_t columns = std::min(layout_.width, setup_.n - column);
    for (int64_t done = 0; done < rows;) {
      const int64_t product = (row + done) / setup_.m, within = (row + done) % setup_.m;
      const int64_t count = std::min(rows - done, setup_.m - within);
      finisher_.run(args, product,
                    {room + done * layout_.width, layout_.width, within, count, column, columns},
                    static_cast<std::byte*>(args.scratch) + room_bytes_);
      done += count;
    }
  }

  Setup setup_;
  const Tiles& tiles_;
  PanelLayout layout_;
  epilogue::Finisher finisher_;
  const std::byte* packed_ = nullptr;
  Numbers numbers_;
  int64_t x_stride_ = 0, chunks_ = 1, parts_ = 1;
  size_t sums_at_ = 0, room_bytes_ = 0;
};

std::optional<std::string> refuse(const Problem& problem) {
  Setup setup;
  std::string refusal = read_problem(problem, setup);
  return refusal.empty() ? std::nullopt : std::optional(std::move(refusal));
}

ops::InputSet packed_inputs(const Problem&) { return {1, 2}; }

template <const Tiles& tiles>
Packed pack_for(const Problem& problem) {
  return pack(problem, tiles);
}

template <const Tiles& tiles>
std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte> packed) {
  Setup setup;
  const std::string refusal = read_problem(problem, setup);
  TRTLIKE_ASSERT(refusal.empty(), refusal);
  return std::make_unique<WeightOnlyKernel>(std::move(setup), tiles, packed);
}

}  // namespace
}  // namespace weight_only

#define TRTLIKE_WEIGHT_ONLY(name, needs, types, tile)                                     \
  TRTLIKE_DEFINE_TACTIC(name) = {.refuse = weight_only::refuse,                           \
                                 .packed_inputs = weight_only::packed_inputs,             \
                                 .pack = weight_only::pack_for<weight_only::tiles::name>, \
                                 .prepare = weight_only::prepare<weight_only::tiles::name>};
#define TRTLIKE_TACTIC(...)
#include "kernels/weight_only/kernels.inc"
#undef TRTLIKE_TACTIC

}  // namespace trtlike::kernels
