// NMS: the best boxes of each class that overlap little. The list is as long as it can be at most;
// the second output says how many of its rows are filled.
#include <algorithm>
#include <array>
#include <numeric>

#include "core/check.h"
#include "ops/elements.h"
#include "ops/host_values.h"
#include "ops/shapes/box_shape.h"

namespace trtlike::ops {
namespace {

enum Input : size_t { kBoxes, kScores, kMaxBoxes, kIouThreshold, kScoreThreshold };

constexpr int64_t kCenterSizes = enum_number(BoundingBoxFormat::CenterSizes);

void infer(const InferArgs& args) {
  const Dims &boxes = args.inputs[kBoxes].dims, &scores = args.inputs[kScores].dims;
  check_float(args, kBoxes, "boxes");
  check_float(args, kScores, "scores");
  const int64_t format = args.attributes.get_int("bounding_box_format");
  TRTLIKE_CHECK(format >= 0 && format < kEnumCount<BoundingBoxFormat>,
                "[ops] attribute 'bounding_box_format': expected 0 to ",
                kEnumCount<BoundingBoxFormat> - 1, ", got ", format, ".");
  TRTLIKE_CHECK(boxes.rank() == 3 && (boxes[2] == 4 || boxes[2] < 0),
                "[ops] input 0 'boxes': expected shape [batch, boxes, 4], got ", boxes, ".");
  TRTLIKE_CHECK(
      scores.rank() == 3 && (scores[0] < 0 || boxes[0] < 0 || scores[0] == boxes[0]) &&
          (scores[2] < 0 || boxes[1] < 0 || scores[2] == boxes[1]),
      "[ops] input 1 'scores': expected shape [batch, classes, boxes] for boxes of shape ", boxes,
      ", got ", scores, ".");
  check_one(args, kMaxBoxes, "max_output_boxes_per_class");
  check_one(args, kIouThreshold, "iou_threshold");
  check_one(args, kScoreThreshold, "score_threshold");
  const HostValue& max_boxes = args.host_value(kMaxBoxes);
  int64_t rows = core::kUnknownDim;
  if (is_known(max_boxes) && max_boxes->size() == 1 && core::is_static(scores))
    rows = scores[0] * scores[1] * std::clamp<int64_t>(max_boxes->front(), 0, scores[2]);
  args.outputs[0] = {DataType::Int64, {rows, 3}};
  args.outputs[1] = {DataType::Int64, {1}};
}

void bound_extents(const InferArgs& args) {
  args.outputs[0].dims[0] = core::elems(args.inputs[kScores].dims);
}

struct Limits {
  int64_t boxes = 0;
  double iou = 0;
  std::optional<double> score;
};

std::vector<int64_t> select_boxes(const std::vector<Box>& boxes, const double* scores,
                                  const Limits& limits) {
  std::vector<int64_t> order(boxes.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return scores[a] > scores[b]; });
  std::vector<int64_t> kept;
  for (const int64_t candidate : order) {
    if (static_cast<int64_t>(kept.size()) >= limits.boxes) break;
    if (limits.score && !(scores[candidate] > *limits.score)) break;
    const bool is_covered = std::any_of(kept.begin(), kept.end(), [&](int64_t other) {
      return overlap(boxes[static_cast<size_t>(candidate)], boxes[static_cast<size_t>(other)]) >
             limits.iou;
    });
    if (!is_covered) kept.push_back(candidate);
  }
  return kept;
}

void reference(const ReferenceArgs& args) {
  const Dims& dims = args.inputs[kScores].dims;
  const std::vector<double> raw = read_elements(args.inputs[kBoxes]);
  const std::vector<double> scores = read_elements(args.inputs[kScores]);
  Limits limits;
  if (args.has_input(kMaxBoxes)) limits.boxes = static_cast<int64_t>(args.inputs[kMaxBoxes].at(0));
  if (args.has_input(kIouThreshold)) limits.iou = args.inputs[kIouThreshold].at(0);
  if (args.has_input(kScoreThreshold)) limits.score = args.inputs[kScoreThreshold].at(0);
  const bool is_center = args.attributes.get_int("bounding_box_format") == kCenterSizes;
  auto* rows = args.outputs[0].as<int64_t>();
  std::fill_n(rows, args.outputs[0].elems(), int64_t{0});
  int64_t count = 0;
  for (int64_t batch = 0; batch < dims[0]; ++batch) {
    std::vector<Box> boxes;
    for (int64_t i = 0; i < dims[2]; ++i)
      boxes.push_back(read_box(raw.data() + (batch * dims[2] + i) * 4, is_center));
    for (int64_t kind = 0; kind < dims[1]; ++kind) {
      const double* of_class = scores.data() + (batch * dims[1] + kind) * dims[2];
      for (const int64_t box : select_boxes(boxes, of_class, limits)) {
        const std::array<int64_t, 3> row{batch, kind, box};
        std::copy(row.begin(), row.end(), rows + 3 * count++);
      }
    }
  }
  args.outputs[1].as<int64_t>()[0] = count;
}

}  // namespace

const OpDefinition& nms_op() {
  static const OpDefinition op{
      .name = "NMS",
      .meaning =
          "indices [batch, class, box] of the best boxes that overlap little, and their count",
      .layer_type = LayerType::NMS,
      .attributes = {{"bounding_box_format", int64_t{0}}},
      .inputs = {{.name = "boxes"},
                 {.name = "scores"},
                 {.name = "max_output_boxes_per_class", .optional = true},
                 {.name = "iou_threshold", .optional = true},
                 {.name = "score_threshold", .optional = true}},
      .num_outputs = 2,
      .host_inputs = {kMaxBoxes},
      .infer = infer,
      .reference = reference,
      .bound_extents = bound_extents,
      .is_data_dependent = true,
      .rounding = kUndiminished,
  };
  return op;
}

}  // namespace trtlike::ops
