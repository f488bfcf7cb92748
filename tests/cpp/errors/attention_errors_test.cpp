// What the operators of attention and of remembered state refuse.
#include "errors/model_case.h"

namespace trtlike::test {
namespace {

ModelCase score_mod(const char* name, void (*fill)(ModelBuilder&), const std::string& sentence) {
  ModelCase model = one_node(name, "FlexAttention",
                             {input({1, 2, 3, 4}), input({1, 2, 5, 4}), input({1, 2, 5, 4})}, {},
                             ", attribute 'score_mod': " + sentence, 26);
  const auto with_graph = [fill, inner = model.fill](ModelBuilder& m) {
    inner(m);
    ModelBuilder graph;
    graph.input("s", {"1", "2", "3", "5"});
    fill(graph);
    graph.graph().set_name("score_mod");
    NodeBuilder(m.graph().mutable_node(0)).attribute("score_mod", graph.graph());
  };
  model.fill = with_graph;
  return in_domain("ai.onnx.preview", model);
}

const ModelCase kModels[] = {
    score_mod(
        "graph_without_outputs", [](ModelBuilder&) {},
        "expected a graph of one input and one output, got 1 and 0."),
    score_mod(
        "graph_that_gives_a_sequence",
        [](ModelBuilder& m) {
          m.output("r");
          m.node("SequenceConstruct", {"s"}, {"r"});
        },
        "expected a graph that gives a tensor, got none."),
    one_node("activation", "CausalConvWithState", {input({1, 4, 8}), input({4, 1, 3})},
             {{"activation", "relu"}},
             ", attribute 'activation': expected none, silu or swish, got 'relu'.", 27),
    one_node("kernel", "CausalConvWithState", {input({1, 4, 8}), input({4, 1, -1})}, {},
             ", input 1 'x1': expected a kernel of known extents of at least 1, got shape [4, 1, "
             "-1].",
             27),
    one_node("mode", "TensorScatter", {input({1, 4, 8}), input({1, 2, 8})}, {{"mode", "ring"}},
             ", attribute 'mode': expected linear or circular, got 'ring'.", 24),
    one_node("axis", "TensorScatter", {input({1, 4, 8}), input({1, 2, 8})}, {{"axis", 0}},
             ", attribute 'axis': expected an axis behind that of the batch, got 0.", 24),
};
INSTANTIATE_TEST_SUITE_P(OnnxAttention, ModelRefusals, testing::ValuesIn(kModels),
                         case_name<ModelCase>);

LayerCase linear(const char* name, const std::vector<Operand>& inputs, const char* rule,
                 const char* sentence, int64_t queries = 2) {
  return {name,
          "LinearAttention",
          inputs,
          {{"q_num_heads", queries}, {"kv_num_heads", 2}, {"update_rule", std::string(rule)}},
          sentence};
}

const Operand kTokens = floats({1, 3, 4});

const LayerCase kLayers[] = {
    linear("rank", {floats({3, 4}), kTokens, kTokens}, "linear",
           "[ops] input 0 'query': expected rank 3, got shape [3, 4]."),
    linear("heads", {kTokens, kTokens, kTokens}, "linear",
           "[ops] attribute 'q_num_heads': expected a multiple of kv_num_heads, got 3 and 2.", 3),
    linear("head_size", {kTokens, floats({1, 3, 5}), kTokens}, "linear",
           "[ops] input 1 'key': expected a last extent that 2 heads share, got [1, 3, 5]."),
    linear("steps", {kTokens, floats({1, 2, 4}), kTokens}, "linear",
           "[ops] input 1 'key': expected shape [1, 3, 4], got [1, 2, 4]."),
    linear("rule", {kTokens, kTokens, kTokens}, "gamma",
           "[ops] attribute 'update_rule': expected linear, gated, delta or gated_delta, got "
           "'gamma'."),
    linear("no_beta", {kTokens, kTokens, kTokens, absent(), kTokens}, "gated_delta",
           "[ops] inputs: expected a decay and a beta for the update rule gated_delta, got a decay "
           "and no beta."),
    linear("state", {kTokens, kTokens, kTokens, floats({1, 2, 3, 2})}, "linear",
           "[ops] input 3 'past_state': expected shape [1, 2, 2, 2], got [1, 2, 3, 2]."),
    linear("decay", {kTokens, kTokens, kTokens, absent(), floats({1, 3, 3})}, "gated",
           "[ops] input 4 'decay': expected shape [1, 3, 4], got [1, 3, 3]."),
};
INSTANTIATE_TEST_SUITE_P(LinearAttention, LayerRefusals, testing::ValuesIn(kLayers),
                         case_name<LayerCase>);

}  // namespace
}  // namespace trtlike::test
