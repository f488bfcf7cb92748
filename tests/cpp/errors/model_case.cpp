// Builds the models of one node, and parses them.
#include "errors/model_case.h"

namespace trtlike::test {
namespace {

void add_input(ModelBuilder& model, const std::string& name, const NodeInput& input) {
  if (!input.floats.empty()) {
    model.initializer(float_tensor(name, input.dims, input.floats));
  } else if (!input.ints.empty()) {
    model.initializer(int_tensor(name, input.dims, input.ints));
  } else {
    std::vector<std::string> dims;
    for (const int64_t extent : input.dims)
      dims.push_back(extent < 0 ? "?" : std::to_string(extent));
    model.input(name, dims, input.type);
  }
}

}  // namespace

ModelCase one_node(const char* name, const char* op, const std::vector<NodeInput>& inputs,
                   const NodeAttributes& attributes, const std::string& sentence, int64_t opset,
                   int outputs) {
  const std::string type = op;
  const auto fill = [=](ModelBuilder& model) {
    std::vector<std::string> from, to;
    for (size_t i = 0; i < inputs.size(); ++i) {
      from.push_back(inputs[i].is_absent ? "" : "x" + std::to_string(i));
      if (!inputs[i].is_absent) add_input(model, from.back(), inputs[i]);
    }
    for (int i = 0; i < outputs; ++i) {
      to.push_back("y" + std::to_string(i));
      model.output(to.back());
    }
    NodeBuilder node = model.node(type, from, to).name("n");
    for (const auto& [key, value] : attributes)
      std::visit([&, key = key](const auto& v) { node.attribute(key, v); }, value);
  };
  return {name, fill, "[onnx] node 'n' (" + type + ")" + sentence, opset};
}

ModelCase in_domain(const char* domain, ModelCase model) {
  const auto fill = [domain, inner = model.fill](ModelBuilder& m) {
    inner(m);
    m.graph().mutable_node(0)->set_domain(domain);
    auto& opset = *m.model().add_opset_import();
    opset.set_domain(domain);
    opset.set_version(1);
  };
  model.fill = fill;
  return model;
}

TEST_P(ModelRefusals, say_the_whole_sentence) {
  ModelBuilder model(GetParam().opset);
  GetParam().fill(model);
  const Parsed parsed(model);
  EXPECT_FALSE(parsed.ok);
  ASSERT_GE(parsed.parser.num_errors(), 1);
  EXPECT_EQ(parsed.parser.error(0).description, GetParam().sentence);
  EXPECT_NE(parsed.parser.error(0).code, ParserErrorCode::InternalError);
}

}  // namespace trtlike::test
