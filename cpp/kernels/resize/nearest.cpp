// Nearest Resize of images of any type: rows repeat runs of pixels.
#include <cstring>

#include "kernels/copy/copy_kernel.h"
#include "kernels/resize/resize.h"
#include "kernels/tactic_list.h"

namespace trtlike::kernels {
namespace {

/// `count` output pixels in a row that show the same input pixel.
struct Run {
  int64_t source = 0;
  int64_t count = 1;
};

template <typename T>
void gather_row(const char* in, char* out, const std::vector<int32_t>& indices) {
  for (size_t i = 0; i < indices.size(); ++i)
    std::memcpy(out + i * sizeof(T), in + static_cast<size_t>(indices[i]) * sizeof(T), sizeof(T));
}

template <typename T>
void double_row(const char* in, char* out, int64_t width) {
  for (int64_t i = 0; i < width; ++i) {
    T pair[2];
    std::memcpy(pair, in + static_cast<size_t>(i) * sizeof(T), sizeof(T));
    pair[1] = pair[0];
    std::memcpy(out + static_cast<size_t>(i) * sizeof pair, pair, sizeof pair);
  }
}

class ResizeNearest final : public Kernel {
 public:
  explicit ResizeNearest(const Problem& problem)
      : images_(resize::find_images(problem)),
        element_bytes_(static_cast<int64_t>(core::dtype_bytes(problem.inputs[0].dtype, 1))) {
    is_double_ = images_.x.out == 2 * images_.x.in;
    for (int64_t x = 0; x < images_.x.out; ++x) {
      const int64_t source = images_.x.indices[static_cast<size_t>(x)];
      is_double_ = is_double_ && source == x / 2;
      if (!runs_.empty() && runs_.back().source == source) {
        ++runs_.back().count;
      } else {
        runs_.push_back({source, 1});
      }
    }
    rows_ = images_.planes * images_.y.out;
    slices_ = {copy::count_slices(rows_ * images_.x.out * images_.channels * element_bytes_, rows_,
                                  problem.threads)};
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    const int64_t in_row = images_.x.in * images_.in_pitch * element_bytes_;
    const int64_t out_row = images_.x.out * images_.out_pitch * element_bytes_;
    const int64_t begin = rows_ * slice / slices_[0], end = rows_ * (slice + 1) / slices_[0];
    const bool is_dense = images_.out_pitch == images_.channels;
    int64_t last = -1;
    for (int64_t row = begin; row < end; ++row) {
      const int64_t y = row % images_.y.out;
      const int64_t source =
          row / images_.y.out * images_.y.in + images_.y.indices[static_cast<size_t>(y)];
      char* out = static_cast<char*>(args.outputs[0]) + row * out_row;
      if (source == last && is_dense) {
        std::memcpy(out, out - out_row, static_cast<size_t>(out_row));
      } else {
        move_row(static_cast<const char*>(args.inputs[0]) + source * in_row, out);
      }
      last = source;
    }
  }

 private:
  void move_row(const char* in, char* out) const {
    if (images_.channels > 1 || images_.in_pitch > 1 || images_.out_pitch > 1)
      return move_pixels(in, out);
    switch (element_bytes_) {
      case 1:
        return move_elements<uint8_t>(in, out);
      case 2:
        return move_elements<uint16_t>(in, out);
      case 4:
        return move_elements<uint32_t>(in, out);
      default:
        return move_elements<uint64_t>(in, out);
    }
  }

  template <typename T>
  void move_elements(const char* in, char* out) const {
    if (is_double_) {
      double_row<T>(in, out, images_.x.in);
    } else {
      gather_row<T>(in, out, images_.x.indices);
    }
  }

  void move_pixels(const char* in, char* out) const {
    static const copy::InnerLoops& loops = copy::inner_loops();
    const int64_t in_pixel = images_.in_pitch * element_bytes_;
    const int64_t out_pixel = images_.out_pitch * element_bytes_;
    for (const Run& run : runs_) {
      loops.copy_rows(in + run.source * in_pixel, 0, out, out_pixel, run.count,
                      images_.channels * element_bytes_);
      out += run.count * out_pixel;
    }
  }

  resize::Images images_;
  int64_t element_bytes_;
  int64_t rows_ = 0;
  bool is_double_ = false;
  std::vector<Run> runs_;
};

std::optional<std::string> refuse(const Problem& problem) {
  if (problem.attributes->get_enum<InterpolationMode>("resize_mode") != InterpolationMode::Nearest)
    return "needs mode NEAREST";
  if (core::dtype_bytes(problem.inputs[0].dtype, 2) < 2)
    return core::str("needs whole bytes, got ", core::dtype_short_name(problem.inputs[0].dtype));
  return resize::refuse_axes(problem);
}

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<ResizeNearest>(problem);
}

}  // namespace

TRTLIKE_DEFINE_TACTIC(resize_nearest) = {.refuse = refuse, .prepare = prepare};

}  // namespace trtlike::kernels
