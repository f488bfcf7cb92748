// NMS by keys: a slice is some classes, each of which takes its boxes off a heap while it wants
// more; a second phase writes the list. Scores that are above the threshold, and kept boxes that
// may overlap a candidate, are found by vectors.
#include <limits>

#include "core/os/memory.h"
#include "core/tensor_view.h"
#include "kernels/selection/keys.h"
#include "kernels/selection/scan.h"
#include "kernels/simd/loops_of_this_cpu.h"
#include "kernels/slicing.h"
#include "kernels/tactic_list.h"
#include "ops/shapes/box_shape.h"

namespace trtlike::kernels {
namespace {

/// Below this, products that are lost in FP32 may count.
constexpr double kLeastIou = 1e-6;
/// Of a kept box in FP32: corners and area.
constexpr int64_t kNumbers = 5;

enum Input : size_t { kBoxes, kScores, kMaxBoxes, kIouThreshold, kScoreThreshold };

class Nms final : public Kernel {
 public:
  explicit Nms(const Problem& problem)
      : inputs_(problem.inputs),
        is_center_(problem.attributes->get_int("bounding_box_format") ==
                   enum_number(BoundingBoxFormat::CenterSizes)),
        kinds_(problem.inputs[kScores].dims[1]),
        boxes_(problem.inputs[kScores].dims[2]),
        rows_(problem.outputs[0].dims[0]) {
    const int64_t lists = problem.inputs[kScores].dims[0] * kinds_;
    most_ = lists == 0 ? 0 : rows_ / lists;
    shared_bytes_ = static_cast<size_t>(lists * (most_ + 1)) * sizeof(int32_t);
    kept_bytes_ = core::align_up(static_cast<size_t>(most_) * sizeof(ops::Box));
    pitch_ = most_ + selection::kMostLanes;
    numbers_bytes_ = core::align_up(static_cast<size_t>(kNumbers * pitch_) * sizeof(float));
    scratch_bytes_ = kept_bytes_ + numbers_bytes_ +
                     static_cast<size_t>(boxes_ + selection::kMostLanes) * sizeof(uint64_t);
    lists_ = cut(lists, boxes_ * 8, problem.threads);
    slices_ = {lists_.count, 1};
  }

  void run(const RunArgs& args, int phase, int slice) const noexcept override {
    if (phase == 1) return write(args);
    const auto [begin, end] = lists_.range(slice);
    for (int64_t list = begin; list < end; ++list) {
      int32_t* kept = static_cast<int32_t*>(args.shared) + list * (most_ + 1);
      kept[0] = select(args, list, kept + 1);
    }
  }

 private:
  double read(const RunArgs& args, Input input, int64_t i) const {
    const TensorDesc& desc = inputs_[input];
    return core::TensorView{const_cast<void*>(args.inputs[input]), desc.dtype, desc.dims}.at(i);
  }
  bool has(Input input) const { return input < inputs_.size() && !inputs_[input].is_absent(); }

  /// The boxes that a class of an image keeps, best first; how many they are.
  int32_t select(const RunArgs& args, int64_t list, int32_t* out) const {
    const int64_t limit =
        has(kMaxBoxes) ? std::min(most_, static_cast<int64_t>(read(args, kMaxBoxes, 0))) : 0;
    const double iou = has(kIouThreshold) ? read(args, kIouThreshold, 0) : 0;
    auto* kept = static_cast<ops::Box*>(args.scratch);
    auto* numbers = reinterpret_cast<float*>(static_cast<char*>(args.scratch) + kept_bytes_);
    auto* keys = reinterpret_cast<uint64_t*>(static_cast<char*>(args.scratch) + kept_bytes_ +
                                             numbers_bytes_);
    const bool by_vectors =
        !is_center_ && iou >= kLeastIou && float_storage_index(inputs_[kBoxes].dtype) >= 0;
    int64_t left = collect(args, list, keys);
    const auto is_worse = [](uint64_t a, uint64_t b) { return a > b; };
    std::make_heap(keys, keys + left, is_worse);
    int32_t count = 0;
    while (count < limit && left > 0) {
      std::pop_heap(keys, keys + left, is_worse);
      const int64_t candidate = selection::position_of(keys[--left]);
      const ops::Box box = read_box(args, list / kinds_ * boxes_ + candidate);
      const bool is_covered = by_vectors
                                  ? is_covered_by({numbers, pitch_, count}, kept, box, iou)
                                  : std::any_of(kept, kept + count, [&](const ops::Box& other) {
                                      return overlap(box, other) > iou;
                                    });
      if (is_covered) continue;
      if (by_vectors) note_numbers(box, numbers + count);
      kept[count] = box;
      out[count++] = static_cast<int32_t>(candidate);
    }
    return count;
  }

  static selection::Candidate in_fp32(const ops::Box& box) {
    return {static_cast<float>(box.top), static_cast<float>(box.left),
            static_cast<float>(box.bottom), static_cast<float>(box.right),
            static_cast<float>(area(box))};
  }

  void note_numbers(const ops::Box& box, float* to) const {
    const selection::Candidate c = in_fp32(box);
    for (const float number : {c.top, c.left, c.bottom, c.right, c.area}) {
      *to = number;
      to += pitch_;
    }
  }

  /// Vectors say which boxes to look at.
  static bool is_covered_by(const selection::KeptBoxes& numbers, const ops::Box* kept,
                            const ops::Box& box, double iou) {
    const selection::Candidate candidate = in_fp32(box);
    const auto find = loops().find_overlap;
    for (int64_t i = 0; (i = find(numbers, candidate, static_cast<float>(iou), i)) < numbers.count;
         ++i)
      if (overlap(box, kept[i]) > iou) return true;
    return false;
  }

  static const selection::Loops& loops() {
    return loops_of_this_cpu<selection::kPortable, selection::kAvx2, selection::kAvx512>();
  }

  /// The keys of the scores above the threshold.
  int64_t collect(const RunArgs& args, int64_t list, uint64_t* keys) const {
    const bool has_threshold = has(kScoreThreshold);
    const double threshold = has_threshold ? read(args, kScoreThreshold, 0) : 0;
    int64_t count = 0;
    const int type = float_storage_index(inputs_[kScores].dtype);
    const auto bound = static_cast<float>(threshold);
    if (type >= 0 && has_threshold && static_cast<double>(bound) == threshold) {
      const auto bytes = static_cast<int64_t>(core::dtype_bytes(inputs_[kScores].dtype, 1));
      selection::Scan scan{
          .from = static_cast<const char*>(args.inputs[kScores]) + list * boxes_ * bytes,
          .end = boxes_,
          .largest = true,
          .takes_nans = false,
          .at = 0,
          .bound = bound,
          .worst = UINT64_MAX,
          .keys = keys,
          .count = 0,
          .room = std::numeric_limits<int64_t>::max()};
      loops().find[static_cast<size_t>(type)](scan);
      return scan.count;
    }
    core::dispatch_dtype(inputs_[kScores].dtype, "nms_keys", [&](auto tag) {
      using T = decltype(tag);
      if constexpr (sizeof(T) <= 4) {
        const T* scores = static_cast<const T*>(args.inputs[kScores]) + list * boxes_;
        for (int64_t i = 0; i < boxes_; ++i)
          if (!has_threshold || core::to_double(scores[i]) > threshold)
            keys[count++] = selection::make_key(scores[i], i, true);
      }
    });
    return count;
  }

  ops::Box read_box(const RunArgs& args, int64_t i) const {
    double raw[4];
    for (int c = 0; c < 4; ++c) raw[c] = read(args, kBoxes, 4 * i + c);
    return ops::read_box(raw, is_center_);
  }

  void write(const RunArgs& args) const {
    auto* rows = static_cast<int64_t*>(args.outputs[0]);
    int64_t count = 0;
    for (int64_t list = 0; list < lists_.units; ++list) {
      const int32_t* kept = static_cast<const int32_t*>(args.shared) + list * (most_ + 1);
      for (int32_t i = 0; i < kept[0]; ++i, ++count) {
        rows[3 * count] = list / kinds_;
        rows[3 * count + 1] = list % kinds_;
        rows[3 * count + 2] = kept[i + 1];
      }
    }
    std::fill(rows + 3 * count, rows + 3 * rows_, int64_t{0});
    static_cast<int64_t*>(args.outputs[1])[0] = count;
  }

  std::vector<TensorDesc> inputs_;
  bool is_center_;
  int64_t kinds_;
  int64_t boxes_;
  int64_t rows_;
  int64_t most_ = 0;
  size_t kept_bytes_ = 0;
  int64_t pitch_ = 0;  ///< from number to number of the kept boxes
  size_t numbers_bytes_ = 0;
  Slicing lists_;
};

std::optional<std::string> refuse(const Problem& problem) {
  const TensorDesc& scores = problem.inputs[kScores];
  if (problem.attributes->get_bool("by_score")) return "needs rows by class, got by score";
  if (problem.outputs[0].dtype != DataType::Int64) return "needs INT64 rows";
  if (!selection::has_keys(scores.dtype))
    return core::str("needs scores of 32 bits or less, got ", core::dtype_short_name(scores.dtype));
  for (const auto* descs : {&problem.inputs, &problem.outputs})
    for (const TensorDesc& desc : *descs)
      if (!desc.is_absent() && desc.layout != Layout::Linear)
        return core::str("needs linear, got ", layout_name(desc.layout));
  if (scores.dims[2] > INT32_MAX - 1) return "needs extents of 31 bits";
  return std::nullopt;
}

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<Nms>(problem);
}

}  // namespace

TRTLIKE_DEFINE_TACTIC(nms_keys) = {.refuse = refuse, .prepare = prepare};

}  // namespace trtlike::kernels
