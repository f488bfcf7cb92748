// A recipe an op: what it reads, and attributes that fit. One piece, as a table of short recipes.
#include "fuzz/random_graph.h"

#include <algorithm>
#include <numeric>

#include "core/check.h"
#include "ir/network_state.h"
#include "ir/patch.h"
#include "support/run_graph.h"

namespace trtlike::test {
namespace {

using Axes = std::vector<int64_t>;
using Given = std::map<std::string, AttributeValue>;

/// Numbers of more bits than that may be rounded by FP32 arithmetic.
constexpr int kExactBits = 18;
constexpr int kInexact = 1000;

/// A tensor with the number of bits that its elements have at most; kInexact where they are
/// rounded.
struct Operand {
  Tensor tensor;
  int bits = kInexact;
  Dims dims() const { return tensor.shape(); }
  int rank() const { return tensor.shape().rank(); }
};

class Maker {
 public:
  Maker(RandomGraph& graph, std::mt19937& random) : graph_(graph), random_(random) {}

  int64_t below(int64_t count) {
    return static_cast<int64_t>(random_() % static_cast<uint64_t>(count));
  }
  int64_t between(int64_t low, int64_t high) { return low + below(high - low + 1); }
  bool maybe() { return below(2) == 1; }

  Dims dims(int rank) {
    Dims out;
    for (int i = 0; i < rank; ++i) {
      static constexpr int64_t kExtents[] = {1, 2, 3, 4, 5, 7, 8, 9, 16, 17};
      out.push_back(kExtents[below(rank > 3 ? 6 : std::size(kExtents))]);
    }
    return out;
  }

  /// A value that the network has already, or a new input.
  Operand any(DataType dtype, int least_rank, int most_rank, bool exact = false) {
    if (below(4) != 0)
      for (int attempt = 0; attempt < 8 && !values_.empty(); ++attempt) {
        const Operand& value =
            values_[static_cast<size_t>(below(static_cast<int64_t>(values_.size())))];
        if (value.tensor.dtype() == dtype && value.rank() >= least_rank &&
            value.rank() <= most_rank && (!exact || value.bits <= kExactBits))
          return value;
      }
    return input(dtype, dims(static_cast<int>(between(least_rank, most_rank))));
  }
  Operand any_float(int least_rank = 1, int most_rank = 5, bool exact = false) {
    return any(DataType::Float, least_rank, most_rank, exact);
  }

  /// Multiples of 1/8 from -2 to 2; integers from -4 to 4.
  std::vector<double> elements(DataType dtype, const Dims& dims) {
    std::vector<double> out(static_cast<size_t>(core::elems(dims)));
    for (double& element : out)
      element = dtype == DataType::Bool ? static_cast<double>(below(2))
                : core::is_float(dtype) ? static_cast<double>(between(-16, 16)) / 8
                                        : static_cast<double>(between(-4, 4));
    return out;
  }

  Operand input(DataType dtype, const Dims& dims) {
    const std::string name = core::str("in", graph_.inputs.size());
    graph_.inputs[name] = make_tensor(dtype, dims, elements(dtype, dims));
    return {graph_.network.add_input(name, dtype, dims), 6};
  }

  Operand constant(DataType dtype, const Dims& dims, const std::vector<double>& elements) {
    const ir::ConstantData data = ir::make_constant_data(dtype, elements);
    Layer layer =
        graph_.network.add_constant(dims, {dtype, data.data.get(), core::elems(dims), data.data});
    return {layer.output(0), 6};
  }
  Operand constant(DataType dtype, const Dims& dims) {
    return constant(dtype, dims, elements(dtype, dims));
  }
  Operand constant_or_input(DataType dtype, const Dims& dims) {
    return maybe() ? constant(dtype, dims) : input(dtype, dims);
  }
  /// Integers in [low, high].
  Operand indices(const Dims& dims, int64_t low, int64_t high) {
    std::vector<double> out(static_cast<size_t>(core::elems(dims)));
    for (double& index : out) index = static_cast<double>(between(low, high));
    return constant(maybe() ? DataType::Int32 : DataType::Int64, dims, out);
  }

  void add(const char* op, const std::vector<Operand>& operands, const Given& given, int bits) {
    // Not Network::add_layer, which keeps what an op refuses.
    const auto& state = NetworkAccess::state(graph_.network);
    std::vector<ir::ValueId> ids;
    for (const Operand& operand : operands) ids.push_back({operand.tensor.id()});
    const std::string name = core::str(op, "_", state->graph.num_node_ids());
    const ir::NodeId node =
        state->graph.add_node(op, name, ids, ir::AttributeList(given.begin(), given.end()));
    for (const ir::ValueId output : state->graph.node(node).outputs)
      values_.push_back({NetworkAccess::tensor(state, output), bits});
    graph_.ops.insert(op);
  }

  const std::vector<Operand>& values() const { return values_; }
  std::mt19937& random() { return random_; }

 private:
  RandomGraph& graph_;
  std::mt19937& random_;
  std::vector<Operand> values_;
};

int64_t mask_of(Maker& m, int rank) { return m.between(1, (int64_t{1} << rank) - 1); }
int64_t axis_of(Maker& m, int rank) { return m.below(rank); }
int sum_bits(int a, int b) { return std::min(std::max(a, b) + 1, kInexact); }

/// Some extents become 1.
Dims broadcastable(Maker& m, Dims dims) {
  for (int i = 0; i < dims.rank(); ++i)
    if (m.below(3) == 0) dims[i] = 1;
  return dims;
}

Axes permutation(Maker& m, int rank) {
  Axes axes(static_cast<size_t>(rank));
  std::iota(axes.begin(), axes.end(), 0);
  std::shuffle(axes.begin(), axes.end(), m.random());
  return axes;
}

void make_element_wise(Maker& m) {
  if (m.below(6) == 0) {
    const Operand a = m.any(DataType::Bool, 1, 4);
    return m.add("ElementWise",
                 {a, m.constant_or_input(DataType::Bool, broadcastable(m, a.dims()))},
                 {{"op", m.between(8, 10)}}, 1);
  }
  const bool is_float = m.below(4) != 0;
  const int64_t op = m.below(6) == 0 ? m.between(11, 13) : m.below(is_float ? 6 : 5);
  const DataType dtype = is_float ? DataType::Float : DataType::Int32;
  const Operand a = m.any(dtype, 1, 5, op > 10 || !is_float);
  if (op == 5) {
    const double divisors[] = {0.5, 2, 4, -1};
    return m.add("ElementWise",
                 {a, m.constant(dtype, Dims::filled(a.rank(), 1), {divisors[m.below(4)]})},
                 {{"op", op}}, a.bits + 2);
  }
  const Operand b = m.constant_or_input(dtype, broadcastable(m, a.dims()));
  const bool swap = m.maybe();
  const int bits = op > 10 ? 1 : op == 1 ? a.bits + b.bits : sum_bits(a.bits, b.bits);
  m.add("ElementWise", {swap ? b : a, swap ? a : b}, {{"op", op}}, bits);
}

void make_mod(Maker& m) {
  const Operand x = m.any_float(1, 5, true);
  const double divisors[] = {0.5, 2, 4, -1};
  m.add("Mod", {x, m.constant(DataType::Float, Dims::filled(x.rank(), 1), {divisors[m.below(4)]})},
        {}, x.bits);
}

void make_unary(Maker& m) {
  if (m.below(8) == 0)
    return m.add("Unary", {m.any(DataType::Bool, 1, 4)}, {{"op", int64_t{20}}}, 1);
  // Steep or jumping: 0 to 3, 8 to 18 but 13 and 14, and from 21 on.
  static constexpr int64_t kSmooth[] = {4, 5, 6, 7, 13, 14, 19};
  const bool exact = m.maybe();
  const Operand x = m.any_float(1, 5, exact);
  int64_t op = exact ? m.below(25) : kSmooth[m.below(std::size(kSmooth))];
  if (op == 20) op = 5;
  const bool keeps = op == 4 || op == 5 || op == 17 || op == 18 || op == 21 || op == 22;
  m.add("Unary", {x}, {{"op", op}}, op >= 23 ? 1 : keeps ? x.bits : kInexact);
}

void make_activation(Maker& m) {
  const int64_t type = m.below(14);
  const Operand x = m.any_float(1, 5, type == 11);
  const bool keeps = type == 0 || type == 8 || type == 11;
  m.add("Activation", {x},
        {{"type", type}, {"alpha", type == 8 ? -0.5 : 0.5}, {"beta", type == 5 ? 1.5 : 0.75}},
        keeps ? x.bits : kInexact);
}

void make_cast(Maker& m) {
  static constexpr DataType kTypes[] = {DataType::Float, DataType::Int32, DataType::Int64,
                                        DataType::Bool};
  const DataType from = kTypes[m.below(4)];
  const Operand x = m.any(from, 1, 4, true);
  m.add("Cast", {x}, {{"to_type", static_cast<int64_t>(kTypes[m.below(4)])}}, x.bits);
}

void make_identity(Maker& m) {
  const Operand x = m.any_float();
  m.add("Identity", {x}, {}, x.bits);
}

void make_select(Maker& m) {
  const Operand x = m.any_float();
  const Operand y = m.constant_or_input(DataType::Float, broadcastable(m, x.dims()));
  const Operand c = m.constant_or_input(DataType::Bool, broadcastable(m, x.dims()));
  m.add("Select", m.maybe() ? std::vector{c, x, y} : std::vector{c, y, x}, {},
        std::max(x.bits, y.bits));
}

void make_parametric_relu(Maker& m) {
  const Operand x = m.any_float();
  m.add("ParametricReLU", {x, m.constant(DataType::Float, broadcastable(m, x.dims()))}, {},
        kInexact);
}

void make_scale(Maker& m) {
  const Operand x = m.any_float(2, 5);
  const int64_t mode = m.below(2);
  const Dims dims{mode == 0 ? 1 : x.dims()[1]};
  m.add("Scale", {x, m.constant(DataType::Float, dims), m.constant(DataType::Float, dims)},
        {{"mode", mode}, {"channel_axis", int64_t{1}}}, kInexact);
}

void make_quantize(Maker& m) {
  const Operand x = m.any_float(1, 4, true);
  const Operand scale = m.constant(DataType::Float, {}, {0.25});
  m.add("Quantize", {x, scale}, {}, 8);
}

void make_dequantize(Maker& m) {
  const Operand x = m.any(DataType::Int8, 1, 4, true);
  m.add("Dequantize", {x, m.constant(DataType::Float, {}, {0.25})}, {}, x.bits);
}

void make_matrix_multiply(Maker& m) {
  const Operand a = m.any_float(2, 4);
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

/// Numbers for the spatial axes of a window.
Axes per_axis(Maker& m, int spatial, int64_t low, int64_t high) {
  Axes out(static_cast<size_t>(spatial));
  for (int64_t& number : out) number = m.between(low, high);
  return out;
}

void make_convolution(Maker& m) {
  const Operand x = m.any_float(3, 5);
  const int spatial = x.rank() - 2;
  const int64_t channels = x.dims()[1], groups = m.maybe() ? channels : 1;
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
  const Operand x = m.any_float(3, 5);
  const int spatial = x.rank() - 2;
  const int64_t channels = x.dims()[1], groups = m.maybe() ? channels : 1;
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
  const Operand x = m.any_float(2, 4, true);
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
  const Operand x = m.any_float(1, 4, true);
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
  const Operand x = m.any_float(3, 3);
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
  const Operand x = m.any_float(3, 5, true);
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

void make_deform_conv(Maker& m) {
  const Operand x = m.any_float(4, 4);
  const int64_t maps = m.between(1, 4), n = x.dims()[0];
  const Dims plane{x.dims()[2], x.dims()[3]};
  m.add("DeformConv",
        {x, m.constant(DataType::Float, {maps, x.dims()[1], 3, 3}),
         m.constant_or_input(DataType::Float, {n, 18, plane[0], plane[1]})},
        {{"pre_padding", Axes{1, 1}}, {"post_padding", Axes{1, 1}}}, kInexact);
}

void make_tree_ensemble(Maker& m) {
  const Operand x = m.any_float(2, 2, true);
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
  const Operand x = m.any(DataType::Int32, 1, 3, true);
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

struct Recipe {
  const char* op;
  void (*make)(Maker&);
};

constexpr Recipe kRecipes[] = {
    {"ElementWise", make_element_wise},
    {"Mod", make_mod},
    {"Unary", make_unary},
    {"Activation", make_activation},
    {"Cast", make_cast},
    {"Identity", make_identity},
    {"Select", make_select},
    {"ParametricReLU", make_parametric_relu},
    {"Scale", make_scale},
    {"Quantize", make_quantize},
    {"Dequantize", make_dequantize},
    {"MatrixMultiply", make_matrix_multiply},
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
    {"Shuffle", make_shuffle},
    {"Slice", make_slice},
    {"Concatenation", make_concatenation},
    {"Gather", make_gather},
    {"Scatter", make_scatter},
    {"Shape", make_shape},
    {"Squeeze", make_squeeze},
    {"Unsqueeze", make_unsqueeze},
    {"Padding", make_padding},
    {"Resize", make_resize},
    {"Fill", make_fill},
    {"OneHot", make_one_hot},
    {"Einsum", make_einsum},
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
    {"DeformConv", make_deform_conv},
    {"TreeEnsemble", make_tree_ensemble},
    {"LabelEncoder", make_label_encoder},
    {"PairwiseCoupling", make_pairwise_coupling},
    {"Inverse", make_inverse},
};

}  // namespace

bool has_recipe(std::string_view op) {
  return op == "Constant" || std::any_of(std::begin(kRecipes), std::end(kRecipes),
                                         [&](const Recipe& recipe) { return op == recipe.op; });
}

RandomGraph random_graph(std::mt19937& random) {
  RandomGraph graph;
  Maker maker(graph, random);
  for (int64_t layers = maker.between(1, 8); layers > 0; --layers) try {
      kRecipes[maker.below(std::size(kRecipes))].make(maker);
    } catch (const UserError&) {
      // What the op refuses here (a window larger than its input) is no layer.
    }
  const ir::Graph& inner = NetworkAccess::state(graph.network)->graph;
  for (const Operand& value : maker.values()) {
    const bool is_read = !inner.value({value.tensor.id()}).users.empty();
    if (!is_read || maker.below(4) == 0) graph.network.mark_output(value.tensor);
  }
  return graph;
}

}  // namespace trtlike::test
