// Products, windows, reductions and recurrent cells.
#include "fuzz/recipes/recipe.h"

namespace trtlike::test::recipes {
namespace {

void make_matrix_multiply(Maker& m) {
  const Operand a = m.any_float(2, 4, kInexact);
  const bool transpose_a = m.maybe(), transpose_b = m.maybe();
  const int r = a.rank();
  const int64_t k = a.dims()[transpose_a ? r - 2 : r - 1], n = m.between(1, 17);
  Dims b = a.dims();
  for (int i = 0; i < r - 2; ++i)
    if (m.below(3) == 0) b[i] = 1;
  b[r - 2] = transpose_b ? n : k;
  b[r - 1] = transpose_b ? k : n;
  m.add("MatrixMultiply", {a, m.constant_or_input(DataType::Float, b)},
        {{"op0", int64_t{transpose_a}}, {"op1", int64_t{transpose_b}}}, kInexact);
}

void make_matmul_integer(Maker& m) {
  const Operand a = m.any(DataType::Int8, 2, 4, kExactBits);
  const Dims b{a.dims()[a.rank() - 1], m.between(1, 9)};
  std::vector<Operand> operands{a, m.constant_or_input(DataType::Int8, b)};
  if (m.maybe()) operands.push_back(m.constant_or_input(DataType::Int8, {}));
  m.add("MatMulInteger", operands, {}, a.bits + 8);
}

void make_convolution(Maker& m) {
  const Operand x = m.any_float(3, 5, kInexact);
  const int spatial = x.rank() - 2;
  const int64_t channels = x.dims()[1], groups = m.maybe() && channels > 0 ? channels : 1;
  const int64_t maps = groups * m.between(1, 4);
  const Axes kernel = per_axis(m, spatial, 1, 3);
  Dims dims{maps, channels / groups};
  for (int64_t extent : kernel) dims.push_back(extent);
  std::vector<Operand> operands{x, m.constant(DataType::Float, dims)};
  if (m.maybe()) operands.push_back(m.constant(DataType::Float, {maps}));
  m.add("Convolution", operands,
        {{"num_output_maps", maps},
         {"kernel_size", kernel},
         {"num_groups", groups},
         {"stride", per_axis(m, spatial, 1, 2)},
         {"pre_padding", per_axis(m, spatial, 1, 2)},
         {"post_padding", per_axis(m, spatial, 1, 2)}},
        kInexact);
}

void make_deconvolution(Maker& m) {
  const Operand x = m.any_float(3, 5, kInexact);
  const int spatial = x.rank() - 2;
  const int64_t channels = x.dims()[1], groups = m.maybe() && channels > 0 ? channels : 1;
  const int64_t each = m.between(1, 4);
  const Axes kernel = per_axis(m, spatial, 2, 3);
  Dims dims{channels, each};
  for (int64_t extent : kernel) dims.push_back(extent);
  m.add("Deconvolution", {x, m.constant(DataType::Float, dims)},
        {{"num_output_maps", each * groups},
         {"kernel_size", kernel},
         {"num_groups", groups},
         {"stride", per_axis(m, spatial, 1, 2)}},
        kInexact);
}

void make_pooling(Maker& m) {
  const Operand x = m.any_float(3, 5);
  const int spatial = x.rank() - 2;
  const int64_t type = m.below(2);
  m.add("Pooling", {x},
        {{"type", type},
         {"window_size", per_axis(m, spatial, 2, 3)},
         {"stride", per_axis(m, spatial, 1, 2)},
         {"pre_padding", per_axis(m, spatial, 1, 1)},
         {"post_padding", per_axis(m, spatial, 1, 1)},
         {"average_count_excludes_padding", m.maybe()}},
        type == 0 ? x.bits : kInexact);
}

void make_reduce(Maker& m) {
  const Operand x = m.any_float();
  int64_t op = m.below(5);
  // Long products leave the range of FP32.
  if (op == 1 && core::elems(x.dims()) > 16) op = 0;
  m.add("Reduce", {x}, {{"op", op}, {"axes", mask_of(m, x.rank())}, {"keep_dims", m.maybe()}},
        op == 2 || op == 3 ? x.bits : kInexact);
}

void make_softmax(Maker& m) {
  const Operand x = m.any_float();
  m.add("Softmax", {x}, {{"axes", int64_t{1} << axis_of(m, x.rank())}}, kInexact);
}

void make_normalization(Maker& m) {
  const Operand x = m.any_float(2, 4, kExactBits);
  const int from = static_cast<int>(m.between(1, x.rank() - 1));
  int64_t axes = 0;
  Dims dims = Dims::filled(x.rank(), 1);
  for (int i = from; i < x.rank(); ++i) {
    axes |= int64_t{1} << i;
    dims[i] = x.dims()[i];
  }
  m.add("Normalization", {x, m.constant(DataType::Float, dims), m.constant(DataType::Float, dims)},
        {{"axes", axes}, {"epsilon", 0.5}}, kInexact);
}

void make_top_k(Maker& m) {
  const Operand x = m.any_float(1, 4, kExactBits);
  const int64_t axis = axis_of(m, x.rank());
  m.add("TopK", {x},
        {{"op", m.below(2)},
         {"k", m.between(1, x.dims()[static_cast<int>(axis)])},
         {"axes", int64_t{1} << axis}},
        x.bits);
}

void make_lrn(Maker& m) {
  m.add("LRN", {m.any_float(4, 4)}, {{"window_size", int64_t{3}}}, kInexact);
}

/// LSTM, GRU and RNN differ by their gates.
void make_recurrent(Maker& m, const char* op, int64_t gates) {
  const Operand x = m.any_float(3, 3, kInexact);
  const int64_t inputs = x.dims()[2], hidden = m.between(1, 9), directions = m.between(1, 2);
  std::vector<Operand> operands{x,
                                m.constant(DataType::Float, {directions, gates * hidden, inputs}),
                                m.constant(DataType::Float, {directions, gates * hidden, hidden})};
  if (m.maybe()) operands.push_back(m.constant(DataType::Float, {directions, 2 * gates * hidden}));
  m.add(op, operands,
        {{"hidden_size", hidden},
         {"direction", std::string(directions == 2 ? "bidirectional"
                                   : m.maybe()     ? "reverse"
                                                   : "forward")}},
        kInexact);
}
void make_lstm(Maker& m) { make_recurrent(m, "LSTM", 4); }
void make_gru(Maker& m) { make_recurrent(m, "GRU", 3); }
void make_rnn(Maker& m) { make_recurrent(m, "RNN", 1); }

constexpr Recipe kRecipes[] = {
    {"MatrixMultiply", make_matrix_multiply},
    {"MatMulInteger", make_matmul_integer},
    {"Convolution", make_convolution},
    {"Deconvolution", make_deconvolution},
    {"Pooling", make_pooling},
    {"Reduce", make_reduce},
    {"Softmax", make_softmax},
    {"Normalization", make_normalization},
    {"TopK", make_top_k},
    {"LRN", make_lrn},
    {"LSTM", make_lstm},
    {"GRU", make_gru},
    {"RNN", make_rnn},
};

}  // namespace

std::span<const Recipe> sum_recipes() { return kRecipes; }

}  // namespace trtlike::test::recipes
