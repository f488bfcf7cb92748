// Assertions, NonZero and NMS.
#include "trtlike/layers/selection.h"

#include "core/check.h"
#include "ir/layers/properties.h"
#include "trtlike/network.h"

namespace trtlike {
namespace {

/// TensorRT's.
constexpr int64_t kMostBoxes = 5000;

}  // namespace

std::string AssertionLayer::message() const { return get<std::string>(*this, "message"); }
void AssertionLayer::set_message(const std::string& message) { set_attribute("message", message); }

DataType NonZeroLayer::indices_type() const { return get_enum<DataType>(*this, "indices_type"); }
void NonZeroLayer::set_indices_type(DataType indices_type) {
  set_attribute("indices_type", enum_number(indices_type));
}

BoundingBoxFormat NMSLayer::bounding_box_format() const {
  return get_enum<BoundingBoxFormat>(*this, "bounding_box_format");
}
void NMSLayer::set_bounding_box_format(BoundingBoxFormat bounding_box_format) {
  set_attribute("bounding_box_format", enum_number(bounding_box_format));
}
int64_t NMSLayer::topk_box_limit() const { return get<int64_t>(*this, "topk_box_limit"); }
void NMSLayer::set_topk_box_limit(int64_t topk_box_limit) {
  TRTLIKE_CHECK(topk_box_limit >= 1 && topk_box_limit <= kMostBoxes, "[network] layer '", name(),
                "', topk_box_limit: expected 1 to 5000, got ", topk_box_limit, ".");
  set_attribute("topk_box_limit", topk_box_limit);
}
DataType NMSLayer::indices_type() const { return get_enum<DataType>(*this, "indices_type"); }
void NMSLayer::set_indices_type(DataType indices_type) {
  set_attribute("indices_type", enum_number(indices_type));
}

AssertionLayer Network::add_assertion(const Tensor& condition, const std::string& message) {
  // A network keeps what is false already; building it says so.
  AssertionLayer layer(add_layer("Assertion", {condition}));
  layer.set_message(message);
  return layer;
}

NonZeroLayer Network::add_non_zero(const Tensor& input, DataType indices_type) {
  return NonZeroLayer(add_layer("NonZero", {input}, {{"indices_type", enum_number(indices_type)}}));
}

NMSLayer Network::add_nms(const Tensor& boxes, const Tensor& scores,
                          const Tensor& max_output_boxes_per_class, DataType indices_type) {
  return NMSLayer(add_layer("NMS", {boxes, scores, max_output_boxes_per_class},
                            {{"indices_type", enum_number(indices_type)},
                             {"topk_box_limit", kMostBoxes},
                             {"by_score", true},
                             {"is_padded", false}}));
}

}  // namespace trtlike
