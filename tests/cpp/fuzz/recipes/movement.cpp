// Ops that move elements, or make them of indices and extents.
#include <algorithm>

#include "fuzz/recipes/recipe.h"

namespace trtlike::test::recipes {
namespace {

void make_shuffle(Maker& m) {
  const Operand x = m.any_float();
  Given given;
  if (m.maybe()) given["first_transpose"] = permutation(m, x.rank());
  if (m.maybe()) {
    // The rest into one extent, before or behind.
    Axes dims = m.maybe() ? Axes{-1, 1} : Axes{1, -1};
    if (m.maybe()) dims = {-1};
    given["has_reshape"] = true;
    given["reshape_dims"] = dims;
    if (m.maybe()) given["second_transpose"] = permutation(m, static_cast<int>(dims.size()));
  }
  m.add("Shuffle", {x}, given, x.bits);
}

void make_slice(Maker& m) {
  const Operand x = m.any_float();
  Axes start, shape, stride;
  const int64_t mode = m.below(5);
  for (int i = 0; i < x.rank(); ++i) {
    const int64_t extent = x.dims()[i];
    stride.push_back(m.between(1, 2));
    if (mode == 0) {
      start.push_back(m.below(extent));
      shape.push_back(m.between(1, (extent - start.back() - 1) / stride.back() + 1));
    } else {
      start.push_back(m.between(-2, extent));
      shape.push_back(m.between(1, extent + 3));
    }
  }
  m.add("Slice", {x}, {{"start", start}, {"shape", shape}, {"stride", stride}, {"mode", mode}},
        x.bits);
}

void make_concatenation(Maker& m) {
  const Operand x = m.any_float();
  const int64_t axis = axis_of(m, x.rank());
  std::vector<Operand> parts{x};
  int bits = x.bits;
  for (int64_t i = m.below(8) == 0 ? 40 : m.between(1, 3); i > 0; --i) {
    Dims dims = x.dims();
    dims[static_cast<int>(axis)] = m.between(1, 4);
    parts.push_back(m.maybe() && i < 8 ? x : m.constant_or_input(DataType::Float, dims));
    bits = std::max(bits, parts.back().bits);
  }
  std::shuffle(parts.begin(), parts.end(), m.random());
  m.add("Concatenation", parts, {{"axis", axis}}, bits);
}

void make_gather(Maker& m) {
  const Operand x = m.any_float(1, 4);
  const int64_t axis = axis_of(m, x.rank()), extent = x.dims()[static_cast<int>(axis)];
  m.add("Gather", {x, m.indices(m.dims(static_cast<int>(m.below(2))), -extent, extent - 1)},
        {{"axis", axis}}, x.bits);
}

void make_scatter(Maker& m) {
  const Operand x = m.any_float(1, 4);
  const int64_t axis = axis_of(m, x.rank());
  // One update a line: which of two updates is last is nobody's business.
  Dims dims = x.dims();
  dims[static_cast<int>(axis)] = 1;
  const int64_t extent = x.dims()[static_cast<int>(axis)];
  const Operand updates = m.constant_or_input(DataType::Float, dims);
  m.add("Scatter", {x, m.indices(dims, 0, extent - 1), updates}, {{"axis", axis}},
        std::max(x.bits, updates.bits));
}

void make_shape(Maker& m) { m.add("Shape", {m.any_float()}, {}, 10); }

void make_squeeze(Maker& m) {
  const Operand x = m.any_float(2, 5);
  Axes axes;
  for (int i = 0; i < x.rank(); ++i)
    if (x.dims()[i] == 1) axes.push_back(i);
  if (axes.empty()) return m.add("Unsqueeze", {x}, {{"axes", Axes{axis_of(m, x.rank())}}}, x.bits);
  m.add("Squeeze", {x}, {{"axes", axes}}, x.bits);
}

void make_unsqueeze(Maker& m) {
  const Operand x = m.any_float(1, 4);
  m.add("Unsqueeze", {x}, {{"axes", Axes{axis_of(m, x.rank() + 1)}}}, x.bits);
}

void make_padding(Maker& m) {
  const Operand x = m.any_float(4, 4);
  m.add("Padding", {x},
        {{"pre_padding", per_axis(m, 2, 0, 2)}, {"post_padding", per_axis(m, 2, 0, 2)}}, x.bits);
}

void make_resize(Maker& m) {
  const Operand x = m.any_float(4, 4);
  const Dims dims = x.dims();
  Axes shape(dims.begin(), dims.end());
  for (size_t i = 2; i < 4; ++i) shape[i] *= m.between(1, 3);
  const int64_t mode = m.below(2);
  m.add("Resize", {x}, {{"shape", shape}, {"resize_mode", mode}}, mode == 0 ? x.bits : kInexact);
}

void make_fill(Maker& m) {
  const Dims dims = m.dims(static_cast<int>(m.between(1, 3)));
  m.add("Fill", {}, {{"shape", Axes(dims.begin(), dims.end())}, {"alpha", 1.5}}, 4);
}

void make_one_hot(Maker& m) {
  const int64_t depth = m.between(1, 5);
  m.add("OneHot",
        {m.indices(m.dims(2), 0, depth - 1), m.constant(DataType::Float, {2}, {0, 1}),
         m.constant(DataType::Int64, {}, {static_cast<double>(depth)})},
        {{"axis", m.between(0, 2)}}, 1);
}

constexpr Recipe kRecipes[] = {
    {"Shuffle", make_shuffle}, {"Slice", make_slice},         {"Concatenation", make_concatenation},
    {"Gather", make_gather},   {"Scatter", make_scatter},     {"Shape", make_shape},
    {"Squeeze", make_squeeze}, {"Unsqueeze", make_unsqueeze}, {"Padding", make_padding},
    {"Resize", make_resize},   {"Fill", make_fill},           {"OneHot", make_one_hot},
};

}  // namespace

std::span<const Recipe> movement_recipes() { return kRecipes; }

}  // namespace trtlike::test::recipes
