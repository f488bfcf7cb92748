// Slices, phases and the order of tiles.
#include "kernels/matmul/gemm.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/os/cpu.h"
#include "core/os/memory.h"
#include "kernels/packed.h"

namespace trtlike::kernels::matmul {
namespace {

/// A slice should be worth its scheduling: about ten microseconds of one core, which computes so
/// much or reads so much of B.
constexpr int64_t kMinSliceFlops = 1 << 21;
constexpr int64_t kMinSliceBytes = 256 << 10;
/// A panel of B that is longer than this is summed in parts, so that it stays in the cache between
/// two tiles.
constexpr int64_t kMaxPanelBytes = 512 << 10;
constexpr int kStepsPerFetch = 8;
constexpr int64_t kMaxLinesPerFetch = 64;

struct Range {
  int64_t begin, end;
};

Range cut(int64_t count, int64_t parts, int64_t index) {
  return {count * index / parts, count * (index + 1) / parts};
}

template <typename Types>
class GemmKernel final : public Kernel {
 public:
  GemmKernel(Setup setup, const Tiles<Types>& tiles, std::span<const std::byte> packed)
      : setup_(std::move(setup)),
        tiles_(tiles),
        layout_(tiles, setup_.n, setup_.k),
        finisher_(make_finisher(setup_, tiles.needs)) {
    const int64_t b_bytes = setup_.packs_b ? setup_.b_matrices * layout_.matrix_bytes : 0;
    const int64_t bias_bytes =
        setup_.packs_bias ? layout_.count * layout_.width * int64_t{sizeof(float)} : 0;
    const std::byte* constants = read_packed(packed, static_cast<size_t>(b_bytes + bias_bytes));
    if (setup_.packs_b) b_ = constants;
    if (setup_.packs_bias) bias_ = reinterpret_cast<const float*>(constants + b_bytes);
    out_bytes_ = static_cast<int64_t>(core::dtype_bytes(setup_.out, 1));
    plan_preparation();
    plan_slices();
    plan_storing();
    finish_scratch_ = core::align_up(scratch_bytes_);
    scratch_bytes_ = finish_scratch_ + finisher_.scratch_bytes();
  }

  void run(const RunArgs& args, int phase, int slice) const noexcept override {
    if (phase + 1 < static_cast<int>(slices_.size())) {
      prepare(args, slice);
    } else {
      compute(args, slice);
    }
  }

 private:
  using A = typename Types::A;
  using B = typename Types::B;
  using Sum = typename Types::Sum;
  static constexpr int kDepth = kernels::kDepth<Types>;

  int64_t steps() const { return layout_.steps; }

  /// A is copied unless tiles can read it where it is; B is packed unless it was.
  void plan_preparation() {
    const bool readable = kTypeSet<A>.contains(setup_.a.dtype) && setup_.k % kDepth == 0;
    copies_a_ = !readable || setup_.a.column_stride != 1;
    a_stride_ = setup_.a.row_stride;
    size_t shared = 0;
    int slices = 0;
    if (copies_a_) {
      // An odd number of cache lines spreads rows over the sets of the cache.
      constexpr int64_t kLine = 64 / sizeof(A), kPage = 4096 / sizeof(A);
      a_stride_ = (steps() * kDepth + kLine - 1) / kLine * kLine;
      if (a_stride_ % kPage == 0) a_stride_ += kLine;
      a_matrices_ = setup_.products == 1 ? 1 : core::elems(setup_.shape.batch_a);
      shared = core::align_up(static_cast<size_t>(a_matrices_ * setup_.m * a_stride_) * sizeof(A));
      a_slices_ = count_slices(a_matrices_ * setup_.m * setup_.k);
      slices += a_slices_;
    }
    // A single panel of whole vectors is a dense matrix.
    reads_b_ = !setup_.packs_b && kDepth == 1 && kTypeSet<B>.contains(setup_.b.dtype) &&
               setup_.b.column_stride == 1 && layout_.count == 1 && setup_.n % tiles_.lanes == 0 &&
               setup_.b.row_stride == setup_.n;
    b_matrix_bytes_ = reads_b_ ? setup_.n * setup_.k * int64_t{sizeof(B)} : layout_.matrix_bytes;
    if (!setup_.packs_b && !reads_b_) {
      b_offset_ = shared;
      shared += static_cast<size_t>(setup_.b_matrices * layout_.matrix_bytes);
      b_slices_ = std::min<int>(count_slices(setup_.b_matrices * setup_.n * setup_.k),
                                static_cast<int>(setup_.b_matrices * layout_.count));
      slices += b_slices_;
    }
    shared_bytes_ = shared;
    slices_.clear();
    if (slices != 0) slices_.push_back(slices);
  }

  /// Slices for work of so many elements to be copied.
  int count_slices(int64_t elems) const {
    return static_cast<int>(std::clamp<int64_t>(elems >> 15, 1, 4 * setup_.threads));
  }

  void plan_slices() {
    const int64_t flops = 2 * setup_.products * setup_.m * setup_.n * setup_.k;
    // Halves of what is worth one slice and a half still are.
    const int64_t least = flops / (kMinSliceFlops / 4 * 3) == 2 ? 2 : 1;
    const int64_t worth = std::max(
        {flops / kMinSliceFlops, least, setup_.b_matrices * layout_.matrix_bytes / kMinSliceBytes});
    const int64_t target =
        setup_.threads == 1 ? 1 : std::clamp<int64_t>(worth, 1, int64_t{4} * setup_.threads);
    const int64_t tile_rows = (setup_.m + tiles_.max_rows - 1) / tiles_.max_rows;
    const int64_t wanted = (target + setup_.products - 1) / setup_.products;
    // Columns first: each part of B is then read by one slice only, and rows are the smaller
    // operand. With many rows it is the other way round.
    if (setup_.m <= 512 || setup_.m <= setup_.n) {
      n_parts_ = std::min(wanted, layout_.count);
      m_parts_ = std::min((wanted + n_parts_ - 1) / n_parts_, tile_rows);
    } else {
      m_parts_ = std::min(wanted, tile_rows);
      n_parts_ = std::min((wanted + m_parts_ - 1) / m_parts_, layout_.count);
    }
    slices_.push_back(static_cast<int>(setup_.products * m_parts_ * n_parts_));

    const int64_t step_bytes = tiles_.step_bytes(tiles_.max_vectors);
    const bool reuses_b = setup_.m > tiles_.max_rows;
    const int64_t parts =
        reuses_b ? (steps() * step_bytes + kMaxPanelBytes - 1) / kMaxPanelBytes : 1;
    steps_at_once_ = (steps() + parts - 1) / parts;
    // Rows of A that stay in the second-level cache while the panels pass.
    const int64_t budget = static_cast<int64_t>(core::l2_bytes()) / 4;
    rows_at_once_ = std::max<int64_t>(budget / (steps_at_once_ * int64_t{sizeof(float)}), 8);
    rows_at_once_ = (rows_at_once_ + tiles_.max_rows - 1) / tiles_.max_rows * tiles_.max_rows;
    rows_at_once_ = std::min(rows_at_once_, std::max<int64_t>(setup_.m, 1));
    const int64_t sums_rows = parts > 1 ? rows_at_once_ : tiles_.max_rows;
    scratch_bytes_ = static_cast<size_t>(sums_rows * layout_.width) * sizeof(float);
  }

  /// Tiles store the results themselves where all sums are made at once and at most clipped.
  void plan_storing() {
    direct_ = !setup_.program && steps_at_once_ == steps();
    if (!direct_ || setup_.links.empty()) return;
    const auto clip = epilogue::find_clip(setup_.links);
    direct_ = clips_ = clip.has_value();
    if (!clip) return;
    low_ = clip->low;
    high_ = clip->high;
  }

  void prepare(const RunArgs& args, int slice) const noexcept {
    auto* shared = static_cast<std::byte*>(args.shared);
    if (slice < a_slices_) {
      const Range rows = cut(a_matrices_ * setup_.m, a_slices_, slice);
      for (int64_t row = rows.begin; row < rows.end;) {
        const int64_t matrix = row / setup_.m, first = row % setup_.m;
        const int64_t count = std::min(setup_.m - first, rows.end - row);
        const int64_t element = matrix * setup_.m * setup_.k + first * setup_.a.row_stride;
        MatrixView view = setup_.a;
        view.data = at(args.inputs[0], element, setup_.a.dtype);
        tiles_.copy_rows(
            {view, count, setup_.k, reinterpret_cast<A*>(shared) + row * a_stride_, a_stride_});
        row += count;
      }
      return;
    }
    const Range panels = cut(setup_.b_matrices * layout_.count, b_slices_, slice - a_slices_);
    for (int64_t i = panels.begin; i < panels.end; ++i) {
      const int64_t matrix = i / layout_.count, panel = i % layout_.count;
      const int64_t element =
          matrix * setup_.n * setup_.k + panel * layout_.width * setup_.b.column_stride;
      MatrixView view = setup_.b;
      view.data = at(args.inputs[1], element, setup_.b.dtype);
      tiles_.pack_panel({view, setup_.k, layout_.columns(panel), layout_.vectors(panel),
                         reinterpret_cast<B*>(shared + b_offset_ + matrix * layout_.matrix_bytes +
                                              panel * layout_.panel_bytes)});
    }
  }

  static const std::byte* at(const void* base, int64_t element, DataType dtype) {
    return static_cast<const std::byte*>(base) +
           element * static_cast<int64_t>(core::dtype_bytes(dtype, 1));
  }

  /// What is the same for all tiles of a slice.
  struct Slice {
    const RunArgs& args;
    int64_t product;
    const A* a;
    const std::byte* b;
    std::byte* out;
  };

  void compute(const RunArgs& args, int index) const noexcept {
    const int64_t product = index / (m_parts_ * n_parts_);
    const int64_t part = index % (m_parts_ * n_parts_);
    const int64_t tile_rows = (setup_.m + tiles_.max_rows - 1) / tiles_.max_rows;
    const Range tiles = cut(tile_rows, m_parts_, part / n_parts_);
    const Range panels = cut(layout_.count, n_parts_, part % n_parts_);
    const auto* shared = static_cast<const std::byte*>(args.shared);
    Slice slice{args, product, nullptr, nullptr, nullptr};
    if (copies_a_) {
      const int64_t matrix = setup_.products == 1 ? 0 : setup_.shape.a_index(product);
      slice.a = reinterpret_cast<const A*>(shared) + matrix * setup_.m * a_stride_;
    } else {
      slice.a =
          reinterpret_cast<const A*>(at(args.inputs[0], setup_.a_offset(product), setup_.a.dtype));
    }
    const std::byte* b = setup_.packs_b ? b_
                         : reads_b_     ? static_cast<const std::byte*>(args.inputs[1])
                                        : shared + b_offset_;
    slice.b = b + setup_.b_matrix(product) * b_matrix_bytes_;
    slice.out =
        static_cast<std::byte*>(args.outputs[0]) +
        product * setup_.m * setup_.n * static_cast<int64_t>(core::dtype_bytes(setup_.out, 1));
    const int64_t end = std::min(setup_.m, tiles.end * tiles_.max_rows);
    for (int64_t row = tiles.begin * tiles_.max_rows; row < end; row += rows_at_once_) {
      const Range rows{row, std::min(end, row + rows_at_once_)};
      for (int64_t panel = panels.begin; panel < panels.end; ++panel)
        for (int64_t step = 0; step < steps(); step += steps_at_once_)
          multiply(slice, rows, panel, {step, std::min(steps(), step + steps_at_once_)});
    }
  }

  /// All rows of a block by a part of a panel.
  void multiply(const Slice& slice, Range rows, int64_t panel, Range steps_range) const noexcept {
    const int vectors = layout_.vectors(panel), columns = layout_.columns(panel);
    const int64_t column = panel * layout_.width;
    const int64_t step_bytes = tiles_.step_bytes(vectors);
    const int64_t num_steps = steps_range.end - steps_range.begin;
    const bool first = steps_range.begin == 0, last = steps_range.end == steps();
    const float* bias = bias_ != nullptr ? bias_ + column : kZeros;
    auto* scratch = static_cast<Sum*>(slice.args.scratch);

    TileArgs<Types> tile;
    tile.a_stride = a_stride_;
    tile.b = reinterpret_cast<const B*>(slice.b + panel * layout_.panel_bytes +
                                        steps_range.begin * step_bytes);
    tile.steps = num_steps;
    tile.dtype = direct_ ? setup_.out : DataType::Float;
    tile.c_stride = direct_ ? setup_.n : layout_.width;
    tile.clip = clips_;
    tile.low = low_;
    tile.high = high_;
    tile.last = direct_ ? columns - (vectors - 1) * tiles_.lanes : tiles_.lanes;
    plan_fetching(tile, rows, num_steps, step_bytes);
    for (int64_t row = rows.begin; row < rows.end;) {
      const int count = tiles_.count_rows(rows.end - row);
      Sum* sums =
          steps_at_once_ == steps() ? scratch : scratch + (row - rows.begin) * layout_.width;
      tile.a = slice.a + row * a_stride_ + steps_range.begin * kDepth;
      tile.start = first ? bias : sums;
      tile.start_stride = first ? 0 : layout_.width;
      tile.c = direct_ ? slice.out + (row * setup_.n + column) * out_bytes_
                       : reinterpret_cast<std::byte*>(sums);
      tiles_.tiles[count][vectors](tile);
      if (last && !direct_)
        finisher_.run(slice.args, slice.product, {sums, layout_.width, row, count, column, columns},
                      static_cast<std::byte*>(slice.args.scratch) + finish_scratch_);
      tile.ahead += fetched_bytes(tile, num_steps);
      row += count;
    }
  }

  static int64_t fetched_bytes(const TileArgs<Types>& tile, int64_t num_steps) {
    return num_steps / kStepsPerFetch * tile.ahead_lines * 64;
  }

  /// While the tiles of a panel are computed they fetch the next part of B, each its share. A
  /// single tile reads a stream, which the machine fetches better by itself.
  void plan_fetching(TileArgs<Types>& tile, Range rows, int64_t num_steps,
                     int64_t step_bytes) const {
    const int64_t tiles = (rows.end - rows.begin + tiles_.max_rows - 1) / tiles_.max_rows;
    const int64_t fetches = tiles * (num_steps / kStepsPerFetch);
    const int64_t lines = num_steps * step_bytes / 64;
    tile.ahead = reinterpret_cast<const char*>(tile.b) + num_steps * step_bytes;
    tile.ahead_lines = 0;
    if (tiles > 1 && fetches > 0)
      tile.ahead_lines =
          static_cast<int>(std::min((lines + fetches - 1) / fetches, kMaxLinesPerFetch));
  }

  Setup setup_;
  const Tiles<Types>& tiles_;
  PanelLayout layout_;
  const std::byte* b_ = nullptr;
  const float* bias_ = nullptr;
  bool copies_a_ = false;
  bool reads_b_ = false;  ///< where it is
  int64_t a_stride_ = 0;
  int64_t a_matrices_ = 1;
  int64_t b_matrix_bytes_ = 0;  ///< from one matrix to the next
  size_t b_offset_ = 0;
  int a_slices_ = 0, b_slices_ = 0;
  int64_t m_parts_ = 1, n_parts_ = 1;
  int64_t steps_at_once_ = 0, rows_at_once_ = 0;
  int64_t out_bytes_ = 4;
  bool direct_ = false;
  bool clips_ = false;
  float low_ = -std::numeric_limits<float>::infinity();
  float high_ = std::numeric_limits<float>::infinity();
  epilogue::Finisher finisher_;
  size_t finish_scratch_ = 0;
};

}  // namespace

template <typename Types>
std::unique_ptr<Kernel> make_gemm(Setup setup, const Tiles<Types>& tiles,
                                  std::span<const std::byte> packed) {
  return std::make_unique<GemmKernel<Types>>(std::move(setup), tiles, packed);
}

#define TRTLIKE_MAKE_GEMM(types)                                         \
  template std::unique_ptr<Kernel> make_gemm(Setup, const Tiles<types>&, \
                                             std::span<const std::byte>);
TRTLIKE_FOR_EACH_PRODUCT_TYPES(TRTLIKE_MAKE_GEMM)
#undef TRTLIKE_MAKE_GEMM

}  // namespace trtlike::kernels::matmul
