// Random problems of the layers of transformers, of ragged softmax, of quantization by blocks, and
// of assertions.
#include "support/random_problem.h"
#include "trtlike/enums/transformer_enums.h"

namespace trtlike::test {
namespace {

RandomProblem attention_input(Random& random) {
  const int64_t groups = random.between(1, 3), heads = random.between(1, 2);
  const int64_t queries = random.between(1, 5), keys = random.between(1, 6);
  const int64_t batch = random.batch(), size = random.between(1, 5);
  const bool is_causal = random.one_in(3), is_quantized = random.one_in(4);
  TacticCase problem =
      begin(random, "AttentionInput",
            {{"norm_op", random.between(0, 1)},
             {"causal", is_causal},
             {"to_type", static_cast<int64_t>(random.of({DataType::FP8, DataType::Int8}))}});
  const DataType dtype = random.float_type();
  problem.input({batch, groups * heads, queries, size}, {dtype});
  problem.input({batch, heads, keys, size}, {dtype});
  problem.input({batch, heads, keys, random.between(1, 4)}, {dtype});
  if (!is_causal && random.one_in(2)) {
    const Dims mask = random.repeating({batch, groups * heads, queries, keys}, true);
    if (random.one_in(2))
      problem.input(mask, {dtype});
    else
      problem.input(mask, {DataType::Bool}).integers(0, 1);
  } else {
    problem.absent();
  }
  if (is_quantized) problem.constant({}).values({0.0078125f});
  problem.output({dtype});
  return {std::move(problem), 1e-6 + 4 * rounding(dtype)};
}

RandomProblem attention_output(Random& random) {
  const DataType dtype = random.float_type();
  TacticCase problem = begin(random, "AttentionOutput", {});
  add_moved(problem, random.dims(4, 300), {dtype});
  problem.output({dtype});
  return {std::move(problem), 0};
}

RandomProblem rotary_embedding(Random& random) {
  const int64_t pairs = random.between(1, 5), rest = random.one_in(2) ? random.between(1, 4) : 0;
  const int64_t batch = random.batch(), length = random.between(1, 5), rows = random.between(1, 7);
  const bool is_indexed = random.one_in(2);
  TacticCase problem = begin(random, "RotaryEmbedding",
                             {{"interleaved", random.one_in(2)},
                              {"rotary_embedding_dim", rest > 0 ? 2 * pairs : int64_t{0}}});
  problem.input({batch, random.between(1, 3), length, 2 * pairs + rest});
  for (int i = 0; i < 2; ++i)
    problem.input(is_indexed ? Dims{rows, pairs} : Dims{batch, length, pairs});
  if (is_indexed) problem.input({batch, length}, {DataType::Int64}).integers(0, rows - 1);
  return {std::move(problem), 1e-6};
}

RandomProblem kv_cache_update(Random& random) {
  const DataType dtype = random.float_type();
  const int64_t batch = random.batch(), heads = random.between(1, 3), size = random.between(1, 9);
  const int64_t length = random.between(1, 9), count = random.between(0, length);
  TacticCase problem = begin(random, "KVCacheUpdate", {});
  add_moved(problem, {batch, heads, length, size}, {dtype});
  add_moved(problem, {batch, heads, count, size}, {dtype});
  problem.input({batch}, {random.of({DataType::Int32, DataType::Int64})}).integers(-1, length);
  problem.output({dtype});
  return {std::move(problem), 0};
}

RandomProblem moe(Random& random) {
  const int64_t experts = random.between(1, 4), size = random.between(1, 6),
                inner = 2 * random.between(1, 4), batch = random.batch(),
                length = random.between(1, 3), each = random.between(1, 3);
  const int64_t quantization = random.between(0, 2);
  AttributeList attributes = {{"activation_type", random.between(0, 1)},
                              {"swiglu_param_limit", random.of({0.5, 1e30})},
                              {"swiglu_param_alpha", random.of({1.0, 1.702})},
                              {"swiglu_param_beta", random.of({0.0, 1.0})}};
  const auto fp8 = static_cast<int64_t>(DataType::FP8);
  if (quantization > 0) attributes.emplace_back("quantization_to_type", fp8);
  if (quantization > 1) {
    attributes.emplace_back("quantization_block_shape", std::vector<int64_t>{1, 1, 2});
    attributes.emplace_back("dyn_q_output_scale_type", fp8);
  }
  TacticCase problem = begin(random, "MoE", attributes);
  problem.input({batch, length, size});
  problem.input({batch, length, each}, {DataType::Int32}).integers(0, experts - 1);
  problem.input({batch, length, each});
  problem.constant({experts, size, inner});
  problem.constant({experts, size, inner});
  problem.constant({experts, inner, size});
  if (random.one_in(2)) {
    problem.constant({experts, inner});
    problem.constant({experts, inner});
    problem.constant({experts, size});
  } else {
    problem.absent().absent().absent();
  }
  if (quantization > 0) problem.constant({}).values({0.25f});
  return {std::move(problem), 1e-6};
}

RandomProblem ragged_softmax(Random& random) {
  Dims dims = random.dims(static_cast<int>(random.between(2, 3)), 300);
  TacticCase problem = begin(random, "RaggedSoftMax", {});
  const int64_t width = dims[dims.rank() - 1];
  problem.input(dims);
  dims[dims.rank() - 1] = 1;
  problem.input(dims, {random.of({DataType::Int32, DataType::Int64})}).integers(-1, width + 1);
  return {std::move(problem), 1e-6};
}

RandomProblem dynamic_quantize(Random& random) {
  const int64_t block = random.of<int64_t>({1, 2, 16});
  // Outputs of floating point are stored in one type.
  const auto to = random.of({DataType::FP8, DataType::Int8});
  const auto scales = to == DataType::FP8
                          ? DataType::FP8
                          : random.of({DataType::FP8, DataType::E8M0, DataType::Float});
  const bool by_shape = random.one_in(2);
  AttributeList attributes = {{"to_type", static_cast<int64_t>(to)},
                              {"scale_type", static_cast<int64_t>(scales)}};
  if (by_shape)
    attributes.emplace_back("block_shape",
                            std::vector<int64_t>{random.of<int64_t>({1, -1}), block});
  else
    attributes.emplace_back("block_size", block);
  TacticCase problem = begin(random, "DynamicQuantize", attributes);
  problem.input({random.between(0, 4), block * random.between(1, 3)});
  if (random.one_in(2)) problem.constant({}).values({0.5f});
  problem.output({scales});
  return {std::move(problem), 0};
}

RandomProblem assertion(Random& random) {
  TacticCase problem = begin(random, "Assertion", {{"message", std::string("never")}});
  problem.constant({random.between(0, 3)}, {DataType::Bool}).integers(1, 1);
  problem.output({DataType::Bool});
  return {std::move(problem), 0};
}

}  // namespace

std::vector<NamedGenerator> transformer_generators() {
  return {{"AttentionInput", attention_input},
          {"AttentionOutput", attention_output},
          {"RotaryEmbedding", rotary_embedding},
          {"KVCacheUpdate", kv_cache_update},
          {"MoE", moe},
          {"RaggedSoftMax", ragged_softmax},
          {"DynamicQuantize", dynamic_quantize},
          {"Assertion", assertion}};
}

}  // namespace trtlike::test
