// Ops that few networks have; most of them no layer of TensorRT's but an operator of ONNX's.
#include "fuzz/recipes/recipe.h"

namespace trtlike::test::recipes {
namespace {

void make_einsum(Maker& m) {
  const int64_t i = m.between(1, 9), j = m.between(1, 9), k = m.between(1, 9), b = m.between(1, 3);
  const auto operand = [&](const Dims& dims) { return m.constant_or_input(DataType::Float, dims); };
  switch (m.below(4)) {
    case 0:
      return m.add("Einsum", {operand({i, j}), operand({j, k})},
                   {{"equation", std::string("ij,jk->ki")}}, kInexact);
    case 1:
      return m.add("Einsum", {operand({b, i, j}), operand({b, k, j})},
                   {{"equation", std::string("bij,bkj->bik")}}, kInexact);
    case 2:
      return m.add("Einsum", {operand({i, j})}, {{"equation", std::string("ij->j")}}, kInexact);
    default:
      return m.add("Einsum", {operand({i}), operand({j})}, {{"equation", std::string("i,j->ij")}},
                   12);
  }
}

void make_ragged_softmax(Maker& m) {
  const Operand x = m.any_float(2, 3, kInexact);
  Dims bounds = x.dims();
  bounds[x.rank() - 1] = 1;
  m.add("RaggedSoftMax", {x, m.indices(bounds, 0, x.dims()[x.rank() - 1])}, {}, kInexact);
}

void make_dynamic_quantize(Maker& m) {
  const int64_t blocks = m.between(1, 3), block = 16;
  m.add("DynamicQuantize",
        {m.constant_or_input(DataType::Float, {m.between(1, 5), blocks * block})},
        {{"axis", int64_t{1}},
         {"block_size", block},
         {"to_type", enum_number(DataType::FP4)},
         {"scale_type", enum_number(DataType::FP8)}},
        kInexact);
}

void make_rotary_embedding(Maker& m) {
  const int64_t batch = m.between(1, 2), length = m.between(1, 5), pairs = m.between(1, 4);
  const Dims angles{batch, length, pairs};
  m.add(
      "RotaryEmbedding",
      {m.constant_or_input(DataType::Float, {batch, m.between(1, 3), length, 2 * pairs}),
       m.constant_or_input(DataType::Float, angles), m.constant_or_input(DataType::Float, angles)},
      {{"interleaved", m.maybe()}}, kInexact);
}

void make_cumulative(Maker& m) {
  const Operand x = m.any_float(1, 4);
  const auto axis = static_cast<double>(axis_of(m, x.rank()));
  m.add("Cumulative", {x, m.constant(DataType::Int64, {}, {axis})},
        {{"exclusive", m.maybe()}, {"reverse", m.maybe()}}, kInexact);
}

void make_cum_prod(Maker& m) {
  const Operand x = m.any_float(1, 4);
  const auto axis = static_cast<double>(axis_of(m, x.rank()));
  m.add("CumProd", {x, m.constant(DataType::Int64, {}, {axis})}, {{"exclusive", m.maybe()}},
        kInexact);
}

void make_bit_cast(Maker& m) {
  m.add("BitCast", {m.constant_or_input(DataType::Int32, m.dims(2))},
        {{"to_type", enum_number(DataType::UInt32)}}, kInexact);
}

void make_dft(Maker& m) {
  Dims dims = m.dims(2);
  dims.push_back(m.between(1, 2));
  m.add("DFT", {m.constant_or_input(DataType::Float, dims)},
        {{"axis", m.below(2)}, {"inverse", m.maybe()}, {"onesided", m.maybe()}}, kInexact);
}

void make_mel_weight_matrix(Maker& m) {
  const auto number = [&](DataType dtype, double v) { return m.constant(dtype, {}, {v}); };
  const auto bins = static_cast<double>(m.between(1, 9));
  m.add("MelWeightMatrix",
        {number(DataType::Int64, bins), number(DataType::Int64, 32), number(DataType::Int64, 8000),
         number(DataType::Float, 0), number(DataType::Float, 4000)},
        {}, kInexact);
}

void make_col2im(Maker& m) {
  const Operand x = m.constant_or_input(DataType::Float, {m.between(1, 3), 4 * m.between(1, 3), 9});
  m.add("Col2Im",
        {x, m.constant(DataType::Int64, {2}, {4, 4}), m.constant(DataType::Int64, {2}, {2, 2})}, {},
        kInexact);
}

void make_multinomial(Maker& m) {
  m.add("Multinomial", {m.constant_or_input(DataType::Float, m.dims(2))},
        {{"sample_size", m.between(1, 5)}, {"is_seeded", true}, {"seed", m.below(100)}}, 4);
}

void make_det(Maker& m) {
  const int64_t size = m.between(1, 4);
  m.add("Det", {m.constant_or_input(DataType::Float, {m.between(1, 3), size, size})}, {}, kInexact);
}

void make_reverse_sequence(Maker& m) {
  const Operand x = m.any_float(2, 4);
  m.add("ReverseSequence", {x, m.indices({x.dims()[1]}, 1, x.dims()[0])}, {}, x.bits);
}

void make_grid_sample(Maker& m) {
  const Operand x = m.any_float(4, 4);
  const Operand grid =
      m.constant(DataType::Float, {x.dims()[0], m.between(1, 4), m.between(1, 4), 2});
  m.add("GridSample", {x, grid}, {{"align_corners", m.maybe()}}, kInexact);
}

void make_linear_attention(Maker& m) {
  const int64_t heads = m.between(1, 2), keys = m.between(1, 4), values = m.between(1, 4);
  const Dims tokens = m.dims(2);
  const auto operand = [&](int64_t last) {
    return m.constant_or_input(DataType::Float, {tokens[0], tokens[1], last});
  };
  // Elements of up to 2 grow from step to step otherwise.
  m.add("LinearAttention",
        {operand(2 * heads * keys), operand(heads * keys), operand(heads * values)},
        {{"q_num_heads", 2 * heads},
         {"kv_num_heads", heads},
         {"scale", 0.125},
         {"update_rule", std::string("linear")}},
        kInexact);
}

void make_max_pool_indices(Maker& m) {
  const Operand x = m.any_float(3, 5, kExactBits);
  const int spatial = x.rank() - 2;
  m.add("MaxPoolIndices", {x},
        {{"window_size", per_axis(m, spatial, 2, 3)},
         {"stride", per_axis(m, spatial, 1, 2)},
         {"pre_padding", per_axis(m, spatial, 1, 1)},
         {"post_padding", per_axis(m, spatial, 1, 1)},
         {"storage_order", m.below(2)}},
        kInexact);
}

void make_roi_align(Maker& m) {
  const Operand x = m.any_float(4, 4);
  const int64_t boxes = m.between(1, 3);
  m.add("RoiAlign",
        {x, m.constant(DataType::Float, {boxes, 4}), m.indices({boxes}, 0, x.dims()[0] - 1)},
        {{"output_height", m.between(1, 3)},
         {"output_width", m.between(1, 3)},
         {"sampling_ratio", int64_t{2}},
         {"half_pixel", m.maybe()}},
        kInexact);
}

void make_max_roi_pool(Maker& m) {
  const Operand x = m.any_float(4, 4);
  m.add("MaxRoiPool", {x, m.constant(DataType::Float, {m.between(1, 3), 5})},
        {{"pooled_shape", std::vector<int64_t>{m.between(1, 3), m.between(1, 3)}}}, kInexact);
}

void make_deform_conv(Maker& m) {
  const Operand x = m.any_float(4, 4, kInexact);
  const int64_t maps = m.between(1, 4), n = x.dims()[0];
  const Dims plane{x.dims()[2], x.dims()[3]};
  m.add("DeformConv",
        {x, m.constant(DataType::Float, {maps, x.dims()[1], 3, 3}),
         m.constant_or_input(DataType::Float, {n, 18, plane[0], plane[1]})},
        {{"pre_padding", Axes{1, 1}}, {"post_padding", Axes{1, 1}}}, kInexact);
}

void make_tree_ensemble(Maker& m) {
  const Operand x = m.any_float(2, 2, kExactBits);
  const int64_t nodes = m.between(1, 5);
  std::vector<double> children;
  for (int64_t i = 0; i < 2 * nodes; ++i)
    children.push_back(
        static_cast<double>(i / 2 + 1 < nodes && m.maybe() ? i / 2 + 1 : -m.between(1, 2)));
  const auto ints = [&](const Dims& dims, const std::vector<double>& elements) {
    return m.constant(DataType::Int32, dims, elements);
  };
  const std::vector<double> zeros(static_cast<size_t>(nodes), 0.0);
  m.add("TreeEnsemble",
        {x, ints({nodes}, zeros), ints({nodes}, zeros), m.constant(DataType::Float, {nodes}),
         ints({nodes, 2}, children), ints({1}, {0}), ints({2}, {1, 2}), ints({2}, {0, 1}),
         m.constant(DataType::Float, {2})},
        {{"num_targets", int64_t{2}}}, 6);
}

void make_label_encoder(Maker& m) {
  const Operand x = m.any(DataType::Int32, 1, 3, kExactBits);
  m.add("LabelEncoder",
        {x, m.constant(DataType::Int32, {4}, {-1, 0, 1, 2}), m.constant(DataType::Float, {4}),
         m.constant(DataType::Float, {1})},
        {}, 6);
}

void make_pairwise_coupling(Maker& m) {
  m.add("PairwiseCoupling",
        {m.constant(DataType::Float, {2, 3}, {0.5, 0.25, 0.125, 0.75, 0.5, 0.5})}, {}, kInexact);
}

void make_inverse(Maker& m) {
  // Far from singular ones.
  std::vector<double> elements = m.elements(DataType::Float, {2, 3, 3});
  for (size_t i = 0; i < elements.size(); ++i) elements[i] += i % 9 % 4 == 0 ? 8 : 0;
  m.add("Inverse", {m.constant(DataType::Float, {2, 3, 3}, elements)}, {}, kInexact);
}

constexpr Recipe kRecipes[] = {
    {"Einsum", make_einsum},
    {"RaggedSoftMax", make_ragged_softmax},
    {"DynamicQuantize", make_dynamic_quantize},
    {"RotaryEmbedding", make_rotary_embedding},
    {"Cumulative", make_cumulative},
    {"CumProd", make_cum_prod},
    {"BitCast", make_bit_cast},
    {"DFT", make_dft},
    {"MelWeightMatrix", make_mel_weight_matrix},
    {"Col2Im", make_col2im},
    {"Multinomial", make_multinomial},
    {"Det", make_det},
    {"ReverseSequence", make_reverse_sequence},
    {"GridSample", make_grid_sample},
    {"LinearAttention", make_linear_attention},
    {"MaxPoolIndices", make_max_pool_indices},
    {"RoiAlign", make_roi_align},
    {"MaxRoiPool", make_max_roi_pool},
    {"DeformConv", make_deform_conv},
    {"TreeEnsemble", make_tree_ensemble},
    {"LabelEncoder", make_label_encoder},
    {"PairwiseCoupling", make_pairwise_coupling},
    {"Inverse", make_inverse},
};

}  // namespace

std::span<const Recipe> rare_recipes() { return kRecipes; }

}  // namespace trtlike::test::recipes
