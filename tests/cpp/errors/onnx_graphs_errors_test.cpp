// What the ONNX parser refuses of control flow, sequences and functions.
#include "errors/model_case.h"

namespace trtlike::test {
namespace {

/// A graph within a node: what `fill` puts into a model of its own.
::onnx::GraphProto graph(const char* name, void (*fill)(ModelBuilder&)) {
  ModelBuilder model;
  fill(model);
  model.graph().set_name(name);
  return model.graph();
}

void constant(ModelBuilder& m, const char* name, int type, const std::vector<int64_t>& elements) {
  ::onnx::TensorProto tensor;
  tensor.set_name(name);
  tensor.set_data_type(type);
  for (const int64_t element : elements) tensor.add_int32_data(static_cast<int>(element));
  if (elements.size() > 1) tensor.add_dims(static_cast<int64_t>(elements.size()));
  m.initializer(tensor);
}

/// y = if b then x else x, for what the branches are.
ModelCase branches(const char* name, void (*then_branch)(ModelBuilder&),
                   void (*else_branch)(ModelBuilder&), const std::string& sentence) {
  const auto fill = [then_branch, else_branch](ModelBuilder& m) {
    m.input("x", {"2"}).input("b", {}, ::onnx::TensorProto::BOOL).output("y");
    m.node("If", {"b"}, {"y"})
        .name("n")
        .attribute("then_branch", graph("then", then_branch))
        .attribute("else_branch", graph("else", else_branch));
  };
  return {name, fill, sentence};
}

void relu_of_x(ModelBuilder& m) {
  m.output("r");
  m.node("Relu", {"x"}, {"r"});
}

const ModelCase kBranches[] = {
    branches(
        "types", relu_of_x,
        [](ModelBuilder& m) { m.output("w").initializer(int_tensor("w", {2}, {1, 2})); },
        "[onnx] node 'n' (If): output 0: expected branches of one type and rank where the "
        "condition is computed, got FLOAT with shape [2] and INT64 with shape [2]."),
    branches(
        "sequences", relu_of_x,
        [](ModelBuilder& m) {
          m.output("s");
          m.node("SequenceConstruct", {"x"}, {"s"});
        },
        "[onnx] node 'n' (If): output 0: expected tensors of both branches or sequences of both "
        "where the condition is computed, got one of each, or an empty optional."),
    branches(
        "arguments",
        [](ModelBuilder& m) {
          m.input("a", {"2"});
          relu_of_x(m);
        },
        relu_of_x, "[onnx] graph 'then' inside 'n/then': expected 0 inputs, got 1."),
};

/// A Loop of trip count t and condition c that gives its body's outputs.
struct LoopCase {
  std::vector<int64_t> trips{2};
  std::vector<int64_t> conditions{1};
  bool is_computed = false;
  void (*body)(ModelBuilder&) = [](ModelBuilder& m) {
    m.input("i", {}, kInt64).input("go", {}, ::onnx::TensorProto::BOOL);
    m.output("next").output("r");
    m.node("Identity", {"go"}, {"next"});
    m.node("Relu", {"x"}, {"r"});
  };
};

ModelCase loop(const char* name, const LoopCase& loop, const std::string& sentence) {
  const auto fill = [loop](ModelBuilder& m) {
    m.input("x", {"2"}).output("y");
    if (loop.is_computed) {
      m.input("t", {}, kInt64);
    } else if (loop.trips.size() == 1) {
      m.initializer(int_tensor("t", {}, loop.trips));
    } else {
      m.initializer(int_tensor("t", {static_cast<int64_t>(loop.trips.size())}, loop.trips));
    }
    constant(m, "c", ::onnx::TensorProto::BOOL, loop.conditions);
    m.node("Loop", {"t", "c"}, {"y"}).name("n").attribute("body", graph("body", loop.body));
  };
  return {name, fill, "[onnx] node 'n' (Loop)" + sentence};
}

void endless(ModelBuilder& m) {
  m.input("i", {}, kInt64).input("go", {}, ::onnx::TensorProto::BOOL).input("a", {"2"});
  m.output("next").output("r");
  m.node("Identity", {"go"}, {"next"});
  m.node("Relu", {"a"}, {"r"});
}

/// A Loop of a computed trip count that carries `first` and hands on `next`: x [2], the sequence s
/// of it, or u, which is x [1, 2].
ModelCase carrying(const char* name, const char* first, const char* next,
                   const std::string& sentence) {
  const auto fill = [first, next](ModelBuilder& m) {
    m.input("x", {"2"})
        .input("t", {}, kInt64)
        .output("y")
        .initializer(int_tensor("zero", {1}, {0}));
    m.node("SequenceConstruct", {"x"}, {"s"});
    m.node("Unsqueeze", {"x", "zero"}, {"u"});
    ModelBuilder body;
    body.input("i", {}, kInt64).input("go", {}, ::onnx::TensorProto::BOOL).input("a", {});
    body.output("on").output("b");
    body.node("Identity", {"go"}, {"on"});
    body.node("Identity", {next}, {"b"});
    body.graph().set_name("body");
    m.node("Loop", {"t", "", first}, {"y"}).name("n").attribute("body", body.graph());
  };
  return {name, fill, "[onnx] node 'n' (Loop)" + sentence};
}

const ModelCase kLoops[] = {
    loop("trip_counts", {.trips = {1, 2}},
         ": expected a trip count of one element, got shape [2]."),
    loop("conditions", {.conditions = {1, 1}},
         ": expected a condition of one element, got shape [2]."),
    loop("outputs",
         {.body =
              [](ModelBuilder& m) {
                m.input("i", {}, kInt64).input("go", {}, ::onnx::TensorProto::BOOL);
              }},
         ", attribute 'body': expected a graph of at least 1 outputs, got 0."),
    loop("conditions_of_turns",
         {.is_computed = true,
          .body =
              [](ModelBuilder& m) {
                m.input("i", {}, kInt64).input("go", {}, ::onnx::TensorProto::BOOL);
                m.output("next").output("r");
                constant(m, "next", ::onnx::TensorProto::BOOL, {1, 1});
                m.node("Relu", {"x"}, {"r"});
              }},
         ": expected a condition of one element, got shape [2]."),
    carrying("sequences", "s", "s",
             ": carried value 0: expected a sequence that turns of a loop only append to, got "
             "another where the number of turns is computed."),
    carrying("sequence_for_a_tensor", "x", "s",
             ": carried value 0: expected a tensor from each turn where the first gets one, got a "
             "sequence."),
    carrying("rank", "x", "u",
             ": carried value 0: expected one type and rank in all turns, got FLOAT with shape [2] "
             "and FLOAT with shape [1, 2]."),
    {"no_end",
     [](ModelBuilder& m) {
       m.input("x", {"2"}).output("y");
       m.node("Loop", {"", "", "x"}, {"y"}).name("n").attribute("body", graph("body", endless));
     },
     "[onnx] node 'n' (Loop): expected a trip count, or a condition that may end the loop, got "
     "neither."},
};

ModelCase scan(const char* name, const std::string& extent, int64_t num_inputs,
               const std::string& sentence) {
  const auto fill = [extent, num_inputs](ModelBuilder& m) {
    m.input("x", {extent, "2"}).output("y");
    m.node("Scan", {"x"}, {"y"})
        .name("n")
        .attribute("num_scan_inputs", num_inputs)
        .attribute("body", graph("body", [](ModelBuilder& body) {
                     body.input("row", {"2"}).output("r");
                     body.node("Relu", {"row"}, {"r"});
                   }));
  };
  return {name, fill, "[onnx] node 'n' (Scan)" + sentence};
}

const ModelCase kScans[] = {
    scan("no_input", "3", 0, ", attribute 'num_scan_inputs': expected between 1 and 1, got 0."),
    scan("inputs_below_0", "3", -1,
         ", attribute 'num_scan_inputs': expected between 1 and 1, got -1."),
};

/// Of x [2]: y is what `last` makes of the sequence s of `elements` times x.
ModelCase sequence(const char* name, int elements, void (*last)(ModelBuilder&),
                   const std::string& sentence) {
  const auto fill = [elements, last](ModelBuilder& m) {
    m.input("x", {"2"}).output("y").initializer(int_tensor("five", {}, {5}));
    if (elements == 0)
      m.node("SequenceEmpty", {}, {"s"});
    else
      m.node("SequenceConstruct", std::vector<std::string>(static_cast<size_t>(elements), "x"),
             {"s"});
    last(m);
  };
  return {name, fill, sentence};
}

/// y: what `op` makes of each element of s, beside `second`, s or s1 of one element.
void map(ModelBuilder& m, const char* op, const char* second) {
  m.node("SequenceConstruct", {"x"}, {"s1"});
  ::onnx::GraphProto body;
  body.add_input()->set_name("a");
  body.add_input()->set_name("b");
  body.add_output()->set_name("c");
  ::onnx::NodeProto& node = *body.add_node();
  node.set_op_type(op);
  node.add_input("a");
  node.add_output("c");
  m.node("SequenceMap", {"s", second}, {"y"}).name("n").attribute("body", body);
}

const ModelCase kSequences[] = {
    sequence(
        "position", 2,
        [](ModelBuilder& m) { m.node("SequenceAt", {"s", "five"}, {"y"}).name("n"); },
        "[onnx] node 'n' (SequenceAt), input 1 'five': expected a position in a sequence of 2, "
        "got 5."),
    sequence(
        "erase_of_nothing", 0,
        [](ModelBuilder& m) { m.node("SequenceErase", {"s"}, {"y"}).name("n"); },
        "[onnx] node 'n' (SequenceErase), input 0 's': expected a sequence with elements, got "
        "an empty one."),
    sequence(
        "concat_of_nothing", 0,
        [](ModelBuilder& m) {
          m.node("ConcatFromSequence", {"s"}, {"y"}).name("n").attribute("axis", int64_t{0});
        },
        "[onnx] node 'n' (ConcatFromSequence), input 0 's': expected a sequence with elements, "
        "got an empty one."),
    sequence(
        "for_a_tensor", 2, [](ModelBuilder& m) { m.node("Relu", {"s"}, {"y"}).name("n"); },
        "[onnx] node 'n' (Relu), input 0 's': expected a tensor, got a sequence."),
    sequence(
        "for_weights", 2,
        [](ModelBuilder& m) {
          m.initializer(float_tensor("w", {1, 1, 2}, {1, 2}));
          m.node("Conv", {"w", "s"}, {"y"}).name("n");
        },
        "[onnx] node 'n' (Conv), input 1 's': expected a tensor, got a sequence."),
    sequence(
        "tensor_for_it", 2,
        [](ModelBuilder& m) { m.node("SequenceLength", {"x"}, {"y"}).name("n"); },
        "[onnx] node 'n' (SequenceLength), input 0 'x': expected a sequence, got a tensor."),
    sequence(
        "maps_of_unlike_lengths", 2, [](ModelBuilder& m) { map(m, "Identity", "s1"); },
        "[onnx] node 'n' (SequenceMap), input 1 's1': expected as many elements as input 0 has, 2, "
        "got 1."),
    sequence(
        "map_to_sequences", 2, [](ModelBuilder& m) { map(m, "SequenceConstruct", "s"); },
        "[onnx] node 'n' (SequenceMap), attribute 'body': expected tensors as outputs, got another "
        "kind of value as output 0."),
    sequence(
        "optional_as_output", 2, [](ModelBuilder& m) { m.node("Optional", {}, {"y"}); },
        "[onnx] output 'y': expected a tensor, got an empty optional."),
    sequence(
        "optional_for_a_tensor", 2,
        [](ModelBuilder& m) {
          m.node("Optional", {}, {"o"});
          m.node("Relu", {"o"}, {"y"}).name("n");
        },
        "[onnx] node 'n' (Relu), input 0 'o': expected a tensor, got an empty optional."),
    sequence(
        "optional_for_a_sequence", 2,
        [](ModelBuilder& m) {
          m.node("Optional", {}, {"o"});
          m.node("SequenceLength", {"o"}, {"y"}).name("n");
        },
        "[onnx] node 'n' (SequenceLength), input 0 'o': expected a sequence, got an empty "
        "optional."),
    sequence(
        "element_of_nothing", 2,
        [](ModelBuilder& m) {
          m.node("Optional", {}, {"o"});
          m.node("OptionalGetElement", {"o"}, {"y"}).name("n");
        },
        "[onnx] node 'n' (OptionalGetElement), input 0 'o': expected an optional with an element, "
        "got an empty one."),
};

/// y = f(x), where f is a function of the domain 'mine'.
void call(ModelBuilder& m, const char* name) {
  m.node(name, {"x"}, {"y"}).name("n").domain("mine");
}

::onnx::FunctionProto& add_function(ModelBuilder& m, const std::string& name) {
  ::onnx::FunctionProto& function = *m.model().add_functions();
  function.set_name(name);
  function.set_domain("mine");
  function.add_input("a");
  function.add_output("b");
  auto& opset = *function.add_opset_import();
  opset.set_version(18);
  auto& mine = *function.add_opset_import();
  mine.set_domain("mine");
  mine.set_version(1);
  return function;
}

::onnx::NodeProto& add_node(::onnx::FunctionProto& function, const std::string& op,
                            const std::string& domain, const std::string& from) {
  ::onnx::NodeProto& node = *function.add_node();
  node.set_op_type(op);
  node.set_domain(domain);
  node.add_input(from);
  node.add_output("b");
  return node;
}

/// y = f0(x), by a node 'n'.
void use_functions(ModelBuilder& m) {
  auto& opset = *m.model().add_opset_import();
  opset.set_domain("mine");
  opset.set_version(1);
  m.input("x", {"2"}).output("y");
  call(m, "f0");
}

/// A function that calls the next one in a branch.
void add_branching_function(ModelBuilder& m, int index) {
  ModelBuilder branch;
  branch.output("r");
  branch.node("f" + std::to_string(index + 1), {"a"}, {"r"}).domain("mine");
  ::onnx::FunctionProto& function = add_function(m, "f" + std::to_string(index));
  ::onnx::NodeProto& constant = *function.add_node();
  constant.set_op_type("Constant");
  constant.add_output("c");
  ::onnx::TensorProto truth;
  truth.set_data_type(::onnx::TensorProto::BOOL);
  truth.add_int32_data(1);
  NodeBuilder(&constant).attribute("value", truth);
  ::onnx::NodeProto& node = add_node(function, "If", "", "c");
  NodeBuilder(&node)
      .attribute("then_branch", branch.graph())
      .attribute("else_branch", branch.graph());
}

ModelCase function(const char* name, void (*define)(ModelBuilder&), const std::string& sentence) {
  const auto fill = [define](ModelBuilder& m) {
    use_functions(m);
    define(m);
  };
  return {name, fill, sentence};
}

const ModelCase kFunctions[] = {
    function(
        "calls_itself", [](ModelBuilder& m) { add_node(add_function(m, "f0"), "f0", "mine", "a"); },
        "[onnx] node 0 (f0): expected functions that do not call themselves, got 'f0' inside "
        "itself."),
    function(
        "depth",
        [](ModelBuilder& m) {
          for (int i = 0; i < 66; ++i)
            add_node(add_function(m, "f" + std::to_string(i)), "f" + std::to_string(i + 1), "mine",
                     "a");
        },
        "[onnx] node 0 (f64): expected at most 64 functions inside each other, got more."),
    function(
        "undefined_name", [](ModelBuilder& m) { add_node(add_function(m, "f0"), "Relu", "", "z"); },
        "[onnx] tensor 'z': expected a node, input or initializer of this name, got none."),
};

const ModelCase kModels[] = {
    {"work",
     [](ModelBuilder& m) {
       m.input("x", {"1000000"}).output("y");
       m.node("SplitToSequence", {"x"}, {"s"});
       m.node("ConcatFromSequence", {"s"}, {"y"}).attribute("axis", int64_t{0});
     },
     "[onnx] model: expected loops unrolled and functions inlined to add at most 100000 nodes, "
     "iterations and kilobytes, got more."},
    {"depth",
     [](ModelBuilder& m) {
       use_functions(m);
       for (int i = 0; i < 60; ++i) add_branching_function(m, i);
       add_node(add_function(m, "f60"), "Relu", "", "a");
     },
     "[onnx] model: expected at most 100 graphs and functions inside each other, got more."},
    {"unmade_output",
     [](ModelBuilder& m) {
       m.input("x", {"1", "4", "8"}).output("y").output("z");
       m.node("Dropout", {"x"}, {"y", "", "z"}).name("n");
     },
     "[onnx] node 'n' (Dropout), output 2 'z': expected no reader, got one. This output cannot be "
     "computed."},
    {"fill_value",
     [](ModelBuilder& m) {
       m.initializer(int_tensor("shape", {1}, {2})).output("y");
       m.node("ConstantOfShape", {"shape"}, {"y"})
           .name("n")
           .attribute("value", float_tensor("", {2}, {1, 2}));
     },
     "[onnx] node 'n' (ConstantOfShape), attribute 'value': expected one element, got shape [2]."},
};

INSTANTIATE_TEST_SUITE_P(OnnxBranches, ModelRefusals, testing::ValuesIn(kBranches),
                         case_name<ModelCase>);
INSTANTIATE_TEST_SUITE_P(OnnxLoops, ModelRefusals, testing::ValuesIn(kLoops), case_name<ModelCase>);
INSTANTIATE_TEST_SUITE_P(OnnxScans, ModelRefusals, testing::ValuesIn(kScans), case_name<ModelCase>);
INSTANTIATE_TEST_SUITE_P(OnnxSequences, ModelRefusals, testing::ValuesIn(kSequences),
                         case_name<ModelCase>);
INSTANTIATE_TEST_SUITE_P(OnnxFunctions, ModelRefusals, testing::ValuesIn(kFunctions),
                         case_name<ModelCase>);
INSTANTIATE_TEST_SUITE_P(OnnxModels, ModelRefusals, testing::ValuesIn(kModels),
                         case_name<ModelCase>);

}  // namespace
}  // namespace trtlike::test
