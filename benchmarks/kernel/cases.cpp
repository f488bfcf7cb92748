// The tables of problems.
#include "cases.h"

#include "core/os/memory.h"
#include "ops/shapes/convolution_shape.h"

namespace trtlike::bench {

using kernels::Layout;
using Ints = std::vector<int64_t>;

namespace {

struct Layer {
  const char* name;
  int64_t c, k, extent, kernel, stride, groups;
  bool linear_input = false;
};

const Layer kLayers[] = {
    {"resnet 3x3 64@56", 64, 64, 56, 3, 1, 1},
    {"resnet 3x3 128@28", 128, 128, 28, 3, 1, 1},
    {"resnet 3x3 256@14", 256, 256, 14, 3, 1, 1},
    {"resnet 3x3 512@7", 512, 512, 7, 3, 1, 1},
    {"resnet 3x3s2 128@56", 128, 128, 56, 3, 2, 1},
    {"resnet 3x3s2 512@14", 512, 512, 14, 3, 2, 1},
    {"resnet 1x1 64-256@56", 64, 256, 56, 1, 1, 1},
    {"resnet 1x1 256-64@56", 256, 64, 56, 1, 1, 1},
    {"resnet 1x1 512-128@28", 512, 128, 28, 1, 1, 1},
    {"resnet 1x1 256-1024@14", 256, 1024, 14, 1, 1, 1},
    {"resnet 1x1 1024-256@14", 1024, 256, 14, 1, 1, 1},
    {"resnet 1x1 2048-512@7", 2048, 512, 7, 1, 1, 1},
    {"resnet 1x1s2 1024-2048@14", 1024, 2048, 14, 1, 2, 1},
    {"resnet stem 7x7", 3, 64, 224, 7, 2, 1, true},
    {"vgg first 3x3", 3, 64, 224, 3, 1, 1, true},
    {"mobilenet first 3x3", 3, 32, 224, 3, 2, 1, true},
    {"vgg 3x3 64@224", 64, 64, 224, 3, 1, 1},
    {"vgg 3x3 128@112", 128, 128, 112, 3, 1, 1},
    {"vgg 3x3 256@56", 256, 256, 56, 3, 1, 1},
    {"vgg 3x3 512@28", 512, 512, 28, 3, 1, 1},
    {"vgg 3x3 512@14", 512, 512, 14, 3, 1, 1},
    {"yolo 3x3 16@160", 16, 16, 160, 3, 1, 1},
    {"yolo 3x3 32@80", 32, 32, 80, 3, 1, 1},
    {"yolo 3x3 64@40", 64, 64, 40, 3, 1, 1},
    {"mobile 1x1 16-96@112", 16, 96, 112, 1, 1, 1},
    {"mobile 1x1 96-24@56", 96, 24, 56, 1, 1, 1},
    {"mobile 1x1 32-192@28", 32, 192, 28, 1, 1, 1},
    {"mobile 1x1 192-32@28", 192, 32, 28, 1, 1, 1},
    {"mobile 1x1 96-576@14", 96, 576, 14, 1, 1, 1},
    {"mobile 1x1 960-160@7", 960, 160, 7, 1, 1, 1},
    {"mobile dw 3x3 32@112", 32, 32, 112, 3, 1, 32},
    {"mobile dw 3x3s2 96@112", 96, 96, 112, 3, 2, 96},
    {"mobile dw 3x3 144@56", 144, 144, 56, 3, 1, 144},
    {"mobile dw 3x3 384@14", 384, 384, 14, 3, 1, 384},
    {"mobile dw 3x3 960@7", 960, 960, 7, 3, 1, 960},
    {"efficient dw 5x5 240@28", 240, 240, 28, 5, 1, 240},
    {"efficient dw 5x5s2 672@14", 672, 672, 14, 5, 2, 672},
};

const char* const kRelu = "in 1; v1 = relu v0; out v1";
const char* const kQuantize =
    "in 1; v1 = relu v0; v2 = constant 0.05; v3 = div v1 v2; v4 = round v3; out v4";

/// The rest of the case of a quantized product.
void quantize(Case& c, int64_t channels) {
  c.attributes.emplace_back("program", kQuantize);
  c.attributes.emplace_back("to_type", static_cast<int64_t>(DataType::Int8));
  c.inputs.resize(2);
  c.inputs[0].role = Role::A;
  c.inputs[1].role = Role::Weights;
  c.inputs.push_back({{2, channels}, Role::Numbers});
}

void add_layers(std::vector<Case>& out, const char* op) {
  for (const Layer& layer : kLayers) {
    Case c{.op = op, .name = layer.name};
    const Ints pad(2, layer.kernel / 2);
    c.attributes = {{"pre_padding", pad},
                    {"post_padding", pad},
                    {"stride", Ints(2, layer.stride)},
                    {"num_groups", layer.groups}};
    if (std::string_view(op) == "FusedConvolution") c.attributes.emplace_back("program", kRelu);
    c.inputs = {
        {{1, layer.c, layer.extent, layer.extent}},
        {{layer.k, layer.c / layer.groups, layer.kernel, layer.kernel}, Role::B},
        {{layer.k}, Role::B},
    };
    const bool is_quantized = std::string_view(op) == "QuantizedConvolution";
    if (is_quantized) quantize(c, layer.k);
    c.input = layer.linear_input && !is_quantized ? Layout::Linear : Layout::ChannelsLast;
    c.output = Layout::ChannelsLast;
    const int64_t extent = (layer.extent + layer.stride - 1) / layer.stride;
    c.flops = 2.0 * static_cast<double>(layer.k * extent * extent * layer.c / layer.groups *
                                        layer.kernel * layer.kernel);
    out.push_back(std::move(c));
  }
}

struct Product {
  const char* name;
  int64_t m, k, n;
};

const Product kProducts[] = {
    {"bert projection", 128, 768, 768}, {"bert feed forward", 128, 768, 3072},
    {"bert feed back", 128, 3072, 768}, {"square 1024", 1024, 1024, 1024},
    {"one row 4096", 1, 4096, 4096},    {"classifier 1x2048-1000", 1, 2048, 1000},
    {"vit projection", 197, 768, 768},
};

void add_products(std::vector<Case>& out, const char* op) {
  for (const Product& p : kProducts) {
    Case c{.op = op, .name = p.name};
    c.inputs = {{{p.m, p.k}, Role::LikeB}, {{p.k, p.n}, Role::B}};
    if (std::string_view(op) == "FusedMatrixMultiply") {
      c.attributes = {{"program", kRelu}};
      c.inputs.push_back({{p.n}, Role::B});
    }
    if (std::string_view(op) == "QuantizedMatrixMultiply") quantize(c, p.n);
    if (std::string_view(op) == "MatMulInteger") {
      c.inputs[0].role = Role::A;
      c.inputs[1].role = Role::B;
    }
    if (std::string_view(op) == "WeightOnlyMatrixMultiply") {
      c.attributes = {{"block", int64_t{32}}};
      c.inputs[0].role = Role::A;
      c.inputs[1].role = Role::Weights;
      c.inputs.push_back({{2, p.k / 32, p.n}, Role::Numbers});
    }
    c.flops = 2.0 * static_cast<double>(p.m * p.k * p.n);
    out.push_back(std::move(c));
  }
}

const Dims kImages{1, 64, 56, 56};

std::vector<Case> convolution_like() {
  const Case pair{.op = "ConvolutionPair",
                  .name = "mobile 16-96@112 and dw 3x3s2",
                  .attributes = {{"pre_padding", Ints{1, 1}},
                                 {"post_padding", Ints{1, 1}},
                                 {"stride", Ints{2, 2}},
                                 {"num_groups", int64_t{96}}},
                  .inputs = {{{1, 16, 112, 112}},
                             {{96, 16, 1, 1}, Role::B},
                             {{96}, Role::B},
                             {{96, 1, 3, 3}, Role::B},
                             {{96}, Role::B}},
                  .input = Layout::ChannelsLast,
                  .output = Layout::ChannelsLast,
                  .flops = 2.0 * (16 * 96 * 112 * 112 + 96 * 9 * 56 * 56)};
  const Case transposed{.op = "Deconvolution",
                        .name = "2x2s2 64-32@56",
                        .attributes = {{"stride", Ints{2, 2}}},
                        .inputs = {{kImages}, {{64, 32, 2, 2}, Role::B}, {{32}, Role::B}},
                        .input = Layout::ChannelsLast,
                        .output = Layout::ChannelsLast,
                        .flops = 2.0 * 64 * 32 * 4 * 56 * 56};
  const Case pooling{.op = "Pooling",
                     .name = "max 3x3s2 64@56",
                     .attributes = {{"window_size", Ints{3, 3}}, {"stride", Ints{2, 2}}},
                     .inputs = {{kImages}},
                     .input = Layout::ChannelsLast,
                     .output = Layout::ChannelsLast};
  return {pair, transposed, pooling};
}

std::vector<Case> row_like() {
  return {
      {.op = "Softmax",
       .name = "1536 rows of 128",
       .attributes = {{"axes", int64_t{2}}},
       .inputs = {{{1536, 128}}}},
      {.op = "Normalization",
       .name = "128 rows of 768",
       .attributes = {{"axes", int64_t{2}}},
       .inputs = {{{128, 768}}, {{1, 768}, Role::B}, {{1, 768}, Role::B}}},
      {.op = "LRN", .name = "5 of 96@54", .inputs = {{{1, 96, 54, 54}}}},
      {.op = "Reduce",
       .name = "sums of 768",
       .attributes = {{"axes", int64_t{2}}},
       .inputs = {{{1024, 768}}}},
      {.op = "Attention",
       .name = "12 heads of 128 by 64",
       .inputs = {{{1, 12, 128, 64}}, {{1, 12, 128, 64}}, {{1, 12, 128, 64}}},
       .flops = 4.0 * 12 * 128 * 128 * 64},
      {.op = "LSTM",
       .name = "256 units, 50 steps",
       .attributes = {{"hidden_size", int64_t{256}}},
       .inputs = {{{50, 1, 128}}, {{1, 1024, 128}, Role::B}, {{1, 1024, 256}, Role::B}},
       .flops = 2.0 * 50 * 1024 * (128 + 256)},
      {.op = "GRU",
       .name = "256 units, 50 steps",
       .attributes = {{"hidden_size", int64_t{256}}},
       .inputs = {{{50, 1, 128}}, {{1, 768, 128}, Role::B}, {{1, 768, 256}, Role::B}},
       .flops = 2.0 * 50 * 768 * (128 + 256)},
  };
}

std::vector<Case> element_wise() {
  const auto one = [](const char* op, std::vector<std::pair<std::string, AttributeValue>> given,
                      std::vector<Operand> inputs) {
    return Case{
        .op = op, .name = "64@56", .attributes = std::move(given), .inputs = std::move(inputs)};
  };
  const Operand image{kImages}, factor{{}, Role::B};
  return {one("PointWise", {{"program", std::string("in 2; v2 = sum v0 v1; v3 = relu v2; out v3")}},
              {image, image}),
          one("Activation", {}, {image}),
          one("ElementWise", {}, {image, image}),
          one("Mod", {}, {image, {{1, 64, 1, 1}, Role::B}}),
          one("Unary", {{"op", int64_t{3}}}, {image}),
          one("Select", {}, {{kImages, Role::Bools}, image, image}),
          one("Cast", {{"to_type", static_cast<int64_t>(DataType::Int32)}}, {image}),
          one("ParametricReLU", {}, {image, {{1, 64, 1, 1}, Role::B}}),
          one("Scale", {}, {image, {{1}, Role::B}, {{1}, Role::B}}),
          one("Quantize", {}, {image, factor}),
          one("Dequantize", {}, {{kImages, Role::Bytes}, factor})};
}

/// Places that are found at run time.
std::vector<Case> places() {
  const Layout pixels = Layout::ChannelsLast;
  return {
      {.op = "RoiAlign",
       .name = "200 boxes of 256@50",
       .attributes = {{"output_height", int64_t{7}},
                      {"output_width", int64_t{7}},
                      {"sampling_ratio", int64_t{2}}},
       .inputs = {{{1, 256, 50, 50}}, {{200, 4}}, {{200}, Role::Indices}},
       .input = pixels,
       .output = pixels},
      {.op = "GridSample",
       .name = "64@80",
       .inputs = {{{1, 64, 80, 80}}, {{1, 80, 80, 2}}},
       .input = pixels,
       .output = pixels},
      {.op = "DeformConv",
       .name = "3x3 64@28",
       .attributes = {{"pre_padding", Ints{1, 1}}, {"post_padding", Ints{1, 1}}},
       .inputs = {{{1, 64, 28, 28}}, {{64, 64, 3, 3}, Role::B}, {{1, 18, 28, 28}}},
       .input = pixels,
       .output = pixels,
       .flops = 2.0 * 64 * 64 * 9 * 28 * 28},
      {.op = "TopK",
       .name = "300 of 8400",
       .attributes = {{"k", int64_t{300}}, {"axes", int64_t{2}}},
       .inputs = {{{1, 8400}}}},
      {.op = "TopK",
       .name = "5 of 91, 900 times",
       .attributes = {{"k", int64_t{5}}, {"axes", int64_t{2}}},
       .inputs = {{{900, 91}}}},
      {.op = "MaxPoolIndices",
       .name = "2x2 64@112",
       .attributes = {{"window_size", Ints{2, 2}}, {"stride", Ints{2, 2}}},
       .inputs = {{{1, 64, 112, 112}}}},
      {.op = "NMS",
       .name = "100 of 1000",
       .inputs = {{{1, 1000, 4}},
                  {{1, 1, 1000}},
                  {{}, Role::Known, {100}},
                  {{}, Role::Numbers},
                  {{}, Role::Numbers}}},
      {.op = "NonZeroCount", .name = "of 25200 by 80", .inputs = {{{25200, 80}, Role::Bools}}},
      {.op = "NonZeroRows",
       .name = "1000 of 25200 by 80",
       .inputs = {{{25200, 80}, Role::Bools}, {{1}, Role::Known, {1000}}}},
      {.op = "OneHot",
       .name = "1024 of 64",
       .inputs = {{{1024}, Role::Indices}, {{2}}, {{}, Role::Known, {64}}}},
      {.op = "LabelEncoder",
       .name = "4096 of 64",
       .inputs = {{{4096}}, {{64}, Role::Numbers}, {{64}, Role::Numbers}, {{1}, Role::Numbers}}},
      {.op = "Cumulative",
       .name = "1000 rows of 256",
       .inputs = {{{1000, 256}}, {{}, Role::Known, {0}}}},
      {.op = "Col2Im",
       .name = "3x3 64@28",
       .attributes = {{"pads", Ints{1, 1, 1, 1}}},
       .inputs = {{{1, 576, 784}}, {{2}, Role::Known, {28, 28}}, {{2}, Role::Known, {3, 3}}}},
      {.op = "ReverseSequence",
       .name = "100 steps of 8 by 256",
       .inputs = {{{100, 8, 256}}, {{8}, Role::Indices}}},
  };
}

std::vector<Case> movements() {
  return {
      {.op = "Reformat",
       .name = "to channels last",
       .inputs = {{kImages}},
       .output = Layout::ChannelsLast},
      {.op = "Resize",
       .name = "nearest 2x",
       .attributes = {{"scales", std::vector<double>{1, 1, 2, 2}}},
       .inputs = {{kImages}}},
      {.op = "Resize",
       .name = "linear 2x",
       .attributes = {{"scales", std::vector<double>{1, 1, 2, 2}}, {"resize_mode", int64_t{1}}},
       .inputs = {{kImages}}},
      {.op = "Gather", .name = "rows of 768", .inputs = {{{30000, 768}}, {{128}, Role::Indices}}},
      {.op = "Gather",
       .name = "elements",
       .attributes = {{"mode", int64_t{1}}},
       .inputs = {{{1000, 768}}, {{128, 768}, Role::Indices}}},
      {.op = "Scatter",
       .name = "rows of 768",
       .attributes = {{"mode", int64_t{1}}},
       .inputs = {{{1000, 768}}, {{128, 1}, Role::Indices}, {{128, 768}}}},
      {.op = "LinearAttention",
       .name = "256 tokens of 8 heads of 64",
       .attributes = {{"q_num_heads", int64_t{8}},
                      {"kv_num_heads", int64_t{8}},
                      {"update_rule", std::string("linear")}},
       .inputs = {{{1, 256, 512}}, {{1, 256, 512}}, {{1, 256, 512}}}},
      {.op = "TreeEnsemble",
       .name = "a row of 64 nodes, 100 times",
       .inputs = {{{1000, 128}},
                  {{64}, Role::Indices},
                  {{64}, Role::Indices},
                  {{64}},
                  {{64, 2}, Role::Indices},
                  {{100}, Role::Indices},
                  {{64}, Role::Indices},
                  {{64}, Role::Indices},
                  {{64}}}},
      {.op = "Shuffle",
       .name = "heads",
       .attributes = {{"first_transpose", Ints{0, 2, 1, 3}}},
       .inputs = {{{1, 128, 12, 64}}}},
      {.op = "Slice",
       .name = "every second column",
       .attributes = {{"start", Ints{0, 0}}, {"shape", Ints{512, 384}}, {"stride", Ints{1, 2}}},
       .inputs = {{{512, 768}}}},
      {.op = "Concatenation",
       .name = "channels",
       .attributes = {{"axis", int64_t{1}}},
       .inputs = {{kImages}, {kImages}}},
      {.op = "Padding",
       .name = "one pixel",
       .attributes = {{"pre_padding", Ints{1, 1}}, {"post_padding", Ints{1, 1}}},
       .inputs = {{kImages}}},
  };
}

/// Of the types in the set, the one that networks have most often.
DataType usual_type(kernels::TypeSet types) {
  for (const DataType type : {DataType::Float, DataType::BF16, DataType::Half, DataType::Int32,
                              DataType::UInt8, DataType::Int8})
    if (types.contains(type)) return type;
  return DataType::Int32;
}

DataType type_of(Role role, const kernels::Tactic& tactic) {
  switch (role) {
    case Role::A:
      return usual_type(tactic.types.a);
    case Role::B:
    case Role::LikeB:
      return usual_type(tactic.types.b);
    case Role::Indices:
      return DataType::Int32;
    case Role::Bools:
      return DataType::Bool;
    case Role::Bytes:
    case Role::Weights:
      return DataType::Int8;
    case Role::Numbers:
      return DataType::Float;
    case Role::Known:
      return DataType::Int64;
  }
  return DataType::Float;
}

}  // namespace

std::vector<Case> cases() {
  std::vector<Case> out;
  for (const char* op : {"Convolution", "FusedConvolution", "QuantizedConvolution"})
    add_layers(out, op);
  for (const char* op : {"MatrixMultiply", "FusedMatrixMultiply", "QuantizedMatrixMultiply",
                         "MatMulInteger", "WeightOnlyMatrixMultiply"})
    add_products(out, op);
  for (const auto& part : {convolution_like(), row_like(), element_wise(), places(), movements()})
    out.insert(out.end(), part.begin(), part.end());
  return out;
}

CaseProblem::CaseProblem(const Case& from, const kernels::Tactic& tactic, int threads) {
  problem_.op = &ops::get_op(from.op);
  attributes_ = ops::complete_attributes(*problem_.op, from.attributes);
  problem_.attributes = &attributes_;
  problem_.threads = threads;
  std::vector<ops::TensorType> types, outputs;
  std::vector<ops::HostValue> host;
  for (size_t i = 0; i < from.inputs.size(); ++i) {
    const Operand& operand = from.inputs[i];
    const bool known = operand.role == Role::Known;
    const bool constant = known || operand.role == Role::B || operand.role == Role::Weights ||
                          operand.role == Role::Numbers;
    const bool laid_out = !constant && operand.dims.rank() == 4;
    const DataType type = type_of(operand.role, tactic);
    types.push_back({type, operand.dims});
    host.emplace_back();
    problem_.inputs.push_back({type, operand.dims, laid_out ? from.input : Layout::Linear, 0});
    problem_.constants.push_back(nullptr);
    if (!constant) continue;
    constants_.push_back(core::allocate_shared(problem_.inputs.back().bytes() + 64));
    const core::TensorView view{constants_.back().get(), type, operand.dims};
    const double largest = operand.role == Role::Weights ? 127 : 0.5;
    if (known) host.back() = operand.elements;
    for (int64_t e = 0; e < view.elems(); ++e)
      view.set(e, known ? static_cast<double>(operand.elements[static_cast<size_t>(e)])
                        : (static_cast<double>((e * 7919) % 1000) / 500.0 - 1) * largest);
    problem_.constants.back() = constants_.back().get();
    problem_.constant_inputs.insert(i);
  }
  ops::infer(*problem_.op, attributes_, types, host, outputs);
  ops::bound_extents(*problem_.op, {problem_.op->self, attributes_, types, host, outputs});
  for (const ops::TensorType& type : outputs)
    problem_.outputs.push_back({type.dtype, type.dims, from.output, 0});
}

double CaseProblem::bytes() const {
  double sum = 0;
  for (const auto* descs : {&problem_.inputs, &problem_.outputs})
    for (const kernels::TensorDesc& desc : *descs) sum += static_cast<double>(desc.bytes());
  return sum;
}

}  // namespace trtlike::bench
