// Sums of quarters of A, then panel by panel the seven products and the program behind them.
#include "kernels/matmul/strassen.h"

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "core/os/memory.h"
#include "kernels/matmul/gemm.h"
#include "kernels/packed.h"
#include "kernels/slicing.h"

namespace trtlike::kernels::matmul {
namespace {

/// What is less gains nothing.
constexpr int64_t kMinRows = 24;
constexpr int64_t kMinDepth = 128;
/// A sum of B's quarters that is longer than this is made in parts, so that it stays in the cache.
constexpr int64_t kMaxSumBytes = 256 << 10;
constexpr int kStepsPerFetch = 8;
/// How much larger half a row, or a column, may be, squared, than what it is summed with: of the
/// smaller one three bits are lost at most.
constexpr float kMaxSquares = 64;

enum Quarter : int { k11, k12, k21, k22, kNone };

/// first + factor * second.
struct Term {
  Quarter first;
  Quarter second = kNone;
  float factor = 1;
};

struct Product {
  Term a, b;
  /// Where it goes, as it is and times the term's factor.
  Term to;
  /// Whether the sums of `first` and `second` begin with it.
  bool begins_first = false, begins_second = false;
  /// The quarter of C that ends with it.
  Quarter ended = kNone;
  /// What part of B the next products read first.
  Quarter ahead = kNone;
};

/// Lower quarters of C begin with a product of lower rows, upper ones with one of upper rows: of an
/// odd number of rows the upper half has one more.
constexpr Product kProducts[] = {
    {{k21, k22}, {k11}, {k21, k22, -1}, true, true, kNone, k22},
    {{k11, k22}, {k11, k22}, {k11, k22}, true, false},
    {{k11, k12}, {k22}, {k12, k11, -1}, true, false, kNone, k21},
    {{k22}, {k21, k11, -1}, {k11, k21}, false, false, k21},
    {{k12, k22, -1}, {k21, k22}, {k11}, false, false, k11, k12},
    {{k11}, {k12, k22, -1}, {k12, k22}, false, false, k12},
    {{k21, k11, -1}, {k11, k12}, {k22}, false, false, k22, k11},
};

bool is_lower(Quarter quarter) { return quarter == k21 || quarter == k22; }
bool is_right(Quarter quarter) { return quarter == k12 || quarter == k22; }

/// Whether sums of squares are of one magnitude. Not where one is no finite number.
bool are_even(std::initializer_list<float> squares) {
  const float sum = std::accumulate(squares.begin(), squares.end(), 0.0f);
  return sum < std::numeric_limits<float>::infinity() &&
         std::max(squares) <= kMaxSquares * std::min(squares);
}

/// Whether the columns of the left and of the right half of B are of one magnitude. True where B is
/// packed already.
bool has_even_columns(const Problem& problem, const Setup& setup) {
  if (problem.constants[1] == nullptr) return true;
  const std::vector<float> elements = constant_floats(problem, 1);
  const float* b = elements.data();
  std::vector<float> squares(static_cast<size_t>(setup.n), 0.0f);
  if (setup.b.column_stride == 1) {
    for (int64_t k = 0; k < setup.k; ++k, b += setup.b.row_stride)
      for (int64_t n = 0; n < setup.n; ++n) squares[static_cast<size_t>(n)] += b[n] * b[n];
  } else {
    for (int64_t n = 0; n < setup.n; ++n, b += setup.b.column_stride)
      for (int64_t k = 0; k < setup.k; ++k) squares[static_cast<size_t>(n)] += b[k] * b[k];
  }
  const auto half = static_cast<size_t>(setup.n / 2);
  for (size_t n = 0; n < half; ++n)
    if (!are_even({squares[n], squares[half + n]})) return false;
  return true;
}

class StrassenKernel final : public Kernel {
 public:
  StrassenKernel(const Setup& setup, const Tiles<F32>& tiles, std::span<const std::byte> packed)
      : setup_(setup),
        tiles_(tiles),
        layout_(tiles, setup_.n, setup_.k),
        finisher_(make_finisher(setup_, tiles.needs)),
        plain_(make_gemm(setup, tiles, packed)),
        b_(packed.data()),
        upper_((setup_.m + 1) / 2),
        lower_(setup_.m / 2),
        depth_(setup_.k / 2),
        panels_(layout_.count / 2) {
    if (setup_.packs_bias) bias_ = reinterpret_cast<const float*>(b_ + layout_.matrix_bytes);
    // An odd number of cache lines spreads rows over the sets of the cache.
    a_stride_ = (depth_ + 15) / 16 * 16;
    if (a_stride_ % 32 == 0) a_stride_ += 16;
    sums_ = cut(upper_, 8 * depth_, setup_.threads);
    flags_offset_ = static_cast<size_t>(5 * upper_ * a_stride_) * sizeof(float);
    shared_bytes_ = flags_offset_ + static_cast<size_t>(sums_.count) * sizeof(int);
    plan_slices();
    const int64_t parts =
        (depth_ * layout_.width * int64_t{sizeof(float)} + kMaxSumBytes - 1) / kMaxSumBytes;
    steps_at_once_ = (depth_ + parts - 1) / parts;
    const int64_t part_rows = (upper_ + m_parts_ - 1) / m_parts_ + tiles_.max_rows;
    quarter_elems_ = part_rows * layout_.width;
    finish_offset_ = core::align_up(
        static_cast<size_t>(4 * quarter_elems_ + steps_at_once_ * layout_.width) * sizeof(float));
    scratch_bytes_ = std::max(finish_offset_ + finisher_.scratch_bytes(), plain_->scratch_bytes());
  }

  void run(const RunArgs& args, int phase, int slice) const noexcept override {
    if (phase == 0) return sum_rows(args, slice);
    const auto* uneven =
        reinterpret_cast<const int*>(static_cast<const std::byte*>(args.shared) + flags_offset_);
    if (std::any_of(uneven, uneven + sums_.count, [](int flag) { return flag != 0; })) {
      for (int s = slice; s < plain_->slices()[0]; s += slices_[1]) plain_->run(args, 0, s);
      return;
    }
    compute(args, slice);
  }

 private:
  /// Rows of the upper half, and the same of the lower one.
  struct Rows {
    int64_t begin, end, lower_end;
    int64_t count(bool lower) const { return (lower ? lower_end : end) - begin; }
  };
  struct Part {
    int64_t panel, first_step, steps;
  };
  struct Block {
    const RunArgs& args;
    Rows rows;
    Part part;
  };

  void plan_slices() {
    const int64_t wanted = setup_.threads == 1 ? 1 : 4 * int64_t{setup_.threads};
    n_parts_ = std::min(wanted, panels_);
    const int64_t tile_rows = (upper_ + tiles_.max_rows - 1) / tiles_.max_rows;
    m_parts_ = std::clamp<int64_t>(wanted / 2 / n_parts_, 1, tile_rows);
    slices_ = {sums_.count, static_cast<int>(n_parts_ * m_parts_)};
  }

  const float* a_quarter(const RunArgs& args, Quarter quarter, int64_t row) const {
    return static_cast<const float*>(args.inputs[0]) +
           (is_lower(quarter) ? upper_ + row : row) * setup_.a.row_stride +
           (is_right(quarter) ? depth_ : 0);
  }
  float* a_sum(const RunArgs& args, int64_t index, int64_t row) const {
    return static_cast<float*>(args.shared) + (index * upper_ + row) * a_stride_;
  }
  const float* b_quarter(Quarter quarter, const Part& part) const {
    return reinterpret_cast<const float*>(b_ + ((is_right(quarter) ? panels_ : 0) + part.panel) *
                                                   layout_.panel_bytes) +
           ((is_lower(quarter) ? depth_ : 0) + part.first_step) * layout_.width;
  }

  /// Sums of a panel of C in scratch; behind them is the sum of B's quarters.
  float* c_quarter(const RunArgs& args, Quarter quarter, int64_t row) const {
    return static_cast<float*>(args.scratch) + quarter * quarter_elems_ + row * layout_.width;
  }

  /// What is below the last row counts as zero. No product uses sums of that alone.
  void sum_row(const RunArgs& args, const Term& term, int64_t row, float* to) const {
    const auto exists = [&](Quarter quarter) {
      return row < (is_lower(quarter) ? lower_ : upper_);
    };
    if (!exists(term.first)) return;
    const float* first = a_quarter(args, term.first, row);
    const bool is_sum = exists(term.second);
    const float* second = is_sum ? a_quarter(args, term.second, row) : first;
    tiles_.add({first, second, is_sum ? term.factor : 0.0f, to, depth_});
  }

  /// With halves of rows alike, errors are small against the outputs whichever half of B's columns
  /// is larger.
  bool has_even_rows(const RunArgs& args, int64_t row) const {
    const auto squares = [&](Quarter quarter) {
      return tiles_.sum_squares(a_quarter(args, quarter, row), depth_);
    };
    const float left = squares(k11), right = squares(k12);
    return row < lower_ ? are_even({left, right, squares(k21), squares(k22)})
                        : are_even({left, right});
  }

  void sum_rows(const RunArgs& args, int slice) const {
    const auto [begin, end] = sums_.range(slice);
    bool even = true;
    for (int64_t row = begin; row < end; ++row) {
      int64_t index = 0;
      for (const Product& product : kProducts)
        if (product.a.second != kNone) sum_row(args, product.a, row, a_sum(args, index++, row));
      even = even && has_even_rows(args, row);
    }
    reinterpret_cast<int*>(static_cast<std::byte*>(args.shared) + flags_offset_)[slice] = !even;
  }

  void compute(const RunArgs& args, int slice) const {
    const Slicing tile_rows{(upper_ + tiles_.max_rows - 1) / tiles_.max_rows,
                            static_cast<int>(m_parts_)};
    const auto [first, last] = tile_rows.range(slice / static_cast<int>(n_parts_));
    const int64_t begin = first * tiles_.max_rows, end = std::min(last * tiles_.max_rows, upper_);
    const Rows rows{begin, end, std::min(end, lower_)};
    const auto [panel, end_panel] =
        Slicing{panels_, static_cast<int>(n_parts_)}.range(slice % static_cast<int>(n_parts_));
    for (int64_t p = panel; p < end_panel; ++p)
      for (int64_t step = 0; step < depth_; step += steps_at_once_)
        multiply({args, rows, {p, step, std::min(steps_at_once_, depth_ - step)}});
  }

  void multiply(const Block& block) const {
    const auto& [args, rows, part] = block;
    int64_t sum = 0;
    for (const Product& product : kProducts) {
      const Term &a = product.a, &b = product.b;
      QuarterArgs tile{};
      tile.b = b_quarter(b.first, part);
      if (b.second != kNone) tile.b_second = b_quarter(b.second, part);
      tile.b_factor = b.factor;
      tile.b_sum = c_quarter(args, kNone, 0);
      if (a.second == kNone) {
        tile.a = a_quarter(args, a.first, rows.begin);
        tile.a_stride = setup_.a.row_stride;
      } else {
        tile.a = a_sum(args, sum++, rows.begin);
        tile.a_stride = a_stride_;
      }
      tile.a += part.first_step;
      tile.steps = part.steps;
      tile.c_stride = layout_.width;
      multiply_rows(block, product, tile);
    }
  }

  void multiply_rows(const Block& block, const Product& product, QuarterArgs& tile) const {
    const int64_t count = block.rows.count(is_lower(product.a.first));
    plan_fetching(block.part, product, count, tile);
    const bool ends = product.ended != kNone && block.part.first_step + block.part.steps == depth_;
    for (int64_t row = 0; row < count;) {
      const int tile_rows = tiles_.count_rows(count - row);
      tile.targets[0] = target(block, product.to.first, 1, product.begins_first, row);
      if (product.to.second != kNone)
        tile.targets[1] =
            target(block, product.to.second, product.to.factor, product.begins_second, row);
      tiles_.quarters[tile_rows](tile);
      if (ends) finish(block, product.ended, row, tile_rows);
      if (tile.b_second != nullptr) {
        tile.b = tile.b_sum;
        tile.b_second = nullptr;
      }
      tile.a += tile_rows * tile.a_stride;
      tile.ahead += tile.steps / kStepsPerFetch * tile.ahead_lines * 64;
      row += tile_rows;
    }
  }

  void plan_fetching(const Part& part, const Product& product, int64_t count,
                     QuarterArgs& tile) const {
    if (product.ahead == kNone || count <= 0) return;
    const bool is_last = &product == std::end(kProducts) - 1;
    const float* next = b_quarter(product.ahead, is_last ? next_part(part) : part);
    const int64_t fetches = (count + tiles_.max_rows - 1) / tiles_.max_rows *
                            std::max<int64_t>(part.steps / kStepsPerFetch, 1);
    const int64_t lines = part.steps * layout_.width * int64_t{sizeof(float)} / 64;
    tile.ahead = reinterpret_cast<const char*>(next);
    tile.ahead_lines = static_cast<int>((lines + fetches - 1) / fetches);
  }

  Part next_part(const Part& part) const {
    const int64_t step = part.first_step + part.steps;
    if (step < depth_) return {part.panel, step, part.steps};
    return {std::min(part.panel + 1, panels_ - 1), 0, part.steps};
  }

  /// A quarter of C begins with the bias.
  QuarterTarget target(const Block& block, Quarter quarter, float factor, bool begins,
                       int64_t row) const {
    float* to = c_quarter(block.args, quarter, row);
    const bool from_bias = begins && block.part.first_step == 0;
    return {to, from_bias ? bias_at(quarter, block.part.panel) : to, from_bias ? 0 : layout_.width,
            factor, block.rows.count(is_lower(quarter)) - row};
  }

  int64_t column(Quarter quarter, int64_t panel) const {
    return (is_right(quarter) ? panels_ + panel : panel) * layout_.width;
  }
  const float* bias_at(Quarter quarter, int64_t panel) const {
    return bias_ != nullptr ? bias_ + column(quarter, panel) : kZeros;
  }

  void finish(const Block& block, Quarter quarter, int64_t row, int tile_rows) const {
    const int64_t first = block.rows.begin + row + (is_lower(quarter) ? upper_ : 0);
    finisher_.run(block.args, 0,
                  {c_quarter(block.args, quarter, row), layout_.width, first, tile_rows,
                   column(quarter, block.part.panel), layout_.width},
                  static_cast<std::byte*>(block.args.scratch) + finish_offset_);
  }

  Setup setup_;
  const Tiles<F32>& tiles_;
  PanelLayout layout_;
  epilogue::Finisher finisher_;
  std::unique_ptr<Kernel> plain_;
  const std::byte* b_;
  const float* bias_ = nullptr;
  int64_t upper_, lower_, depth_, panels_;
  int64_t a_stride_ = 0, steps_at_once_ = 0, quarter_elems_ = 0;
  int64_t n_parts_ = 1, m_parts_ = 1;
  Slicing sums_;
  size_t flags_offset_ = 0, finish_offset_ = 0;
};

}  // namespace

std::string refuse_strassen(const Problem& problem, const Setup& setup, const Tiles<F32>& tiles) {
  if (problem.strict) return "does not keep the order of the direct sums";
  if (!setup.packs_b || setup.b_matrices != 1 || setup.products != 1)
    return "needs one constant right operand";
  if (problem.inputs[0].dtype != DataType::Float) return "needs operands in f32";
  if (setup.a.column_stride != 1) return "needs a left operand with adjacent columns";
  if (setup.m < kMinRows || setup.k < kMinDepth || setup.k % 2 != 0)
    return core::str("needs at least ", kMinRows, " rows and an even depth from ", kMinDepth);
  if (setup.n % (2 * tiles.panel_columns()) != 0)
    return core::str("needs columns in multiples of ", 2 * tiles.panel_columns());
  if (!has_even_columns(problem, setup)) return "needs columns of one magnitude";
  return "";
}

std::unique_ptr<Kernel> make_strassen(Setup setup, const Tiles<F32>& tiles,
                                      std::span<const std::byte> packed) {
  return std::make_unique<StrassenKernel>(setup, tiles, packed);
}

}  // namespace trtlike::kernels::matmul
