// Random numbers: RandomUniform, RandomNormal, their forms that take the shape of an input,
// Bernoulli and Multinomial. A node without a seed gives other numbers in every run.
#include <bit>

#include "onnx/extents.h"
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

constexpr int64_t kUniform = static_cast<int64_t>(FillOperation::RandomUniform);
constexpr int64_t kNormal = static_cast<int64_t>(FillOperation::RandomNormal);

void add_seed(NodeContext& node, AttributeList& attributes) {
  if (!node.has_attribute("seed")) return;
  const auto seed = static_cast<float>(node.get_float("seed"));
  attributes.emplace_back("is_seeded", true);
  attributes.emplace_back("seed", static_cast<int64_t>(std::bit_cast<uint32_t>(seed)));
}

DataType given_dtype(NodeContext& node, DataType fallback) {
  if (!node.has_attribute("dtype")) return fallback;
  return to_dtype(static_cast<int32_t>(node.get_int("dtype")),
                  core::str(node.describe(), ", attribute 'dtype'"));
}

ValueId random_numbers(NodeContext& node, int64_t operation, const Extents& extents, DataType dtype,
                       std::string_view suffix = "") {
  const bool is_uniform = operation == kUniform;
  AttributeList attributes{
      {"operation", operation},
      {"to_type", enum_number(dtype)},
      {"alpha", is_uniform ? node.get_float("low", 0.0) : node.get_float("mean", 0.0)},
      {"beta", is_uniform ? node.get_float("high", 1.0) : node.get_float("scale", 1.0)}};
  add_seed(node, attributes);
  const auto known = known_extents(extents);
  if (!known) return node.add("Fill", {shape_tensor(node, extents)}, attributes, suffix);
  attributes.emplace_back("shape", *known);
  return node.add("Fill", {}, attributes, suffix);
}

Outputs import_random(NodeContext& node) {
  const auto shape = node.get_ints("shape");
  return {random_numbers(node, node.argument(), {shape.begin(), shape.end()},
                         given_dtype(node, DataType::Float))};
}

Outputs import_random_like(NodeContext& node) {
  const ValueId x = node.input(0);
  return {
      random_numbers(node, node.argument(), extents_of(node, x), given_dtype(node, node.dtype(x)))};
}

/// 1 with the chance that the input says.
Outputs import_bernoulli(NodeContext& node) {
  const ValueId x = node.input(0);
  const ValueId numbers =
      random_numbers(node, kUniform, extents_of(node, x), node.dtype(x), "numbers");
  const ValueId is_one = elementwise(node, ElementWiseOperation::Less, numbers, x, "is_one");
  return {cast(node, is_one, given_dtype(node, node.dtype(x)))};
}

Outputs import_multinomial(NodeContext& node) {
  AttributeList attributes{{"sample_size", node.get_int("sample_size", 1)},
                           {"to_type", enum_number(given_dtype(node, DataType::Int32))}};
  add_seed(node, attributes);
  return {node.add("Multinomial", {node.input(0)}, attributes)};
}

constexpr Importer kImporters[] = {
    {"RandomUniform", import_random, kUniform},
    {"RandomNormal", import_random, kNormal},
    {"RandomUniformLike", import_random_like, kUniform},
    {"RandomNormalLike", import_random_like, kNormal},
    {"Bernoulli", import_bernoulli},
    {"Multinomial", import_multinomial},
};

}  // namespace

std::span<const Importer> random_importers() { return kImporters; }

}  // namespace trtlike::onnx
