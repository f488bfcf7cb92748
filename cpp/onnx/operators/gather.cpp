// The Gather and Scatter families.
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

constexpr int64_t kDefault = enum_number(GatherMode::Default);
constexpr int64_t kElement = enum_number(GatherMode::Element);
constexpr int64_t kNd = enum_number(GatherMode::Nd);
constexpr int64_t kScatterElement = enum_number(ScatterMode::Element);
constexpr int64_t kScatterNd = enum_number(ScatterMode::Nd);

/// Argument: the mode, by axis.
Outputs import_gather(NodeContext& node) {
  const int axis = node.normalize_axis(node.get_int("axis", 0), node.rank(node.input(0)));
  return {node.add("Gather", {node.input(0), node.input(1)},
                   {{"mode", node.argument()}, {"axis", int64_t{axis}}})};
}

Outputs import_gather_nd(NodeContext& node) {
  return {node.add("Gather", {node.input(0), node.input(1)},
                   {{"mode", kNd}, {"num_elementwise_dims", node.get_int("batch_dims", 0)}})};
}

int64_t reduction(NodeContext& node) {
  static const char* const names[] = {"none", "add", "mul", "max", "min"};
  const std::string name = node.get_string("reduction", "none");
  for (size_t i = 0; i < std::size(names); ++i)
    if (name == names[i]) return static_cast<int64_t>(i);
  node.fail_attribute("reduction",
                      core::str("expected none, add, mul, max or min, got '", name, "'."));
}

/// Argument: the mode.
Outputs import_scatter(NodeContext& node) {
  AttributeList attributes{{"mode", node.argument()}, {"reduction", reduction(node)}};
  if (node.argument() == kScatterElement) {
    const int axis = node.normalize_axis(node.get_int("axis", 0), node.rank(node.input(0)));
    attributes.emplace_back("axis", int64_t{axis});
  }
  return {node.add("Scatter", {node.input(0), node.input(1), node.input(2)}, attributes)};
}

constexpr Importer kImporters[] = {
    {"Gather", import_gather, kDefault},
    {"GatherElements", import_gather, kElement},
    {"GatherND", import_gather_nd},
    {"Scatter", import_scatter, kScatterElement},
    {"ScatterElements", import_scatter, kScatterElement},
    {"ScatterND", import_scatter, kScatterNd},
};

}  // namespace

std::span<const Importer> gather_importers() { return kImporters; }

}  // namespace trtlike::onnx
