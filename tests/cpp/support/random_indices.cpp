// Random ops that move elements by indices, or find indices: bit by bit what the reference does.
#include "support/random_problem.h"

namespace trtlike::test {
namespace {

/// Indices of an axis, from the back too.
void add_indices(Random& random, TacticCase& problem, const Dims& dims, int64_t extent) {
  const Storage storage{random.of({DataType::Int32, DataType::Int64})};
  problem.input(dims, storage);
  problem.integers(-extent, extent - 1);
}

/// The smallest of the extents that are indexed, none of which is 0 any more.
int64_t make_indexable(Dims& dims, int first, int64_t count) {
  int64_t smallest = INT64_MAX;
  for (int d = first; d < first + count; ++d) {
    dims[d] = std::max<int64_t>(dims[d], 1);
    smallest = std::min(smallest, dims[d]);
  }
  return smallest;
}

RandomProblem gather(Random& random) {
  const int64_t mode = random.between(0, 2);
  const int rank = static_cast<int>(random.between(1, 4));
  Dims dims = random.dims(rank);
  const DataType dtype = random.any_type();
  const int axis = static_cast<int>(random.between(0, rank - 1));
  const int batch = mode == 1 || !random.one_in(3)
                        ? 0
                        : static_cast<int>(random.between(0, mode == 0 ? axis : rank - 1));
  const int64_t indexed = mode == 2 ? random.between(1, rank - batch) : 1;
  const int64_t extent = make_indexable(dims, mode == 2 ? batch : axis, indexed);
  TacticCase problem = begin(random, "Gather",
                             {{"mode", mode},
                              {"axis", random.one_in(4) ? axis - rank : int64_t{axis}},
                              {"num_elementwise_dims", int64_t{batch}}});
  add_moved(problem, dims, {dtype});
  Dims indices;
  if (mode == 1) {
    indices = dims;
    indices[axis] = random.extent();
  } else {
    for (int d = 0; d < batch; ++d) indices.push_back(dims[d]);
    for (int64_t more = random.between(0, 2); more > 0; --more) indices.push_back(random.extent());
  }
  if (mode == 2) indices.push_back(indexed);
  add_indices(random, problem, indices, extent);
  problem.output({dtype});
  return {std::move(problem), 0};
}

RandomProblem scatter(Random& random) {
  const int64_t mode = random.between(0, 1), reduction = random.between(0, 4);
  const int rank = static_cast<int>(random.between(1, 4));
  Dims dims = random.dims(rank);
  const DataType dtype = random.any_type();
  const int axis = static_cast<int>(random.between(0, rank - 1));
  const int64_t indexed = mode == 0 ? 1 : random.between(1, rank);
  const int64_t extent = make_indexable(dims, mode == 0 ? axis : 0, indexed);
  TacticCase problem =
      begin(random, "Scatter", {{"mode", mode}, {"axis", int64_t{axis}}, {"reduction", reduction}});
  add_moved(problem, dims, {dtype});
  Dims indices, updates;
  if (mode == 0) {
    for (int d = 0; d < rank; ++d)
      indices.push_back(d == axis ? random.between(1, 9) : random.between(0, dims[d]));
    updates = indices;
  } else {
    for (int64_t more = random.between(0, 2); more > 0; --more) indices.push_back(random.extent());
    updates = indices;
    indices.push_back(indexed);
    for (int d = static_cast<int>(indexed); d < rank; ++d) updates.push_back(dims[d]);
  }
  add_indices(random, problem, indices, extent);
  add_moved(problem, updates, {dtype});
  // Of small numbers, that a product of many stays exact.
  if (reduction != 0 && dtype != DataType::Bool) problem.integers(0, 1);
  if (core::is_float(dtype) && random.one_in(4)) problem.special(8);
  problem.output({dtype});
  return {std::move(problem), reduction == 0 ? 0 : 16 * rounding(dtype), 1};
}

RandomProblem one_hot(Random& random) {
  const Dims dims = random.dims(static_cast<int>(random.between(0, 3)), 300);
  const int64_t depth = random.between(1, 9);
  const DataType dtype = random.any_type();
  TacticCase problem = begin(random, "OneHot", {{"axis", random.between(-1, dims.rank())}});
  problem.input(dims, {DataType::Int64}).integers(-depth, depth - 1);
  add_moved(problem, {2}, {dtype});
  problem.constant({}, {DataType::Int64}).values({static_cast<float>(depth)});
  problem.output({dtype});
  return {std::move(problem), 0};
}

RandomProblem reverse_sequence(Random& random) {
  const Dims dims = random.dims(static_cast<int>(random.between(2, 4)));
  const int64_t batch = random.between(0, 1);
  const DataType dtype = random.any_type();
  TacticCase problem =
      begin(random, "ReverseSequence", {{"batch_axis", batch}, {"sequence_axis", 1 - batch}});
  add_moved(problem, dims, {dtype});
  problem.input({dims[static_cast<int>(batch)]}, {DataType::Int64})
      .integers(0, dims[static_cast<int>(1 - batch)]);
  problem.output({dtype});
  return {std::move(problem), 0};
}

Dims some_or_many(Random& random) {
  Dims dims = random.dims(static_cast<int>(random.between(1, 3)), 300);
  if (random.one_in(2)) dims[dims.rank() - 1] = random.between(1, 500);
  return dims;
}

TacticCase find_non_zero(Random& random, const char* op, const Dims& dims, DataType dtype) {
  TacticCase problem = begin(random, op, {});
  problem.input(dims, {dtype}).integers(random.of<int64_t>({0, 0, 1}), 1);
  return problem;
}

RandomProblem non_zero(Random& random) {
  const DataType dtype = random.of({DataType::Int32, DataType::Int64, DataType::Bool});
  return {find_non_zero(random, "NonZero", some_or_many(random), dtype), 0};
}

RandomProblem non_zero_count(Random& random) {
  return {find_non_zero(random, "NonZeroCount", some_or_many(random), random.any_type()), 0};
}

/// Of too many rows the last are 0.
RandomProblem non_zero_rows(Random& random) {
  const Dims dims = some_or_many(random);
  TacticCase problem = find_non_zero(random, "NonZeroRows", dims, random.any_type());
  const int64_t count = random.between(0, core::elems(dims));
  problem.constant({1}, {DataType::Int64}).values({static_cast<float>(count)});
  return {std::move(problem), 0};
}

RandomProblem nms(Random& random) {
  const bool has_many = random.one_in(4);
  const int64_t batch = random.batch(), boxes = random.between(1, has_many ? 200 : 20);
  const bool by_score = random.one_in(4);
  TacticCase problem = begin(random, "NMS",
                             {{"bounding_box_format", random.between(0, 1)},
                              {"by_score", by_score},
                              {"topk_box_limit", random.of<int64_t>({0, 3, 100})}});
  const int64_t kinds = random.between(1, 3);
  problem.input(by_score && random.one_in(2) ? Dims{batch, boxes, kinds, 4} : Dims{batch, boxes, 4})
      .range(0, random.of<float>({1, 1, 1e25f, 1e-20f}));
  if (random.one_in(4)) problem.integers(0, 4);
  if (random.one_in(8)) problem.special(8);
  problem.input(by_score ? Dims{batch, boxes, kinds} : Dims{batch, kinds, boxes});
  if (random.one_in(2))
    problem.integers(0, 3);
  else
    problem.range(0, 1);
  problem.constant({1}, {DataType::Int64})
      .values({static_cast<float>(random.between(0, has_many ? 100 : 9))});
  problem.constant({1}).values({random.of<float>({0, 1e-7f, 0.2f, 0.5f, 0.5f, 0.9f})});
  if (random.one_in(2)) problem.constant({1}).values({random.real(0, 1.5f)});
  return {std::move(problem), 0};
}

}  // namespace

std::vector<NamedGenerator> index_generators() {
  return {{"Gather", gather},
          {"Scatter", scatter},
          {"OneHot", one_hot},
          {"ReverseSequence", reverse_sequence},
          {"NonZero", non_zero},
          {"NonZeroCount", non_zero_count},
          {"NonZeroRows", non_zero_rows},
          {"NMS", nms}};
}

}  // namespace trtlike::test
