// Operands whose extents do not go together, or whose elements make no sense: an op refuses them,
// or its reference reads and writes nothing beside them. A crash names the op, the operand and the
// seed.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <optional>
#include <set>

#include "support/random_problem.h"
#include "support/running.h"

namespace trtlike::test {
namespace {

constexpr int64_t kMostElems = 20000;

/// These extents with one of them changed, or one more or fewer.
std::vector<Dims> variants(const Dims& dims) {
  std::vector<Dims> out;
  for (int d = 0; d < dims.rank(); ++d)
    for (const int64_t extent : {int64_t{0}, int64_t{1}, dims[d] - 1, dims[d] + 1, 2 * dims[d]}) {
      if (extent < 0 || extent == dims[d]) continue;
      out.push_back(dims);
      out.back()[d] = extent;
    }
  Dims shorter;
  for (int d = 1; d < dims.rank(); ++d) shorter.push_back(dims[d]);
  if (dims.rank() > 0) out.push_back(shorter);
  if (dims.rank() < Dims::kMaxDims) {
    out.push_back(dims);
    out.back().push_back(1);
  }
  return out;
}

/// Another operand in the place of one: other extents, or the same element everywhere.
struct Change {
  size_t input = 0;
  std::optional<Dims> dims;
  std::optional<float> element;
};

std::vector<Change> changes_of(size_t input, const kernels::TensorDesc& desc) {
  std::vector<Change> out;
  for (const Dims& dims : variants(desc.dims)) out.push_back({input, dims, {}});
  if (desc.dtype == DataType::Bool) return out;
  const std::vector<float> floats{NAN, INFINITY, -INFINITY, 1e30f, -1e30f};
  const std::vector<float> integers{-1, 1, 1e6f, -1e6f, 0x1p40f, -0x1p62f, 0x1p62f};
  for (const float element : core::is_float(desc.dtype) ? floats : integers)
    out.push_back({input, {}, element});
  return out;
}

/// What took the operands, by op.
struct Counts {
  std::set<std::string> ran, refused;
};

void run(const RandomProblem& drawn, const Change& change, const std::string& where,
         Running& running, Counts& counts) try {
  TacticCase problem = drawn.problem;
  if (change.dims) problem.change(change.input, *change.dims);
  if (change.element) problem.change(change.input, *change.element);
  running.set(core::str(where, ", input ", change.input));
  const std::string what = core::str(where, ", input ", change.input, ": ", problem.describe());
  const char* op = problem.problem().op->name;
  if (core::elems(problem.problem().outputs[0].dims) > kMostElems) return;
  SCOPED_TRACE(what);
  for (const kernels::Tactic* tactic : kernels::tactics_for(op)) {
    running.set(core::str(tactic->name, ": ", what));
    if (problem.refusal(*tactic)) continue;
    problem.run(*tactic);
    counts.ran.insert(op);
  }
} catch (const UserError&) {
  counts.refused.insert(where.substr(0, where.find(' ')));
} catch (const std::exception& error) {
  ADD_FAILURE() << where << ", input " << change.input << ": " << error.what() << "\n"
                << running.words();
}

TEST(OddOperands, that_make_no_sense_are_refused_or_harmless) {
  const char* text = std::getenv("TRTLIKE_TEST_OPERANDS");
  const int seeds = text == nullptr ? 10 : std::atoi(text);
  Running running;
  Counts counts;
  for (const ops::OpDefinition* op : ops::built_in_ops()) {
    const Generator generator = find_generator(op->name);
    for (int seed = 1; generator != nullptr && seed <= seeds; ++seed) try {
        Random random(static_cast<uint32_t>(seed));
        const RandomProblem drawn = generator(random);
        const std::string where = core::str(op->name, " seed ", seed);
        for (size_t i = 0; i < drawn.problem.num_inputs(); ++i) {
          const kernels::TensorDesc& desc = drawn.problem.desc(i);
          if (desc.is_absent() || core::elems(desc.dims) > kMostElems) continue;
          for (const Change& change : changes_of(i, desc))
            run(drawn, change, where, running, counts);
        }
      } catch (const UserError&) {
        // attributes that do not fit together
      }
  }
  EXPECT_GT(counts.ran.size(), 40u);
  EXPECT_GT(counts.refused.size(), 40u);
}

}  // namespace
}  // namespace trtlike::test
