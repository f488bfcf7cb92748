// Pitched copies in slices of rows, and dense copies in slices of bytes.
#include "runtime/execution/copy_kernel.h"

#include <algorithm>
#include <cstring>

namespace trtlike::runtime {
namespace {

/// A slice of fewer bytes is not worth a second thread.
constexpr int64_t kSliceBytes = 64 << 10;

class CopyKernel final : public kernels::Kernel {
 public:
  CopyKernel(const engine::Copy& copy, int threads) : copy_(copy) {
    if (copy_.rows == 1) {
      // A dense copy is cut at multiples of 64 bytes.
      copy_.rows = (copy.row_bytes + 63) / 64;
      copy_.row_bytes = copy_.from_pitch_bytes = copy_.to_pitch_bytes = 64;
      bytes_ = copy.row_bytes;
    } else {
      bytes_ = copy_.rows * copy_.row_bytes;
    }
    const int64_t most = std::max<int64_t>(1, bytes_ / kSliceBytes);
    slices_ = {static_cast<int>(std::min<int64_t>({most, int64_t{threads} * 4, copy_.rows}))};
    if (bytes_ == 0) slices_ = {0};
    if (threads == 1 && bytes_ != 0) slices_ = {1};
  }

  void run(const kernels::RunArgs& args, int, int slice) const noexcept override {
    const int64_t begin = copy_.rows * slice / slices_[0];
    const int64_t end = copy_.rows * (slice + 1) / slices_[0];
    const auto* from = static_cast<const char*>(args.inputs[0]) + begin * copy_.from_pitch_bytes;
    auto* to = static_cast<char*>(args.outputs[0]) + begin * copy_.to_pitch_bytes;
    if (is_dense()) {
      const int64_t bytes = std::min(end * copy_.row_bytes, bytes_) - begin * copy_.row_bytes;
      std::memcpy(to, from, static_cast<size_t>(bytes));
      return;
    }
    for (int64_t row = begin; row < end; ++row) {
      std::memcpy(to, from, static_cast<size_t>(copy_.row_bytes));
      from += copy_.from_pitch_bytes;
      to += copy_.to_pitch_bytes;
    }
  }

 private:
  bool is_dense() const {
    return copy_.from_pitch_bytes == copy_.row_bytes && copy_.to_pitch_bytes == copy_.row_bytes;
  }

  engine::Copy copy_;
  int64_t bytes_ = 0;
};

}  // namespace

std::unique_ptr<kernels::Kernel> make_copy_kernel(const engine::Copy& copy, int threads) {
  return std::make_unique<CopyKernel>(copy, threads);
}

}  // namespace trtlike::runtime
