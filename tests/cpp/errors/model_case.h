// Cases of ONNX models that the parser refuses: the model, and the parser's first sentence.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "errors/refusals.h"
#include "support/onnx_model.h"

namespace trtlike::test {

struct ModelCase {
  std::string name;
  std::function<void(ModelBuilder&)> fill;
  std::string sentence;
  int64_t opset = 18;
};

/// An input of a node: one of the graph (-1: an extent that is not known), or an initializer.
struct NodeInput {
  int type = kFloat;
  std::vector<int64_t> dims{};
  std::vector<float> floats{};
  std::vector<int64_t> ints{};
  bool is_absent = false;
};

inline NodeInput none() { return {.is_absent = true}; }
inline NodeInput input(const std::vector<int64_t>& dims, int type = kFloat) {
  return {.type = type, .dims = dims};
}
inline NodeInput ints_input(const std::vector<int64_t>& dims) { return input(dims, kInt64); }
inline NodeInput floats_list(const std::vector<float>& floats) {
  return {.dims = {static_cast<int64_t>(floats.size())}, .floats = floats};
}
inline NodeInput float_scalar(float value) { return {.floats = {value}}; }
inline NodeInput ints_list(const std::vector<int64_t>& ints) {
  return {.type = kInt64, .dims = {static_cast<int64_t>(ints.size())}, .ints = ints};
}

using NodeAttribute =
    std::variant<int64_t, float, const char*, std::vector<int64_t>, std::vector<float>,
                 std::vector<std::string>, ::onnx::TensorProto>;
using NodeAttributes = std::vector<std::pair<const char*, NodeAttribute>>;

/// A model of one node 'n' that reads x0, x1, ... and makes y0, y1, ... `sentence` is what follows
/// "[onnx] node 'n' (Op)".
ModelCase one_node(const char* name, const char* op, const std::vector<NodeInput>& inputs,
                   const NodeAttributes& attributes, const std::string& sentence,
                   int64_t opset = 18, int outputs = 1);

/// The same with the node in another domain.
ModelCase in_domain(const char* domain, ModelCase model);

inline void PrintTo(const ModelCase& model, std::ostream* out) { *out << model.name; }

class ModelRefusals : public testing::TestWithParam<ModelCase> {};

}  // namespace trtlike::test
