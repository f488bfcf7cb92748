// MatrixMultiply and FusedMatrixMultiply by Eigen, a block of the output at a time: the cover for
// machines that have no tiles of their own.
#define EIGEN_DONT_PARALLELIZE
// Blocks are small enough for their working memory to fit the stack, so nothing is allocated.
#define EIGEN_STACK_ALLOCATION_LIMIT (1 << 20)
#define EIGEN_NO_MALLOC
#include <Eigen/Core>
#include <algorithm>
#include <cstring>

#include "core/os/cpu.h"
#include "core/os/memory.h"
#include "kernels/matmul/setup.h"
#include "kernels/packed.h"
#include "kernels/tactic_list.h"

namespace trtlike::kernels {
namespace eigen {
namespace {

using matmul::MatrixView;
using matmul::Setup;

constexpr int64_t kRows = 64, kColumns = 256, kDepth = 256;

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ColumnMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor>;
template <typename Matrix>
using Block = Eigen::Map<const Matrix, 0, Eigen::OuterStride<>>;

/// f(block) with the block of a matrix in the order in which it lies.
template <typename F>
void with_block(const MatrixView& view, int64_t row, int64_t column, int64_t rows, int64_t columns,
                F&& f) {
  const float* data =
      static_cast<const float*>(view.data) + row * view.row_stride + column * view.column_stride;
  if (view.column_stride == 1) {
    f(Block<RowMajor>(data, rows, columns, Eigen::OuterStride<>(view.row_stride)));
  } else {
    f(Block<ColumnMajor>(data, rows, columns, Eigen::OuterStride<>(view.column_stride)));
  }
}

class EigenKernel final : public Kernel {
 public:
  EigenKernel(Setup setup, bool packs_b, std::span<const std::byte> packed)
      : setup_(std::move(setup)),
        row_blocks_((setup_.m + kRows - 1) / kRows),
        column_blocks_((setup_.n + kColumns - 1) / kColumns),
        finisher_(matmul::make_finisher(setup_, core::cpu_isa())) {
    slices_ = {static_cast<int>(setup_.products * row_blocks_ * column_blocks_)};
    scratch_bytes_ =
        static_cast<size_t>(kRows * kColumns) * sizeof(float) + finisher_.scratch_bytes();
    const auto elems = static_cast<size_t>(setup_.b_matrices * setup_.k * setup_.n);
    if (packs_b) b_ = reinterpret_cast<const float*>(read_packed(packed, elems * sizeof(float)));
  }

  void run(const RunArgs& args, int, int slice) const override {
    const int64_t column = slice % column_blocks_ * kColumns;
    const int64_t row = slice / column_blocks_ % row_blocks_ * kRows;
    const int64_t product = slice / (column_blocks_ * row_blocks_);
    const int64_t rows = std::min(kRows, setup_.m - row);
    const int64_t columns = std::min(kColumns, setup_.n - column);
    auto* scratch = static_cast<float*>(args.scratch);
    MatrixView a = setup_.a, b = setup_.b;
    a.data = static_cast<const float*>(args.inputs[0]) + setup_.a_offset(product);
    b.data = (b_ != nullptr ? b_ : static_cast<const float*>(args.inputs[1])) +
             setup_.b_matrix(product) * setup_.k * setup_.n;
    Eigen::Map<RowMajor> sums(scratch, rows, columns);
    sums.setZero();
    for (int64_t k = 0; k < setup_.k; k += kDepth) {
      const int64_t depth = std::min(kDepth, setup_.k - k);
      with_block(a, row, k, rows, depth, [&](const auto& left) {
        with_block(b, k, column, depth, columns,
                   [&](const auto& right) { sums.noalias() += left * right; });
      });
    }
    finisher_.run(args, product, {scratch, columns, row, rows, column, columns},
                  scratch + kRows * kColumns);
  }

 private:
  Setup setup_;
  const float* b_ = nullptr;  ///< a constant
  int64_t row_blocks_;
  int64_t column_blocks_;
  epilogue::Finisher finisher_;
};

std::string read(const Problem& problem, Setup& setup) {
  std::string refusal = matmul::read_problem(problem, setup, false);
  if (!refusal.empty()) return refusal;
  if (setup.a.dtype != DataType::Float ||
      (setup.b.dtype != DataType::Float && !problem.is_constant(1)))
    return core::str("needs f32 operands, got ", core::dtype_short_name(setup.a.dtype), " and ",
                     core::dtype_short_name(setup.b.dtype));
  return "";
}

std::optional<std::string> refuse(const Problem& problem) {
  Setup setup;
  std::string refusal = read(problem, setup);
  if (refusal.empty()) return std::nullopt;
  return refusal;
}

ops::InputSet packed_inputs(const Problem& problem) {
  return problem.is_constant(1) ? ops::InputSet{1} : ops::InputSet{};
}

/// B as floats.
Packed pack(const Problem& problem) {
  const std::vector<float> elements = constant_floats(problem, 1);
  const size_t bytes = elements.size() * sizeof(float);
  const std::shared_ptr<void> block = core::allocate_shared(bytes);
  std::memcpy(block.get(), elements.data(), bytes);
  return {block, bytes};
}

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte> packed) {
  Setup setup;
  const std::string refusal = read(problem, setup);
  TRTLIKE_ASSERT(refusal.empty(), refusal);
  return std::make_unique<EigenKernel>(std::move(setup), problem.is_constant(1), packed);
}

}  // namespace
}  // namespace eigen

TRTLIKE_DEFINE_TACTIC(matmul_eigen) = {.refuse = eigen::refuse,
                                       .packed_inputs = eigen::packed_inputs,
                                       .pack = eigen::pack,
                                       .prepare = eigen::prepare};

}  // namespace trtlike::kernels
