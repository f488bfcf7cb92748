// Imports an operator by the attribute table of its op.
#include "onnx/one_to_one.h"

#include "core/strings.h"
#include "onnx/node_context.h"

namespace trtlike::onnx {
namespace {

/// Names of the ops in the order of ops.inc; an importer's argument is an index here.
constexpr const char* kOps[] = {
#define TRTLIKE_OP(name, stem, onnx, opset) #name,
#include "ops/ops.inc"
#undef TRTLIKE_OP
};

AttributeValue read_attribute(NodeContext& node, const std::string& name,
                              const AttributeValue& fallback) {
  switch (ops::kind_of(fallback)) {
    case ops::AttributeKind::Bool:
      return node.get_int(name, std::get<bool>(fallback)) != 0;
    case ops::AttributeKind::Int:
      return node.get_int(name, std::get<int64_t>(fallback));
    case ops::AttributeKind::Float:
      return node.get_float(name, std::get<double>(fallback));
    case ops::AttributeKind::String:
      return node.get_string(name, std::get<std::string>(fallback));
    case ops::AttributeKind::Ints:
      return node.get_ints(name, std::get<std::vector<int64_t>>(fallback));
    default:
      return node.get_floats(name, std::get<std::vector<double>>(fallback));
  }
}

Outputs import_one_to_one(NodeContext& node) {
  const ops::OpDefinition& op = ops::get_op(kOps[node.argument()]);
  ir::AttributeList attributes;
  for (const auto& [name, fallback] : op.attributes)
    if (node.has_attribute(name))
      attributes.emplace_back(name, read_attribute(node, name, fallback));
  std::vector<ir::ValueId> inputs;
  for (size_t i = 0; i < node.num_inputs(); ++i) inputs.push_back(node.optional_input(i));
  return node.add_many(op.name, inputs, attributes);
}

}  // namespace

std::span<const Importer> one_to_one_importers() {
  static const std::vector<Importer> importers = [] {
    std::vector<Importer> list;
    int64_t index = 0;
#define TRTLIKE_OP(name, stem, onnx, opset)                                  \
  if (onnx[0] != '\0') list.push_back({onnx, import_one_to_one, index, ""}); \
  ++index;
#include "ops/ops.inc"
#undef TRTLIKE_OP
    return list;
  }();
  return importers;
}

}  // namespace trtlike::onnx
