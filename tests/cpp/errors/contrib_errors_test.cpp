// What the operators of ONNX Runtime's domains refuse.
#include "errors/model_case.h"

namespace trtlike::test {
namespace {

using L = std::vector<int64_t>;

constexpr int kInt32 = ::onnx::TensorProto::INT32;

ModelCase contrib(const char* name, const char* op, const std::vector<NodeInput>& inputs,
                  const NodeAttributes& attributes, const std::string& sentence, int outputs = 1) {
  return in_domain("com.microsoft", one_node(name, op, inputs, attributes, sentence, 18, outputs));
}

const NodeInput kTokens = input({2, 3, 8});

std::vector<NodeInput> cached(NodeInput total) {
  return {kTokens, kTokens, kTokens, none(), none(), input({2}, kInt32), std::move(total)};
}

const NodeAttributes kHeads{{"num_heads", 2}, {"kv_num_heads", 2}};

NodeAttributes with(NodeAttributes given, const char* name, int64_t value) {
  given.emplace_back(name, value);
  return given;
}

const ModelCase kAttention[] = {
    contrib("sizes", "Attention", {kTokens, input({8, 24})},
            {{"num_heads", 2}, {"qkv_hidden_sizes", L{8, 8}}},
            ", attribute 'qkv_hidden_sizes': expected three numbers whose sum is 24, got [8, 8]."),
    contrib("columns", "Attention", {kTokens, input({8, -1})}, {{"num_heads", 2}},
            ", input 1 'x1': expected a number of columns that is known, got shape [8, -1]."),
    contrib("lengths", "Attention", {kTokens, input({8, 24}), none(), input({4}, kInt32)},
            {{"num_heads", 2}},
            ", input 3 'x3': expected one length for each of 2 sequences, got 4."),
    contrib("shared_past", "MultiHeadAttention",
            {kTokens, kTokens, kTokens, none(), none(), none(), none(), none(), input({1}, kInt32)},
            {{"num_heads", 2}}, ", input 8 'x8': expected no length of a shared past, got one."),
    contrib("softmax", "GroupQueryAttention", cached(ints_list({3})),
            with(kHeads, "smooth_softmax", 1), ", attribute 'smooth_softmax': expected 0, got 1.",
            3),
    contrib("total", "GroupQueryAttention", cached(ints_list({3, 3})), kHeads,
            ", input 6 'x6': expected one element, got 2.", 3),
};
INSTANTIATE_TEST_SUITE_P(ContribAttention, ModelRefusals, testing::ValuesIn(kAttention),
                         case_name<ModelCase>);

const NodeInput kPacked = input({4, 2, 8}, ::onnx::TensorProto::UINT8);

NodeAttributes packing(int64_t bits, int64_t block) {
  return {{"N", 4}, {"K", 32}, {"bits", bits}, {"block_size", block}};
}

const ModelCase kOthers[] = {
    contrib("activation", "FusedGemm", {input({2, 3}), input({3, 4})}, {{"activation", "Elu"}},
            ", attribute 'activation': expected Relu, Tanh, Sigmoid, LeakyRelu, Clip, HardSigmoid "
            "or HardSwish, got 'Elu'."),
    contrib("bits", "MatMulNBits", {input({2, 32}), kPacked, input({8})}, packing(3, 16),
            ", attribute 'bits': expected 2, 4 or 8, got 3."),
    contrib("block", "MatMulNBits", {input({2, 32}), kPacked, input({8})}, packing(4, 3),
            ", attribute 'block_size': expected N, K and blocks of whole bytes, got N = 4, K = 32 "
            "and 3 elements a block."),
    contrib("computed", "MatMulNBits", {input({2, 32}), kPacked, input({8})}, packing(4, 16),
            ", input 1 'x1': expected a constant of 64 bytes, got computed UINT8 with shape [4, 2, "
            "8]."),
    contrib("order", "MatMulNBits",
            {input({2, 32}), kPacked, input({8}), none(), input({32}, kInt32)}, packing(4, 16),
            ", input 4 'x4': expected no order of groups, got one."),
    contrib(
        "q_softmax_axis", "QLinearSoftmax",
        {input({2, 3, 4}, ::onnx::TensorProto::UINT8), float_scalar(1), none(), float_scalar(1)},
        {{"axis", 1}, {"opset", 12}},
        ", attribute 'axis': expected the last one, 2, for a Softmax of before opset 13, got 1."),
    contrib("q_concat_inputs", "QLinearConcat", {float_scalar(1), none()}, {{"axis", 1}},
            ": expected at least 5 inputs, got 2."),
    in_domain(
        "com.ms.internal.nhwc",
        one_node(
            "internal", "Conv", {input({1, 8, 8, 4}), input({4, 4, 3, 3})}, {},
            ": expected an operator that can be imported, got 'Conv' of domain "
            "'com.ms.internal.nhwc', opset 1. ONNX Runtime's layouts of a machine are its own: "
            "save the model before that optimization.")),
};
INSTANTIATE_TEST_SUITE_P(Contrib, ModelRefusals, testing::ValuesIn(kOthers), case_name<ModelCase>);

const LayerCase kLayers[] = {
    {"inverse",
     "Inverse",
     {floats({2, 3, 4})},
     {},
     "[ops] input 0 'input': expected square matrices, got shape [2, 3, 4]."},
};
INSTANTIATE_TEST_SUITE_P(Inverse, LayerRefusals, testing::ValuesIn(kLayers), case_name<LayerCase>);

}  // namespace
}  // namespace trtlike::test
