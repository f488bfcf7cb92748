// NMS that gives as many rows as it finds becomes one that fills a list, and a slice of that.
#include "optimizer/match.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& node = graph.node(id);
  if (node.attributes.get_bool("is_padded")) return std::nullopt;
  ir::AttributeList attributes = attribute_list(node);
  for (auto& [name, value] : attributes)
    if (name == "is_padded") value = true;
  ir::Patch patch(graph);
  patch.inherit_from(id);
  const auto found = patch.add_many("NMS", node.name, node.inputs, attributes, 2);
  const ir::ValueId count =
      patch.add("Shuffle", node.name + " count", {found[1]}, {{"has_reshape", true}});
  patch.replace(node.outputs[0], patch.add("Slice", node.name + " rows", {found[0], {}, found[1]},
                                           {{"axes", std::vector<int64_t>{0}},
                                            {"start", std::vector<int64_t>{0}},
                                            {"stride", std::vector<int64_t>{1}}}));
  patch.replace(node.outputs[1], patch.add("Cast", node.name + " count type", {count},
                                           {{"to_type", enum_number(DataType::Int32)}}));
  return patch;
}

}  // namespace

Rule lower_nms() {
  return {"lower_nms", "NMS(boxes) -> Slice(NMS(boxes), its count)", "NMS", 10, rewrite};
}

}  // namespace trtlike::optimizer
