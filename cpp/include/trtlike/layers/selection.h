// Layers that look at elements: how much they give, or whether a run goes on, follows from those.
#pragma once

#include <string>

#include "trtlike/layer.h"

namespace trtlike {

/// Ends a build or a run with an error where an element of a BOOL tensor is false. It has no
/// outputs.
class AssertionLayer : public TypedLayer<LayerType::Assertion> {
 public:
  using TypedLayer::TypedLayer;
  std::string message() const;
  void set_message(const std::string& message);
};

/// The indices of the elements other than 0, one column an element.
class NonZeroLayer : public TypedLayer<LayerType::NonZero> {
 public:
  using TypedLayer::TypedLayer;
  /// INT32 or INT64.
  DataType indices_type() const;
  void set_indices_type(DataType indices_type);
};

/// The best boxes that overlap none of their class: rows (batch, class, box), the best of an image
/// first, and their number. Inputs: boxes [batch, boxes, 4] or [batch, boxes, classes, 4], scores
/// [batch, boxes, classes], the most boxes of a class; by set_input 3 and 4 the overlap that is
/// allowed and the score that is exceeded (0 each without).
class NMSLayer : public TypedLayer<LayerType::NMS> {
 public:
  using TypedLayer::TypedLayer;
  BoundingBoxFormat bounding_box_format() const;
  void set_bounding_box_format(BoundingBoxFormat bounding_box_format);
  /// Of how many boxes of an image, the best, some are selected: 1 to 5000, which is what it is as
  /// a layer is added.
  int64_t topk_box_limit() const;
  void set_topk_box_limit(int64_t topk_box_limit);
  /// INT32 or INT64.
  DataType indices_type() const;
  void set_indices_type(DataType indices_type);
};

}  // namespace trtlike
