// The Gather and Scatter families.
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

constexpr int64_t kDefault = 0;
constexpr int64_t kElement = 1;
constexpr int64_t kNd = 2;
constexpr int64_t kScatterElement = 0;
constexpr int64_t kScatterNd = 1;

/// Refuses constant indices that are outside: the elements index `indexed` axes from `axis` on in
/// turn. (Computed ones are looked at when they are used.)
void check_indices(const NodeContext& node, int axis, int64_t indexed) {
  const Dims& data = node.dims(node.input(0));
  if (!node.is_constant(node.input(1)) || indexed < 1) return;
  const auto indices = node.known_ints(node.input(1));
  if (!indices) return;
  for (size_t i = 0; i < indices->size(); ++i) {
    const int at = axis + static_cast<int>(static_cast<int64_t>(i) % indexed);
    const int64_t index = (*indices)[i], extent = at < data.rank() ? data[at] : -1;
    if (extent >= 0 && (index < -extent || index >= extent))
      node.fail_input(Code::InvalidNode, 1,
                      core::str("expected indices between ", -extent, " and ", extent - 1,
                                " for axis ", at, " of shape ", data, ", got ", index, "."));
  }
}

/// How many axes a tuple of the ND forms indexes.
int64_t tuple_extent(const NodeContext& node) {
  const Dims& indices = node.dims(node.input(1));
  return indices.rank() < 1 ? 0 : indices[indices.rank() - 1];
}

/// Argument: the mode, by axis.
Outputs import_gather(NodeContext& node) {
  const int axis = node.normalize_axis(node.get_int("axis", 0), node.rank(node.input(0)));
  check_indices(node, axis, 1);
  return {node.add("Gather", {node.input(0), node.input(1)},
                   {{"mode", node.argument()}, {"axis", int64_t{axis}}})};
}

Outputs import_gather_nd(NodeContext& node) {
  const int64_t batch = node.get_int("batch_dims", 0);
  if (batch >= 0 && batch < Dims::kMaxDims)
    check_indices(node, static_cast<int>(batch), tuple_extent(node));
  return {node.add("Gather", {node.input(0), node.input(1)},
                   {{"mode", kNd}, {"num_elementwise_dims", batch}})};
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
    check_indices(node, axis, 1);
  } else {
    check_indices(node, 0, tuple_extent(node));
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
