// Random recurrent cells, and attention with a memory.
#include "support/random_problem.h"

namespace trtlike::test {
namespace {

/// `gates` blocks of weights, `states` states; activations are the default ones mostly.
RandomProblem make(Random& random, const char* op, int64_t gates, int states, const char* others) {
  const auto direction = random.of<std::string>({"forward", "reverse", "bidirectional"});
  const int64_t directions = direction == "bidirectional" ? 2 : 1, layout = random.between(0, 1);
  const int64_t steps = random.between(1, 6), batch = random.batch();
  const int64_t inputs = random.extent(), hidden = random.extent();
  AttributeList attributes{{"hidden_size", hidden}, {"direction", direction}, {"layout", layout}};
  if (gates == 3) attributes.emplace_back("linear_before_reset", random.between(0, 1));
  if (random.one_in(8)) attributes.emplace_back("clip", 0.5);
  if (random.one_in(8))
    attributes.emplace_back(
        "activations", directions == 2 ? others + std::string(" ") + others : std::string(others));
  const DataType dtype = random.float_type();
  const DataType weights = random.one_in(3) ? random.float_type() : dtype;
  TacticCase problem(op, attributes);
  problem.seed(random.seed()).threads(static_cast<int>(random.between(1, 3)));
  if (random.one_in(10)) problem.strict();
  problem.input(layout == 0 ? Dims{steps, batch, inputs} : Dims{batch, steps, inputs}, {dtype});
  const auto add_weights = [&](const Dims& dims) {
    random.one_in(10) ? problem.input(dims, {weights}) : problem.constant(dims, {weights});
    problem.range(-0.5f, 0.5f);
  };
  add_weights({directions, gates * hidden, inputs});
  add_weights({directions, gates * hidden, hidden});
  random.one_in(3) ? void(problem.absent()) : add_weights({directions, 2 * gates * hidden});
  random.one_in(2) ? void(problem.absent())
                   : void(problem.input({batch}, {DataType::Int32}).integers(0, steps));
  const Dims state =
      layout == 0 ? Dims{directions, batch, hidden} : Dims{batch, directions, hidden};
  const bool has_states = random.one_in(2);
  for (int i = 0; i < states; ++i) has_states ? problem.input(state, {dtype}) : problem.absent();
  problem.output({dtype});
  // States are not rounded between steps; those of narrow weights are, before each product.
  return {std::move(problem), 2e-5 + 4 * rounding(dtype) + 4 * rounding(weights), 0.25};
}

RandomProblem lstm(Random& random) {
  return make(random, "LSTM", 4, 2, "HardSigmoid Softsign Tanh");
}
RandomProblem gru(Random& random) { return make(random, "GRU", 3, 1, "HardSigmoid Softsign"); }
RandomProblem rnn(Random& random) { return make(random, "RNN", 1, 1, "Relu"); }

RandomProblem linear_attention(Random& random) {
  const int64_t heads = random.between(1, 3), queries = heads * random.between(1, 3);
  const int64_t batch = random.batch(), steps = random.between(0, 5);
  const int64_t keys = random.extent(), values = random.extent();
  const auto rule = random.of<std::string>({"linear", "gated", "delta", "gated_delta"});
  const DataType dtype = random.float_type();
  TacticCase problem("LinearAttention",
                     {{"q_num_heads", queries}, {"kv_num_heads", heads}, {"update_rule", rule}});
  problem.seed(random.seed()).threads(static_cast<int>(random.between(1, 3)));
  problem.input({batch, steps, queries * keys}, {dtype});
  problem.input({batch, steps, heads * keys}, {dtype}).range(-0.4f, 0.4f);
  problem.input({batch, steps, heads * values}, {dtype});
  random.one_in(2) ? problem.absent() : problem.input({batch, heads, keys, values}, {dtype});
  const bool is_gated = rule.starts_with("gated"), is_delta = rule.ends_with("delta");
  is_gated ? void(problem.input({batch, steps, heads * (random.one_in(2) ? 1 : keys)}, {dtype})
                      .range(-1, 0))
           : void(problem.absent());
  is_delta ? problem.input({batch, steps, random.one_in(2) ? 1 : heads}, {dtype})
           : problem.absent();
  problem.output({dtype});
  return {std::move(problem), 1e-5 + 2 * rounding(dtype), 1};
}

}  // namespace

std::vector<NamedGenerator> recurrent_generators() {
  return {{"LSTM", lstm}, {"GRU", gru}, {"RNN", rnn}, {"LinearAttention", linear_attention}};
}

}  // namespace trtlike::test
