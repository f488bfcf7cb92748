// NMS: the best boxes of each class that overlap little, in one of two forms. By class: scores
// [batch, classes, boxes], and rows class by class. By score: [batch, boxes, classes], rows of an
// image from the best on, of which only so many are looked at. The list is as long as it can be at
// most, and the second output says how many of its rows are filled; or it is as long as that.
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

bool is_by_score(const Attributes& attributes) { return attributes.get_bool("by_score"); }

void check_boxes(const InferArgs& args) {
  const Dims &boxes = args.inputs[kBoxes].dims, &scores = args.inputs[kScores].dims;
  check_float(args, kBoxes, "boxes");
  check_float(args, kScores, "scores");
  const bool by_score = is_by_score(args.attributes);
  const bool has_own = by_score && boxes.rank() == 4;
  const int64_t corners = boxes.rank() > 0 ? boxes[boxes.rank() - 1] : 0;
  TRTLIKE_CHECK((boxes.rank() == 3 || has_own) && (corners == 4 || corners < 0),
                "[ops] input 0 'boxes': expected shape [batch, boxes, ",
                by_score ? "4] or [batch, boxes, classes, 4]" : "4]", ", got ", boxes, ".");
  const int64_t kinds = has_own ? boxes[2] : core::kUnknownDim;
  const Dims expected =
      by_score ? Dims{boxes[0], boxes[1], kinds} : Dims{boxes[0], kinds, boxes[1]};
  TRTLIKE_CHECK(may_be(scores, expected), "[ops] input 1 'scores': expected shape [batch, ",
                by_score ? "boxes, classes" : "classes, boxes", "] for boxes of shape ", boxes,
                ", got ", scores, ".");
}

void check_attributes(const Attributes& attributes) {
  const int64_t format = attributes.get_int("bounding_box_format");
  TRTLIKE_CHECK(format >= 0 && format < kEnumCount<BoundingBoxFormat>,
                "[ops] attribute 'bounding_box_format': expected 0 to ",
                kEnumCount<BoundingBoxFormat> - 1, ", got ", format, ".");
  const int64_t type = attributes.get_int("indices_type");
  TRTLIKE_CHECK(type == enum_number(DataType::Int32) || type == enum_number(DataType::Int64),
                "[ops] attribute 'indices_type': expected INT32 (3) or INT64 (8), got ", type, ".");
  const int64_t limit = attributes.get_int("topk_box_limit");
  TRTLIKE_CHECK(limit >= 0, "[ops] attribute 'topk_box_limit': expected at least 0, got ", limit,
                ".");
}

/// Boxes of an image.
int64_t box_count(const Attributes& attributes, const Dims& scores) {
  return scores[is_by_score(attributes) ? 1 : 2];
}

void infer(const InferArgs& args) {
  check_boxes(args);
  check_attributes(args.attributes);
  const Dims& scores = args.inputs[kScores].dims;
  check_one(args, kMaxBoxes, "max_output_boxes_per_class");
  check_one(args, kIouThreshold, "iou_threshold");
  check_one(args, kScoreThreshold, "score_threshold");
  const auto type = args.attributes.get_enum<DataType>("indices_type");
  const HostValue& max_boxes = args.host_value(kMaxBoxes);
  if (!args.attributes.get_bool("is_padded")) {
    args.outputs[0] = {type, {core::kUnknownDim, 3}};
    args.outputs[1] = {DataType::Int32, {}};
    return;
  }
  int64_t rows = core::kUnknownDim;
  if (is_known(max_boxes) && max_boxes->size() == 1 && core::is_static(scores)) {
    const int64_t boxes = box_count(args.attributes, scores);
    const int64_t kinds = is_by_score(args.attributes) ? scores[2] : scores[1];
    rows = scores[0] * kinds * std::clamp<int64_t>(max_boxes->front(), 0, boxes);
  }
  args.outputs[0] = {type, {rows, 3}};
  args.outputs[1] = {DataType::Int64, {1}};
}

void bound_extents(const InferArgs& args) {
  if (args.outputs[0].dims[0] < 0) args.outputs[0].dims[0] = core::elems(args.inputs[kScores].dims);
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

/// The candidates of an image, best first, of which each is taken that overlaps none of its class.
/// Candidate i is of class i % kinds; its box is number i / kinds, or i where classes have their
/// own.
std::vector<int64_t> select_by_score(const std::vector<Box>& boxes, const double* scores,
                                     int64_t candidates, int64_t kinds, int64_t most,
                                     const Limits& limits) {
  const bool has_own = std::ssize(boxes) == candidates && kinds > 1;
  std::vector<int64_t> order;
  for (int64_t i = 0; i < candidates; ++i)
    if (scores[i] > limits.score.value_or(0)) order.push_back(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return scores[a] > scores[b]; });
  if (most > 0 && std::ssize(order) > most) order.resize(static_cast<size_t>(most));
  std::vector<std::vector<Box>> of_class(static_cast<size_t>(kinds));
  std::vector<int64_t> kept;
  for (const int64_t candidate : order) {
    const Box& box = boxes[static_cast<size_t>(has_own ? candidate : candidate / kinds)];
    std::vector<Box>& others = of_class[static_cast<size_t>(candidate % kinds)];
    if (std::ssize(others) >= limits.boxes ||
        std::any_of(others.begin(), others.end(),
                    [&](const Box& other) { return overlap(box, other) > limits.iou; }))
      continue;
    others.push_back(box);
    kept.push_back(candidate);
  }
  return kept;
}

Limits read_limits(const ReferenceArgs& args) {
  Limits limits;
  if (args.has_input(kMaxBoxes)) limits.boxes = int_elements(args.inputs[kMaxBoxes]).front();
  if (args.has_input(kIouThreshold)) limits.iou = args.inputs[kIouThreshold].at(0);
  if (args.has_input(kScoreThreshold)) limits.score = args.inputs[kScoreThreshold].at(0);
  return limits;
}

using Row = std::array<int64_t, 3>;

void append_rows(const Attributes& attributes, int64_t batch, const std::vector<Box>& boxes,
                 const double* scores, const Dims& dims, const Limits& limits,
                 std::vector<Row>& rows) {
  if (is_by_score(attributes)) {
    const int64_t kinds = dims[2];
    for (const int64_t i : select_by_score(boxes, scores, dims[1] * kinds, kinds,
                                           attributes.get_int("topk_box_limit"), limits))
      rows.push_back({batch, i % kinds, i / kinds});
    return;
  }
  for (int64_t kind = 0; kind < dims[1]; ++kind)
    for (const int64_t box : select_boxes(boxes, scores + kind * dims[2], limits))
      rows.push_back({batch, kind, box});
}

void reference(const ReferenceArgs& args) {
  const Dims& dims = args.inputs[kScores].dims;
  const std::vector<double> raw = read_elements(args.inputs[kBoxes]);
  const std::vector<double> scores = read_elements(args.inputs[kScores]);
  const Limits limits = read_limits(args);
  const bool is_center = args.attributes.get_int("bounding_box_format") == kCenterSizes;
  const int64_t boxes_each = dims[0] == 0 ? 0 : std::ssize(raw) / 4 / dims[0];
  std::vector<Row> rows;
  for (int64_t batch = 0; batch < dims[0]; ++batch) {
    std::vector<Box> boxes;
    for (int64_t i = 0; i < boxes_each; ++i)
      boxes.push_back(read_box(raw.data() + (batch * boxes_each + i) * 4, is_center));
    append_rows(args.attributes, batch, boxes, scores.data() + batch * dims[1] * dims[2], dims,
                limits, rows);
  }
  const core::TensorView& out = args.outputs[0];
  for (int64_t i = 0; i < out.elems(); ++i)
    out.set(i,
            i / 3 < std::ssize(rows)
                ? static_cast<double>(rows[static_cast<size_t>(i / 3)][static_cast<size_t>(i % 3)])
                : 0);
  args.outputs[1].set(0, static_cast<double>(rows.size()));
}

}  // namespace

const OpDefinition& nms_op() {
  static const OpDefinition op{
      .name = "NMS",
      .meaning =
          "indices [batch, class, box] of the best boxes that overlap little, and their count",
      .layer_type = LayerType::NMS,
      .attributes = {{"bounding_box_format", int64_t{0}},
                     {"topk_box_limit", int64_t{0}},
                     {"indices_type", static_cast<int64_t>(DataType::Int64)},
                     {"by_score", false},
                     {"is_padded", true}},
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
