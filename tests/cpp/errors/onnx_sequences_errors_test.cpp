// What the ONNX parser refuses of sequences whose lengths or positions the run tells.
#include "errors/model_case.h"

namespace trtlike::test {
namespace {

/// s: the sequence that a Loop of t turns makes of e, appending what `turn` calls y to q.
void loop_over(ModelBuilder& m, void (*turn)(ModelBuilder&)) {
  ModelBuilder body;
  body.input("i", {}, kInt64).input("go", {}, ::onnx::TensorProto::BOOL).input("q", {});
  body.output("on").output("r");
  body.node("Identity", {"go"}, {"on"});
  turn(body);
  body.node("SequenceInsert", {"q", "y"}, {"r"}).name("insert");
  body.graph().set_name("body");
  m.node("Loop", {"t", "", "e"}, {"s"}).name("loop").attribute("body", body.graph());
}

void relu_of_x(ModelBuilder& m) { m.node("Relu", {"x"}, {"y"}); }

/// Of x [2] and t: e is empty, and y what `last` makes.
ModelCase sequence(const char* name, void (*last)(ModelBuilder&), const std::string& sentence) {
  const auto fill = [last](ModelBuilder& m) {
    m.input("x", {"2"})
        .input("t", {}, kInt64)
        .output("y")
        .initializer(int_tensor("first", {}, {0}));
    m.node("SequenceEmpty", {}, {"e"});
    last(m);
  };
  return {name, fill, sentence};
}

const ModelCase kCases[] = {
    sequence(
        "read_while_it_is_appended_to",
        [](ModelBuilder& m) {
          loop_over(m, [](ModelBuilder& body) {
            body.node("SequenceAt", {"q", "first"}, {"y"}).name("n");
          });
          m.node("SequenceAt", {"s", "first"}, {"y"});
        },
        "[onnx] node 'n' (SequenceAt), input 0 'q': expected a sequence that turns of a loop only "
        "append to, got one that is read while the number of turns is computed."),
    sequence(
        "read_at_the_turn_while_it_is_appended_to",
        [](ModelBuilder& m) {
          loop_over(
              m, [](ModelBuilder& body) { body.node("SequenceAt", {"q", "i"}, {"y"}).name("n"); });
          m.node("SequenceAt", {"s", "first"}, {"y"});
        },
        "[onnx] node 'n' (SequenceAt): expected a sequence that turns of a loop only append to, "
        "got one that is read while the number of turns is computed."),
    sequence(
        "length",
        [](ModelBuilder& m) {
          loop_over(m, relu_of_x);
          m.node("SequenceErase", {"s", "first"}, {"y"}).name("n");
        },
        "[onnx] node 'n' (SequenceErase), input 0 's': expected a sequence whose length is known "
        "when the model is parsed, got one that the run tells."),
    sequence(
        "output",
        [](ModelBuilder& m) {
          loop_over(m, relu_of_x);
          m.node("SequenceInsert", {"s", "x"}, {"y"}).name("n");
        },
        "[onnx] output 'y': expected a sequence whose length is known when the model is parsed, "
        "got one that the run tells. ConcatFromSequence makes it a tensor."),
    sequence(
        "unlike_elements_before_a_loop",
        [](ModelBuilder& m) {
          m.graph().mutable_node(0)->set_op_type("SequenceConstruct");
          m.graph().mutable_node(0)->add_input("t");
          loop_over(m, relu_of_x);
          m.node("SequenceAt", {"s", "first"}, {"y"});
        },
        "[onnx] node 'loop' (Loop): carried value 0: expected elements of one type and rank before "
        "the loop and from its turns, got rows of INT64 with shape [1] and FLOAT with shape [-1, "
        "2]."),
    sequence(
        "position_in_nothing",
        [](ModelBuilder& m) { m.node("SequenceAt", {"e", "t"}, {"y"}).name("n"); },
        "[onnx] node 'n' (SequenceAt): expected a sequence with elements where the run tells a "
        "position or a length, got an empty one."),
    sequence(
        "unlike_elements",
        [](ModelBuilder& m) {
          m.node("SequenceConstruct", {"x", "t"}, {"s"});
          m.node("SequenceAt", {"s", "t"}, {"y"}).name("n");
        },
        "[onnx] node 'n' (SequenceAt): expected elements of one type and rank where the run tells "
        "a position or a length, got FLOAT with shape [2] and INT64 with shape []."),
};

INSTANTIATE_TEST_SUITE_P(OnnxSequencesAtRunTime, ModelRefusals, testing::ValuesIn(kCases),
                         case_name<ModelCase>);

}  // namespace
}  // namespace trtlike::test
