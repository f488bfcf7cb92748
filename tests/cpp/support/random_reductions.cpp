// Random reductions, normalizations, windows and attention.
#include <cmath>
#include <limits>

#include "support/random_problem.h"

namespace trtlike::test {
namespace {

using kernels::Layout;

double tolerance_of(DataType dtype) { return 1e-5 + 2 * rounding(dtype); }

/// The output in the input's layout mostly.
Storage output_storage(Random& random, const Storage& from, const Dims& dims) {
  if (random.one_in(6)) return random.storage(from.dtype, dims);
  return dims.rank() >= 3 ? random.storage_like(from, from.dtype, dims) : Storage{from.dtype};
}

RandomProblem reduce(Random& random) {
  const int rank = static_cast<int>(random.between(1, 5));
  const Dims dims = random.dims(rank);
  const int64_t op = random.between(0, 4);
  const int64_t axes = random.between(1, (int64_t{1} << rank) - 1);
  const bool keep = random.one_in(2);
  const DataType dtype =
      random.one_in(6) ? random.of({DataType::Int32, DataType::Int64}) : random.float_type();
  const Storage storage = random.storage(dtype, dims);
  TacticCase problem = begin(random, "Reduce", {{"op", op}, {"axes", axes}, {"keep_dims", keep}});
  problem.input(dims, storage);
  int64_t count = 1;
  for (int d = 0; d < rank; ++d)
    if (((axes >> d) & 1) != 0) count *= dims[d];
  if (core::is_integer(dtype)) {
    op == 1 ? problem.integers(1, 2) : problem.integers(-9, 9);
    if (op == 1 && count > 20) problem.integers(1, 1);
  } else {
    if (op == 1) problem.range(0.875f, 1.125f);
    // Products of denormal numbers end above or below 0, and then meet infinities.
    if (random.one_in(4)) problem.special(16, op != 1);
  }
  Dims out;
  for (int d = 0; d < rank; ++d)
    if (((axes >> d) & 1) == 0 || keep) out.push_back(((axes >> d) & 1) != 0 ? 1 : dims[d]);
  problem.output(output_storage(random, storage, out));
  if (core::is_integer(dtype)) return {std::move(problem), 0};
  return {std::move(problem), (op == 1 ? 1e-4 : 0) + tolerance_of(dtype),
          std::max(1.0, std::sqrt(static_cast<double>(count)) / 3)};
}

RandomProblem softmax(Random& random) {
  const int rank = static_cast<int>(random.between(1, 5));
  const Dims dims = random.dims(rank);
  const Storage storage = random.storage(random.float_type(), dims);
  const int64_t axes = random.one_in(6) ? 0 : int64_t{1} << random.between(0, rank - 1);
  TacticCase problem = begin(random, "Softmax", {{"axes", axes}});
  problem.input(dims, storage);
  if (random.one_in(2)) problem.range(-20, 20);
  if (random.one_in(4)) problem.special(random.one_in(2) ? 2 : 16);
  problem.output(output_storage(random, storage, dims));
  return {std::move(problem), tolerance_of(storage.dtype)};
}

RandomProblem normalization(Random& random) {
  const int rank = static_cast<int>(random.between(2, 5));
  Dims dims = random.dims(rank);
  int64_t axes = 0, groups = 1;
  const int64_t kind = random.between(0, 3);
  if (kind == 0) {  // layer: trailing axes
    for (int d = static_cast<int>(random.between(1, rank - 1)); d < rank; ++d) axes |= 1ll << d;
  } else if (kind == 1) {  // instance: all but batch and channel
    for (int d = 2; d < rank; ++d) axes |= 1ll << d;
  } else if (kind == 2 && rank >= 3) {  // group
    groups = random.between(1, 4);
    dims[1] = groups * random.between(1, 9);
    for (int d = 2; d < rank; ++d) axes |= 1ll << d;
  }
  if (axes == 0) axes = random.between(1, (1ll << rank) - 1);
  const Storage storage = random.storage(random.float_type(), dims);
  const bool simplified = random.one_in(3);
  TacticCase problem = begin(
      random, "Normalization",
      {{"axes", axes}, {"epsilon", 1e-2}, {"num_groups", groups}, {"simplified", simplified}});
  problem.input(dims, storage);
  if (random.one_in(2)) problem.range(-2, 5);
  if (random.one_in(6)) problem.special(32);
  for (int i = 0; i < 2; ++i) {
    if (random.one_in(3)) {
      problem.absent();
      continue;
    }
    Dims operand = Dims::filled(rank, 1);
    if (kind == 0) {
      for (int d = 0; d < rank; ++d)
        if (((axes >> d) & 1) != 0) operand[d] = dims[d];
    } else {
      operand[1] = groups > 1 && random.one_in(2) ? groups : dims[1];
    }
    const Storage own{random.one_in(2) ? DataType::Float : storage.dtype};
    random.one_in(3) ? problem.input(operand, own) : problem.constant(operand, own);
  }
  Storage out = output_storage(random, storage, dims);
  if (random.one_in(6)) out.dtype = random.float_type();
  problem.output(out);
  return {std::move(problem), 2 * tolerance_of(out.dtype) + 4 * rounding(storage.dtype), 1};
}

RandomProblem top_k(Random& random) {
  const int rank = static_cast<int>(random.between(1, 4));
  const int64_t axis = random.between(0, rank - 1);
  Dims dims = random.dims(rank, 1000);
  // Lines of many vectors, of which few elements are kept.
  const bool is_long = rank == 1 && random.one_in(2);
  if (is_long) dims = {random.between(50, 900)};
  const int64_t most = is_long && random.one_in(2) ? 40 : dims[static_cast<int>(axis)];
  const DataType dtype =
      random.of({DataType::Float, DataType::Half, DataType::BF16, DataType::Int32});
  TacticCase problem = begin(
      random, "TopK",
      {{"op", random.between(0, 1)},
       {"k", random.between(std::min<int64_t>(1, most), most)},
       {"axes", int64_t{1} << axis},
       {"indices_type", static_cast<int64_t>(random.of({DataType::Int32, DataType::Int64}))}});
  problem.input(dims, {dtype});
  if (core::is_integer(dtype) || random.one_in(3)) problem.integers(-50, 50);
  if (core::is_float(dtype) && random.one_in(4)) problem.special(8);
  problem.output({dtype});
  return {std::move(problem), 0};
}

RandomProblem lrn(Random& random) {
  const Dims dims = random.dims(static_cast<int>(random.between(2, 4)), 1000);
  const DataType dtype = random.float_type();
  TacticCase problem = begin(random, "LRN",
                             {{"window_size", random.between(1, 7)},
                              {"alpha", 0.5},
                              {"beta", random.of<double>({0.75, 0.75, 0.5, 1.0, 0.6})},
                              {"k", random.of<double>({1.0, 1.0, 2.0, 0.0})}});
  problem.input(dims, {dtype}).output({dtype});
  // Squares that are no FP32 numbers.
  if (random.one_in(4)) problem.range(0, dtype == DataType::Half ? 3e4f : 1e22f);
  return {std::move(problem), tolerance_of(dtype)};
}

RandomProblem pooling(Random& random) {
  const auto axes = static_cast<size_t>(random.of<int64_t>({1, 2, 2, 2, 3}));
  Dims dims = random.dims(static_cast<int>(axes) + 2);
  const bool whole = random.one_in(6);
  std::vector<int64_t> window = random.list(axes, 1, random.of<int64_t>({2, 3, 5}));
  if (whole) window.assign(dims.begin() + 2, dims.end());
  const std::vector<int64_t> pre = whole ? std::vector<int64_t>(axes, 0) : random.list(axes, 0, 1);
  const int64_t type = random.of<int64_t>({0, 0, 1, 1, 2});
  TacticCase problem =
      begin(random, "Pooling",
            {{"type", type},
             {"window_size", window},
             {"stride", random.list(axes, 1, random.between(1, 3))},
             {"pre_padding", pre},
             {"post_padding", random.one_in(2) ? pre : random.list(axes, 0, whole ? 0 : 1)},
             {"padding_mode", random.one_in(4) && !whole ? random.between(1, 3) : int64_t{0}},
             {"blend_factor", 0.25},
             {"average_count_excludes_padding", random.one_in(2)},
             {"dilation", random.list(axes, 1, random.one_in(4) && !whole ? 2 : 1)}});
  const Storage storage = random.storage(random.float_type(), dims);
  problem.input(dims, storage);
  if (random.one_in(4)) problem.special(16);
  Storage out = storage;
  if (random.one_in(8)) out.layout = random.of({Layout::Linear, Layout::ChannelsLast});
  problem.output(random.storage_like(out, storage.dtype, dims));
  return {std::move(problem), tolerance_of(storage.dtype), 1};
}

RandomProblem attention(Random& random) {
  const int64_t batch = random.batch(), heads = random.between(1, 3);
  const int64_t depth = random.extent();
  int64_t queries = random.extent(), keys = random.extent(), value_depth = random.extent();
  const DataType dtype = random.float_type();
  const int64_t form = random.between(0, 2);
  if (form == 2) {
    keys = queries;
    value_depth = depth;
  }
  const bool causal = random.one_in(3);
  TacticCase problem = begin(random, "Attention",
                             {{"num_heads", form == 0 ? int64_t{0} : heads},
                              {"scale", 1.0 / std::sqrt(static_cast<double>(depth))},
                              {"causal", causal}});
  const bool special = random.one_in(8);
  // NaNs in values that a query does not see may reach it.
  const auto add = [&](int64_t rows, int64_t columns, bool may_be_special) {
    problem.input(
        form == 0 ? Dims{batch, heads, rows, columns} : Dims{batch, rows, heads * columns},
        {dtype});
    if (special && may_be_special) problem.special(64, false);
  };
  if (form == 2) {
    problem.input({batch, queries, 3 * heads * depth}, {dtype});
    if (special && !causal) problem.special(128, false);
    problem.absent().absent();
  } else {
    add(queries, depth, true);
    add(keys, depth, true);
    add(keys, value_depth, !causal);
  }
  if (random.one_in(2)) {
    const Dims scores{batch, heads, queries, keys};
    Dims mask = random.repeating(scores, true);
    if (!random.one_in(4)) mask[3] = keys;
    problem.input(mask, {random.one_in(2) ? DataType::Float : dtype});
    if (random.one_in(2)) problem.range(-4, 4);
    // Whole rows that take no part are among these.
    if (random.one_in(3)) {
      std::vector<float> values;
      for (int64_t i = 0; i < core::elems(mask); ++i)
        values.push_back(random.one_in(2) ? -std::numeric_limits<float>::infinity() : 0);
      problem.values(values);
    }
  }
  problem.output({dtype});
  return {std::move(problem), tolerance_of(dtype) + 4 * rounding(dtype), 1};
}

}  // namespace

std::vector<NamedGenerator> reduction_generators() {
  return {{"Reduce", reduce},      {"Softmax", softmax}, {"Normalization", normalization},
          {"TopK", top_k},         {"LRN", lrn},         {"Pooling", pooling},
          {"Attention", attention}};
}

}  // namespace trtlike::test
