// Random nodes over a small stock of tensors, and random changes.
#include "fuzz/random_model.h"

#include <iterator>

#include "support/onnx_model.h"

namespace trtlike::test {
namespace {

using ::onnx::AttributeProto;
using ::onnx::GraphProto;
using ::onnx::NodeProto;
using ::onnx::TensorProto;

constexpr const char* kOperators[] = {"Abs",
                                      "Add",
                                      "And",
                                      "ArgMax",
                                      "AveragePool",
                                      "BatchNormalization",
                                      "Cast",
                                      "Clip",
                                      "Concat",
                                      "Constant",
                                      "ConstantOfShape",
                                      "Conv",
                                      "ConvInteger",
                                      "ConvTranspose",
                                      "CumSum",
                                      "DepthToSpace",
                                      "DequantizeLinear",
                                      "Div",
                                      "Einsum",
                                      "Equal",
                                      "Expand",
                                      "EyeLike",
                                      "Flatten",
                                      "GRU",
                                      "Gather",
                                      "GatherElements",
                                      "GatherND",
                                      "Gemm",
                                      "GlobalAveragePool",
                                      "GridSample",
                                      "GroupNormalization",
                                      "HardSwish",
                                      "Identity",
                                      "If",
                                      "InstanceNormalization",
                                      "LRN",
                                      "LSTM",
                                      "LayerNormalization",
                                      "Loop",
                                      "MatMul",
                                      "MatMulInteger",
                                      "Max",
                                      "MaxPool",
                                      "Mod",
                                      "Mul",
                                      "NonMaxSuppression",
                                      "NonZero",
                                      "OneHot",
                                      "PRelu",
                                      "Pad",
                                      "Pow",
                                      "QLinearConv",
                                      "QuantizeLinear",
                                      "RNN",
                                      "Range",
                                      "ReduceMean",
                                      "ReduceSum",
                                      "Reshape",
                                      "Resize",
                                      "ReverseSequence",
                                      "Scan",
                                      "ScatterElements",
                                      "ScatterND",
                                      "SequenceAt",
                                      "SequenceConstruct",
                                      "SequenceInsert",
                                      "Shape",
                                      "Size",
                                      "Slice",
                                      "Softmax",
                                      "SpaceToDepth",
                                      "Split",
                                      "SplitToSequence",
                                      "Squeeze",
                                      "Sub",
                                      "Tile",
                                      "TopK",
                                      "Transpose",
                                      "Trilu",
                                      "Unsqueeze",
                                      "Upsample",
                                      "Where",
                                      "Xor"};
constexpr const char* kIntAttributes[] = {"axis",
                                          "group",
                                          "keepdims",
                                          "k",
                                          "to",
                                          "blocksize",
                                          "batch_dims",
                                          "hidden_size",
                                          "num_scan_inputs",
                                          "exclusive",
                                          "reverse",
                                          "upper",
                                          "num_outputs",
                                          "num_groups",
                                          "ceil_mode",
                                          "fmod",
                                          "allowzero",
                                          "largest",
                                          "select_last_index",
                                          "new_axis",
                                          "epsilon"};
constexpr const char* kIntsAttributes[] = {
    "axes",  "kernel_shape", "pads",   "strides", "dilations",      "perm",
    "shape", "split",        "starts", "ends",    "output_padding", "scan_input_axes"};
constexpr const char* kStrings[][2] = {{"mode", "reflect"},
                                       {"mode", "wrap"},
                                       {"mode", "linear"},
                                       {"auto_pad", "SAME_UPPER"},
                                       {"direction", "bidirectional"},
                                       {"equation", "ij,jk->ik"},
                                       {"reduction", "add"},
                                       {"equation", "...i->..."}};
constexpr int64_t kNumbers[] = {0,
                                1,
                                2,
                                3,
                                4,
                                -1,
                                -2,
                                5,
                                7,
                                -5,
                                64,
                                1 << 20,
                                1 << 30,
                                INT64_C(1) << 33,
                                INT64_C(1) << 59,
                                INT64_MAX,
                                INT64_MIN,
                                1,
                                1,
                                2};

template <typename T, size_t n>
const T& any(const T (&items)[n], std::mt19937& random) {
  return items[random() % n];
}

int64_t any_number(std::mt19937& random) {
  // Mostly numbers that fit.
  return random() % 4 != 0 ? static_cast<int64_t>(random() % 4) : any(kNumbers, random);
}

std::vector<int64_t> any_numbers(size_t most, std::mt19937& random) {
  std::vector<int64_t> numbers(random() % (most + 1));
  for (int64_t& number : numbers) number = any_number(random);
  return numbers;
}

TensorProto any_ints(const std::string& name, std::mt19937& random) {
  std::vector<int64_t> elements = any_numbers(4, random);
  if (random() % 4 == 0) elements.resize(1);
  const bool is_scalar = elements.size() == 1 && random() % 2 == 0;
  return int_tensor(
      name, is_scalar ? std::vector<int64_t>{} : std::vector{static_cast<int64_t>(elements.size())},
      elements);
}

TensorProto any_floats(const std::string& name, std::mt19937& random) {
  std::vector<int64_t> dims(random() % 5);
  int64_t count = 1;
  for (int64_t& extent : dims) count *= extent = static_cast<int64_t>(1 + random() % 4);
  std::vector<float> elements(static_cast<size_t>(count));
  for (float& element : elements) element = static_cast<float>(random() % 17) / 8 - 1;
  return float_tensor(name, dims, elements);
}

void add_attributes(NodeBuilder node, std::mt19937& random) {
  for (size_t i = random() % 4; i > 0; --i) switch (random() % 4) {
      case 0:
      case 1:
        node.attribute(any(kIntAttributes, random), any_number(random));
        break;
      case 2:
        node.attribute(any(kIntsAttributes, random), any_numbers(4, random));
        break;
      default: {
        const auto& pair = any(kStrings, random);
        node.attribute(pair[0], pair[1]);
        break;
      }
    }
}

GraphProto any_body(std::mt19937& random) {
  GraphProto body;
  const char* names[] = {"i", "c", "s", "t"};
  for (size_t i = 0; i < random() % 5; ++i) body.add_input()->set_name(names[i]);
  NodeProto& node = *body.add_node();
  node.set_op_type(random() % 2 == 0 ? "Identity" : "Add");
  node.add_input(body.input_size() > 0 ? body.input(0).name() : "x");
  if (node.op_type() == "Add") node.add_input("x");
  node.add_output("r");
  for (size_t i = 0; i < random() % 4; ++i)
    body.add_output()->set_name(body.input_size() > 1 && random() % 2 == 0 ? body.input(1).name()
                                                                           : "r");
  return body;
}

void add_node(ModelBuilder& model, std::vector<std::string>& names, int index,
              std::mt19937& random) {
  const std::string op = any(kOperators, random);
  std::vector<std::string> inputs;
  for (size_t i = 0; i < 1 + random() % 4; ++i)
    inputs.push_back(random() % 16 == 0 ? "" : names[random() % names.size()]);
  const std::string output = "v" + std::to_string(index);
  std::vector<std::string> outputs{output};
  if (random() % 4 == 0) outputs.push_back(output + "b");
  NodeBuilder node = model.node(op, inputs, outputs);
  add_attributes(node, random);
  if (op == "Loop" || op == "Scan") node.attribute("body", any_body(random));
  if (op == "If") {
    node.attribute("then_branch", any_body(random));
    node.attribute("else_branch", any_body(random));
  }
  if (op == "Constant" || op == "ConstantOfShape")
    node.attribute("value", random() % 2 == 0 ? any_ints("", random) : any_floats("", random));
  names.insert(names.end(), outputs.begin(), outputs.end());
}

void change_tensor(TensorProto& tensor, std::mt19937& random) {
  switch (random() % 5) {
    case 0:
      if (tensor.dims_size() > 0)
        tensor.set_dims(static_cast<int>(random() % static_cast<uint32_t>(tensor.dims_size())),
                        any(kNumbers, random));
      break;
    case 1:
      tensor.add_dims(any_number(random));
      break;
    case 2:
      tensor.set_data_type(static_cast<int>(random() % 27));
      break;
    case 3: {
      const std::string bytes = tensor.float_data_size() > 0
                                    ? std::string(random() % 70, '\1')
                                    : std::string(8 * (random() % 5), '\0');
      tensor.set_raw_data(bytes);
      break;
    }
    default:
      for (int64_t& element : *tensor.mutable_int64_data()) element = any(kNumbers, random);
      break;
  }
}

void change_attribute(AttributeProto& attribute, std::mt19937& random) {
  if (attribute.has_i()) attribute.set_i(any(kNumbers, random));
  for (int64_t& number : *attribute.mutable_ints())
    if (random() % 2 == 0) number = any(kNumbers, random);
  if (attribute.has_t()) change_tensor(*attribute.mutable_t(), random);
  if (random() % 8 == 0) attribute.set_name(any(kIntAttributes, random));
  if (random() % 8 == 0)
    attribute.set_type(static_cast<AttributeProto::AttributeType>(random() % 12));
}

void change_node(NodeProto& node, std::mt19937& random) {
  switch (random() % 4) {
    case 0:
      node.set_op_type(any(kOperators, random));
      break;
    case 1:
      if (node.input_size() > 0)
        node.mutable_input()->SwapElements(
            0, static_cast<int>(random() % static_cast<uint32_t>(node.input_size())));
      break;
    case 2:
      if (node.input_size() > 0) node.mutable_input()->RemoveLast();
      break;
    default:
      if (node.attribute_size() > 0)
        change_attribute(*node.mutable_attribute(static_cast<int>(
                             random() % static_cast<uint32_t>(node.attribute_size()))),
                         random);
      break;
  }
}

/// Sparse form of an initializer, with indices anywhere.
void make_sparse(GraphProto& graph, std::mt19937& random) {
  if (graph.initializer_size() == 0) return;
  ::onnx::SparseTensorProto& sparse = *graph.add_sparse_initializer();
  *sparse.mutable_values() = graph.initializer(graph.initializer_size() - 1);
  graph.mutable_initializer()->RemoveLast();
  *sparse.mutable_indices() = any_ints("", random);
  for (const int64_t extent : any_numbers(3, random)) sparse.add_dims(extent);
}

}  // namespace

::onnx::ModelProto random_model(std::mt19937& random) {
  ModelBuilder model(random() % 8 == 0 ? 9 : random() % 4 == 0 ? 12 : 18);
  model.input("x", {"2", "3", "4", "4"});
  model.input("y", {"3", random() % 4 == 0 ? "n" : "4"});
  std::vector<std::string> names{"x", "y"};
  for (int i = 0; i < 3; ++i) {
    model.initializer(any_ints("i" + std::to_string(i), random));
    model.initializer(any_floats("f" + std::to_string(i), random));
    names.push_back("i" + std::to_string(i));
    names.push_back("f" + std::to_string(i));
  }
  const int count = 1 + static_cast<int>(random() % 4);
  for (int i = 0; i < count; ++i) add_node(model, names, i, random);
  model.output("v" + std::to_string(count - 1));
  return model.model();
}

void change_model(::onnx::ModelProto& model, std::mt19937& random) {
  GraphProto& graph = *model.mutable_graph();
  for (size_t changes = 1 + random() % 2; changes > 0; --changes) switch (random() % 4) {
      case 0:
        if (graph.initializer_size() > 0)
          change_tensor(*graph.mutable_initializer(static_cast<int>(
                            random() % static_cast<uint32_t>(graph.initializer_size()))),
                        random);
        break;
      case 1:
        if (random() % 4 == 0) make_sparse(graph, random);
        if (graph.input_size() > 0 && random() % 4 == 0) {
          auto& type = *graph.mutable_input(0)->mutable_type()->mutable_tensor_type();
          type.set_elem_type(static_cast<int>(random() % 24));
          if (type.shape().dim_size() > 0)
            type.mutable_shape()->mutable_dim(0)->set_dim_value(any(kNumbers, random));
        }
        break;
      default:
        if (graph.node_size() > 0)
          change_node(*graph.mutable_node(
                          static_cast<int>(random() % static_cast<uint32_t>(graph.node_size()))),
                      random);
        break;
    }
}

}  // namespace trtlike::test
