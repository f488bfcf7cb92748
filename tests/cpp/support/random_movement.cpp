// Random ops that move elements: every tactic gives the reference's elements, bit by bit, except
// where Resize interpolates.
#include "support/random_problem.h"

namespace trtlike::test {
namespace {

using Ints = std::vector<int64_t>;

/// A list of whole numbers, as an input that is constant or not.
void add_list(Random& random, TacticCase& problem, const Ints& list) {
  const Storage storage{random.of({DataType::Int32, DataType::Int64})};
  const Dims dims{static_cast<int64_t>(list.size())};
  random.one_in(2) ? problem.input(dims, storage) : problem.constant(dims, storage);
  problem.values({list.begin(), list.end()});
}

Ints permutation(Random& random, int rank) {
  Ints out;
  for (int d = 0; d < rank; ++d) out.push_back(d);
  random.shuffle(out);
  return out;
}

Storage output_like(Random& random, const Storage& from, const Dims& dims) {
  if (random.one_in(4)) return random.storage(from.dtype, dims);
  return dims.rank() >= 3 && dims.rank() <= 5 ? random.storage_like(from, from.dtype, dims)
                                              : Storage{from.dtype};
}

/// Splits or joins neighbouring extents.
Ints reshaped(Random& random, const Ints& dims) {
  Ints out;
  for (const int64_t extent : dims) {
    if (random.one_in(3) && extent % 2 == 0 && extent > 0 && out.size() < 6) {
      out.push_back(extent / 2);
      out.push_back(2);
    } else if (random.one_in(4) && !out.empty()) {
      out.back() *= extent;
    } else {
      out.push_back(extent);
    }
  }
  return out;
}

RandomProblem shuffle(Random& random) {
  const int rank = static_cast<int>(random.between(1, 5));
  const Dims dims = random.dims(rank);
  AttributeList attributes{{"zero_is_placeholder", false}};
  Ints now(dims.begin(), dims.end());
  if (!random.one_in(3)) {
    const Ints first = permutation(random, rank);
    attributes.emplace_back("first_transpose", first);
    for (int d = 0; d < rank; ++d)
      now[static_cast<size_t>(d)] = dims[static_cast<int>(first[static_cast<size_t>(d)])];
  }
  if (random.one_in(2)) {
    now = reshaped(random, now);
    attributes.emplace_back("has_reshape", true);
    attributes.emplace_back("reshape_dims", now);
  }
  if (random.one_in(3)) {
    const Ints second = permutation(random, static_cast<int>(now.size())), before = now;
    attributes.emplace_back("second_transpose", second);
    for (size_t d = 0; d < now.size(); ++d) now[d] = before[static_cast<size_t>(second[d])];
  }
  const Storage storage = random.storage(random.any_type(), dims);
  TacticCase problem = begin(random, "Shuffle", attributes);
  add_moved(problem, dims, storage);
  Dims out;
  for (const int64_t extent : now) out.push_back(extent);
  problem.output(output_like(random, storage, out));
  return {std::move(problem), 0};
}

RandomProblem slice(Random& random) {
  const int rank = static_cast<int>(random.between(1, 5));
  const Dims dims = random.dims(rank);
  const int64_t mode = random.of<int64_t>({0, 0, 0, 1, 2, 3, 4});
  Ints start, shape, stride;
  for (int d = 0; d < rank; ++d) {
    const int64_t step = random.of<int64_t>({1, 1, 1, 2, 3, -1, -2});
    const int64_t extent = std::max<int64_t>(1, dims[d]);
    if (mode == 0) {
      const int64_t first = random.between(0, extent - 1);
      const int64_t most = (step > 0 ? extent - 1 - first : first) / std::abs(step) + 1;
      start.push_back(first);
      shape.push_back(random.between(random.one_in(20) ? 0 : 1, most));
    } else {
      start.push_back(random.between(-3, extent + 2));
      shape.push_back(random.between(1, extent + 4));
    }
    stride.push_back(step);
  }
  const Storage storage = random.storage(random.any_type(), dims);
  const bool by_inputs = random.one_in(3);
  AttributeList attributes{{"mode", mode}};
  if (!by_inputs) {
    attributes.emplace_back("start", start);
    attributes.emplace_back("shape", shape);
    attributes.emplace_back("stride", stride);
  }
  TacticCase problem = begin(random, "Slice", attributes);
  add_moved(problem, dims, storage);
  for (const Ints* list : {&start, &shape, &stride})
    by_inputs ? add_list(random, problem, *list) : void(problem.absent());
  if (mode == 3 && random.one_in(2)) add_moved(problem, {}, {storage.dtype});
  Dims out;
  for (const int64_t extent : shape) out.push_back(extent);
  problem.output(output_like(random, storage, out));
  return {std::move(problem), 0};
}

RandomProblem concatenation(Random& random) {
  const int rank = static_cast<int>(random.between(1, 5));
  const Dims dims = random.dims(rank, 1000);
  const int64_t axis = random.between(-rank, rank - 1);
  const Storage storage = random.storage(random.any_type(), dims);
  TacticCase problem = begin(random, "Concatenation", {{"axis", axis}});
  Dims out = dims;
  const int at = static_cast<int>(axis < 0 ? axis + rank : axis);
  out[at] = 0;
  for (int64_t i = random.between(1, 4); i > 0; --i) {
    Dims part = dims;
    part[at] = random.one_in(10) ? 0 : random.extent();
    out[at] += part[at];
    add_moved(problem, part, random.storage_like(storage, storage.dtype, part));
  }
  problem.output(output_like(random, storage, out));
  return {std::move(problem), 0};
}

RandomProblem padding(Random& random) {
  const Dims dims = random.dims(static_cast<int>(random.between(2, 5)));
  const Storage storage = random.storage(random.any_type(), dims);
  const AttributeList attributes{{"pre_padding", random.list(2, -1, 4)},
                                 {"post_padding", random.list(2, -1, 4)}};
  TacticCase problem = begin(random, "Padding", attributes);
  add_moved(problem, dims, storage);
  problem.output(output_like(random, storage, output_dims("Padding", attributes, {dims})));
  return {std::move(problem), 0};
}

RandomProblem reformat(Random& random) {
  const Dims dims = random.dims(static_cast<int>(random.between(1, 5)));
  const DataType from = random.any_type();
  const DataType to = core::is_float(from) && random.one_in(2) ? random.float_type() : from;
  TacticCase problem = begin(random, "Reformat", {{"to_type", static_cast<int64_t>(to)}});
  add_moved(problem, dims, random.storage(from, dims));
  if (core::is_float(from) && random.one_in(4)) problem.special(8);
  problem.output(random.storage(to, dims));
  return {std::move(problem), from == to ? 0 : rounding(to)};
}

RandomProblem resize(Random& random) {
  const int rank = static_cast<int>(random.between(1, 5));
  const Dims dims = random.dims(rank, 1000);
  const int64_t mode = random.between(0, 2);
  const bool all_axes = random.one_in(6);
  Ints shape;
  std::vector<double> scales;
  for (int d = 0; d < rank; ++d) {
    const bool kept = d < rank - 2 && !all_axes;
    shape.push_back(kept || random.one_in(6) ? dims[d] : random.extent());
    scales.push_back(kept ? 1.0 : static_cast<double>(random.of({0.5f, 0.75f, 1.0f, 2.0f, 2.5f})));
  }
  AttributeList attributes{{"resize_mode", mode},
                           {"coordinate_transformation", random.between(0, 5)},
                           {"selector_for_single_pixel", random.between(0, 1)},
                           {"nearest_rounding", random.between(0, 3)},
                           {"exclude_outside", random.one_in(4)},
                           {"antialias", mode != 0 && random.one_in(3)}};
  if (random.one_in(8)) {
    std::vector<double> region(static_cast<size_t>(2 * rank), 0.0);
    std::fill(region.begin() + rank, region.end(), 1.0);
    for (int d = rank < 2 || all_axes ? 0 : rank - 2; d < rank; ++d)
      region[static_cast<size_t>(d)] = random.one_in(2) ? 0.25 : -0.5;
    attributes.emplace_back("region", region);
  }
  const bool by_scales = random.one_in(2);
  by_scales ? attributes.emplace_back("scales", scales) : attributes.emplace_back("shape", shape);
  const DataType dtype = mode == 0 && random.one_in(2)
                             ? random.of({DataType::Int8, DataType::UInt8, DataType::Int32})
                             : random.float_type();
  const Storage storage = random.storage(dtype, dims);
  TacticCase problem = begin(random, "Resize", attributes);
  add_moved(problem, dims, storage);
  problem.output(output_like(random, storage, output_dims("Resize", attributes, {dims})));
  return {std::move(problem), mode == 0 ? 0 : 1e-5 + 2 * rounding(dtype), 1};
}

RandomProblem squeeze(Random& random) {
  Dims dims = random.dims(static_cast<int>(random.between(1, 4)));
  const int64_t axis = random.between(0, dims.rank() - 1);
  dims[static_cast<int>(axis)] = 1;
  const DataType dtype = random.any_type();
  TacticCase problem = begin(random, "Squeeze", {{"axes", Ints{axis}}});
  add_moved(problem, dims, {dtype});
  problem.output({dtype});
  return {std::move(problem), 0};
}

RandomProblem unsqueeze(Random& random) {
  const Dims dims = random.dims(static_cast<int>(random.between(0, 4)));
  const DataType dtype = random.any_type();
  TacticCase problem = begin(random, "Unsqueeze", {{"axes", Ints{random.between(0, dims.rank())}}});
  add_moved(problem, dims, {dtype});
  problem.output({dtype});
  return {std::move(problem), 0};
}

RandomProblem identity(Random& random) {
  const Dims dims = random.dims(static_cast<int>(random.between(0, 4)));
  const DataType dtype = random.any_type();
  TacticCase problem = begin(random, "Identity", {});
  add_moved(problem, dims, {dtype});
  problem.output({dtype});
  return {std::move(problem), 0};
}

RandomProblem shape(Random& random) {
  TacticCase problem = begin(random, "Shape", {});
  problem.input(random.dims(static_cast<int>(random.between(0, 5))));
  return {std::move(problem), 0};
}

RandomProblem fill_tensor(Random& random) {
  const Dims dims = random.dims(static_cast<int>(random.between(0, 1)));
  TacticCase problem = begin(random, "Fill",
                             {{"shape", Ints(dims.begin(), dims.end())},
                              {"alpha", 0.5},
                              {"beta", dims.rank() == 1 ? 0.25 : 0.0}});
  return {std::move(problem), 0};
}

RandomProblem cumulative(Random& random) {
  const int rank = static_cast<int>(random.between(1, 4));
  const Dims dims = random.dims(rank);
  TacticCase problem =
      begin(random, "Cumulative", {{"exclusive", random.one_in(2)}, {"reverse", random.one_in(2)}});
  const DataType dtype = random.float_type();
  problem.input(dims, {dtype});
  if (random.one_in(4)) problem.special(16);
  problem.constant({}, {DataType::Int64}).values({static_cast<float>(random.between(0, rank - 1))});
  problem.output({dtype});
  return {std::move(problem), 1e-6 + rounding(dtype), 1};
}

RandomProblem grid_sample(Random& random) {
  const Dims dims = random.dims(4, 500);
  TacticCase problem = begin(random, "GridSample",
                             {{"interpolation_mode", random.between(0, 2)},
                              {"align_corners", random.one_in(2)},
                              {"sample_mode", random.between(2, 4)}});
  const DataType dtype = random.float_type();
  const Storage storage = random.storage(dtype, dims);
  problem.input(dims, storage);
  const Dims grid{dims[0], random.between(1, 9), random.between(1, 9), 2};
  problem.input(grid, random.storage(DataType::Float, grid)).range(-1.5f, 1.5f);
  problem.output(random.storage_like(storage, dtype, dims));
  return {std::move(problem), 1e-5 + 2 * rounding(dtype), 1};
}

}  // namespace

std::vector<NamedGenerator> movement_generators() {
  return {{"Shuffle", shuffle},       {"Slice", slice},         {"Concatenation", concatenation},
          {"Padding", padding},       {"Reformat", reformat},   {"Resize", resize},
          {"Squeeze", squeeze},       {"Unsqueeze", unsqueeze}, {"Identity", identity},
          {"Shape", shape},           {"Fill", fill_tensor},    {"Cumulative", cumulative},
          {"GridSample", grid_sample}};
}

}  // namespace trtlike::test
