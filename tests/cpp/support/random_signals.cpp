// Random problems of ops on signals, bits and matrices that have no layer of TensorRT.
#include "support/random_problem.h"

namespace trtlike::test {
namespace {

void add_number(TacticCase& problem, int64_t number) {
  problem.constant({}, {DataType::Int64}).values({static_cast<float>(number)});
}

void add_list(TacticCase& problem, const std::vector<int64_t>& list) {
  problem.constant({static_cast<int64_t>(list.size())}, {DataType::Int64})
      .values({list.begin(), list.end()});
}

RandomProblem cum_prod(Random& random) {
  const int rank = static_cast<int>(random.between(1, 4));
  TacticCase problem =
      begin(random, "CumProd", {{"exclusive", random.one_in(2)}, {"reverse", random.one_in(2)}});
  problem.input(random.dims(rank)).range(-1.1f, 1.1f);
  add_number(problem, random.between(0, rank - 1));
  return {std::move(problem), 1e-6, 1};
}

RandomProblem bit_cast(Random& random) {
  const bool is_wide = random.one_in(2);
  TacticCase problem = begin(
      random, "BitCast", {{"to_type", enum_number(is_wide ? DataType::Int32 : DataType::UInt8)}});
  const Dims dims = random.dims(static_cast<int>(random.between(0, 4)));
  problem.input(dims, {is_wide ? DataType::Float : DataType::Int8});
  if (!is_wide) problem.integers(-128, 127);
  return {std::move(problem), 0};
}

RandomProblem dft(Random& random) {
  const bool inverse = random.one_in(2), onesided = random.one_in(2);
  TacticCase problem =
      begin(random, "DFT",
            {{"axis", random.between(0, 1)}, {"inverse", inverse}, {"onesided", onesided}});
  const DataType dtype = random.float_type();
  Dims dims = random.dims(2, 500);
  dims.push_back(random.between(1, 2));
  problem.input(dims, {dtype});
  if (random.one_in(2)) add_number(problem, random.between(1, 90));
  problem.output({dtype});
  return {std::move(problem), 1e-6 + 2 * rounding(dtype), 1};
}

RandomProblem mel_weight_matrix(Random& random) {
  TacticCase problem = begin(random, "MelWeightMatrix", {});
  add_number(problem, random.between(0, 20));
  add_number(problem, random.between(1, 200));
  add_number(problem, 8000);
  problem.constant({}).values({random.real(0, 100)});
  problem.constant({}).values({random.real(1000, 4000)});
  return {std::move(problem), 1e-6, 1};
}

RandomProblem col2im(Random& random) {
  const auto axes = static_cast<size_t>(random.between(1, 3));
  const auto image = random.list(axes, 4, 9), block = random.list(axes, 1, 3);
  const auto strides = random.list(axes, 1, 3), dilations = random.list(axes, 1, 2);
  const auto pads = random.list(2 * axes, 0, 2);
  int64_t blocks = 1, elements = 1;
  for (size_t d = 0; d < axes; ++d) {
    const int64_t reach = dilations[d] * (block[d] - 1) + 1;
    const int64_t room = image[d] + pads[d] + pads[axes + d] - reach;
    blocks *= room < 0 ? 0 : room / strides[d] + 1;
    elements *= block[d];
  }
  TacticCase problem =
      begin(random, "Col2Im", {{"strides", strides}, {"dilations", dilations}, {"pads", pads}});
  const DataType dtype = random.float_type();
  problem.input({random.batch(), elements * random.between(1, 3), blocks}, {dtype});
  add_list(problem, image);
  add_list(problem, block);
  problem.output({dtype});
  return {std::move(problem), 1e-6 + 2 * rounding(dtype), 1};
}

RandomProblem multinomial(Random& random) {
  TacticCase problem = begin(random, "Multinomial",
                             {{"sample_size", random.between(0, 20)},
                              {"is_seeded", true},
                              {"seed", random.between(0, 1 << 20)}});
  problem.input({random.batch(), random.between(1, 17)}).range(-3, 3);
  return {std::move(problem), 0};
}

RandomProblem det(Random& random) {
  TacticCase problem = begin(random, "Det", {});
  const int64_t size = random.between(0, 6);
  problem.input({random.batch(), random.between(1, 5), size, size});
  return {std::move(problem), 1e-5, 1};
}

RandomProblem unique(Random& random) {
  const Dims dims = random.dims(static_cast<int>(random.between(1, 3)), 300);
  TacticCase problem =
      begin(random, "Unique",
            {{"axis", random.between(0, dims.rank() - 1)}, {"sorted", random.one_in(2)}});
  problem.input(dims, {random.of({DataType::Float, DataType::Int32})}).integers(-2, 2);
  return {std::move(problem), 0};
}

}  // namespace

std::vector<NamedGenerator> signal_generators() {
  return {{"CumProd", cum_prod}, {"BitCast", bit_cast},
          {"DFT", dft},          {"MelWeightMatrix", mel_weight_matrix},
          {"Col2Im", col2im},    {"Multinomial", multinomial},
          {"Det", det},          {"Unique", unique}};
}

}  // namespace trtlike::test
