// Reshape, Flatten, Squeeze, Unsqueeze and Transpose.
#include <algorithm>

#include "onnx/extents.h"
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

/// One unknown element among known ones is what remains, if no other wildcard says so already.
std::optional<std::vector<int64_t>> reshape_target(const ops::HostValue& host) {
  if (!host) return std::nullopt;
  std::vector<int64_t> dims = *host;
  const auto unknown = std::count(dims.begin(), dims.end(), ops::kUnknownElement);
  if (unknown == 0) return dims;
  const bool has_wildcard = std::count_if(dims.begin(), dims.end(), [](int64_t extent) {
                              return extent == -1 || extent == 0;
                            }) != 0;
  if (unknown > 1 || has_wildcard) return std::nullopt;
  std::replace(dims.begin(), dims.end(), ops::kUnknownElement, int64_t{-1});
  return dims;
}

Outputs import_reshape(NodeContext& node) {
  const ValueId x = node.input(0);
  AttributeList attributes{{"has_reshape", true},
                           {"zero_is_placeholder", node.get_int("allowzero", 0) == 0}};
  if (node.opset() < 5) {
    attributes.emplace_back("reshape_dims", node.get_ints("shape"));
    return {node.add("Shuffle", {x}, attributes)};
  }
  node.check_rank(1, 1);
  if (const auto dims = reshape_target(node.graph().value(node.input(1)).host)) {
    attributes.emplace_back("reshape_dims", *dims);
    return {node.add("Shuffle", {x}, attributes)};
  }
  return {node.add("Shuffle", {x, node.input(1)}, attributes)};
}

Outputs import_flatten(NodeContext& node) {
  const ValueId x = node.input(0);
  const int rank = node.rank(x);
  int64_t axis = node.get_int("axis", 1);
  if (axis < 0) axis += rank;
  if (axis < 0 || axis > rank)
    node.fail_attribute("axis", core::str("expected an axis between ", -rank, " and ", rank,
                                          ", got ", node.get_int("axis", 1), "."));
  if (axis == 1 && std::none_of(node.dims(x).begin() + 1, node.dims(x).end(),
                                [](int64_t extent) { return extent == 0; }))
    return {reshape(node, x, {0, -1})};
  const Extents extents = extents_of(node, x);
  return {reshape_to(node, x,
                     {product(node, {extents.begin(), extents.begin() + axis}),
                      product(node, {extents.begin() + axis, extents.end()})})};
}

/// The axes of the attribute or of input 1; nothing when there are neither.
std::optional<std::vector<int64_t>> read_axes(NodeContext& node) {
  if (node.opset() < 13) {
    if (!node.has_attribute("axes")) return std::nullopt;
    return node.get_ints("axes");
  }
  if (!node.has_input(1)) return std::nullopt;
  return node.require_ints(1);
}

Outputs import_squeeze(NodeContext& node) {
  const ValueId x = node.input(0);
  const Dims dims = node.dims(x);
  std::vector<int64_t> axes;
  if (const auto given = read_axes(node)) {
    for (const int64_t axis : *given) axes.push_back(node.normalize_axis(axis, dims.rank()));
  } else {
    for (int i = 0; i < dims.rank(); ++i) {
      if (!core::is_known(dims[i]))
        node.fail_input(Code::UnsupportedNodeDynamic, 0,
                        core::str("expected known extents where no axes are given, got shape ",
                                  dims.to_string(), "."));
      if (dims[i] == 1) axes.push_back(i);
    }
  }
  if (axes.empty()) return {node.add("Identity", {x})};
  return {node.add("Squeeze", {x}, {{"axes", axes}})};
}

Outputs import_unsqueeze(NodeContext& node) {
  const ValueId x = node.input(0);
  const auto given = read_axes(node);
  if (!given) node.fail(Code::InvalidNode, "expected axes, got none.");
  const int rank = node.rank(x) + static_cast<int>(given->size());
  std::vector<int64_t> axes;
  for (const int64_t axis : *given) axes.push_back(node.normalize_axis(axis, rank));
  std::sort(axes.begin(), axes.end());
  if (axes.empty()) return {node.add("Identity", {x})};
  return {node.add("Unsqueeze", {x}, {{"axes", axes}})};
}

Outputs import_transpose(NodeContext& node) {
  const ValueId x = node.input(0);
  auto reversed = axes_between(0, node.rank(x));
  std::reverse(reversed.begin(), reversed.end());
  return {transpose(node, x, node.get_ints("perm", reversed))};
}

constexpr Importer kImporters[] = {
    {"Reshape", import_reshape},     {"Flatten", import_flatten},     {"Squeeze", import_squeeze},
    {"Unsqueeze", import_unsqueeze}, {"Transpose", import_transpose},
};

}  // namespace

std::span<const Importer> reshape_importers() { return kImporters; }

}  // namespace trtlike::onnx
