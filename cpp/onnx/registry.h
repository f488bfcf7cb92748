// Which function imports which ONNX operator. Files in operators/ are the registration: each
// defines <stem>_importers(), and the build lists the stems.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "ir/graph.h"

namespace trtlike::onnx {

class NodeContext;

/// The values made for a node's outputs, in ONNX's order. Outputs that nobody reads may be missing.
using Outputs = std::vector<ir::ValueId>;

/// Tensors in a row, while the model is imported: no layer sees a sequence.
struct Sequence {
  std::vector<ir::ValueId> elements;
  /// Elements of one shape whose number the run tells, stacked along axis 0; `elements` is empty.
  ir::ValueId rows;
  /// What a turn of a loop gets: `elements` were appended to what it does not see.
  std::optional<ir::ValueId> open;
};

struct Importer {
  const char* op_type;
  Outputs (*import)(NodeContext& node);
  /// What the function needs to know to serve several operators: mostly TensorRT's enum value.
  int64_t argument = 0;
  const char* domain = "";
};

/// The importer of an operator; null when there is none. "ai.onnx" is the same domain as "".
const Importer* find_importer(std::string_view domain, std::string_view op_type);

}  // namespace trtlike::onnx
