// Every tactic of every op against the op's reference on random problems, with operands in guarded
// memory. A crash names the tactic, the problem and its seed.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <map>

#include "core/os/cpu.h"
#include "support/random_problem.h"
#include "support/running.h"

namespace trtlike::test {
namespace {

uint32_t setting(const char* name, uint32_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : static_cast<uint32_t>(std::strtoul(text, nullptr, 10));
}

/// By op and tactic.
using Counts = std::map<std::pair<std::string_view, const kernels::Tactic*>, int>;

/// FNV-1a: each op draws problems of its own, whatever ops there are beside it.
uint32_t hash(std::string_view text) {
  uint32_t out = 2166136261u;
  for (const char c : text) out = (out ^ static_cast<uint8_t>(c)) * 16777619u;
  return out;
}

/// One problem of the op through all its tactics.
void run_problem(const char* op, uint32_t seed, Running& running, Counts& counts) {
  Random random(seed ^ hash(op));
  const std::string where = core::str("TRTLIKE_TEST_OP=", op, " TRTLIKE_TEST_SEED=", seed);
  running.set(where);
  std::optional<RandomProblem> drawn;
  try {
    drawn.emplace(find_generator(op)(random));
    drawn->problem.problem();
  } catch (const UserError&) {
    return;  // attributes that do not fit together
  }
  TacticCase& problem = drawn->problem;
  for (const kernels::Tactic* tactic : kernels::tactics_for(op)) {
    const std::string what = core::str(tactic->name, ": ", where, ": ", problem.describe());
    running.set(what);
    if (problem.refusal(*tactic)) continue;
    ++counts[{op, tactic}];
    const bool spreads = drawn->has_special_sums && (tactic->flags & kernels::kSpreadsNans) != 0;
    EXPECT_LE(problem.error(*tactic, drawn->scale, spreads), drawn->tolerance)
        << problem.worst() << "\n"
        << what;
  }
}

/// How many of `count` problems are an op's: those that take few problems are in large families.
std::map<const char*, uint32_t> share(uint32_t count) {
  size_t total = 0;
  for (const ops::OpDefinition* op : ops::built_in_ops())
    total += kernels::tactics_for(op->name).size();
  std::map<const char*, uint32_t> out;
  for (const ops::OpDefinition* op : ops::built_in_ops())
    if (const size_t tactics = kernels::tactics_for(op->name).size(); tactics > 0)
      out[op->name] = static_cast<uint32_t>((count * tactics + total - 1) / total);
  return out;
}

void expect_each_ran(const std::map<const char*, uint32_t>& ops, const Counts& counts) {
  for (const auto& [op, problems] : ops) {
    for (const kernels::Tactic* tactic : kernels::tactics_for(op)) {
      if (!(tactic->needs <= core::cpu_isa())) {
        std::printf("skipped for want of %s: %s %s\n", core::isa_name(tactic->needs).c_str(), op,
                    tactic->name);
        continue;
      }
      const bool lacks_kernels =
          tactic->source == kernels::Source::OneDnn && !(core::Isa::Avx512 <= core::cpu_isa());
      if (lacks_kernels && !counts.contains({op, tactic})) {
        std::printf("skipped: below AVX-512 oneDNN is fast at no problem for %s: %s\n", op,
                    tactic->name);
        continue;
      }
      EXPECT_TRUE(counts.contains({op, tactic})) << op << ": no problem was for " << tactic->name;
    }
  }
}

TEST(RandomProblems, each_op_that_computes_has_a_generator) {
  for (const ops::OpDefinition* op : ops::built_in_ops())
    EXPECT_EQ(find_generator(op->name) != nullptr, op->reference != nullptr) << op->name;
}

TEST(RandomProblems, every_tactic_computes_what_the_reference_does) {
  const uint32_t first = setting("TRTLIKE_TEST_SEED", 1);
  const uint32_t count = setting("TRTLIKE_TEST_PROBLEMS", 10000);
  const char* only = std::getenv("TRTLIKE_TEST_OP");
  const std::map<const char*, uint32_t> shares = share(count);
  std::printf("seeds from %u\n", first);
  Running running;
  Counts counts;
  for (const auto& [op, problems] : shares) {
    if (only != nullptr && std::string_view(op) != only) continue;
    const uint32_t end = first + (only != nullptr ? count : problems);
    for (uint32_t seed = first; seed != end; ++seed) run_problem(op, seed, running, counts);
  }
  // With fewer problems chance decides.
  if (count >= 10000 && only == nullptr) expect_each_ran(shares, counts);
  if (std::getenv("TRTLIKE_TEST_COUNTS") != nullptr)
    for (const auto& [ran, n] : counts)
      std::printf("%6d %s %s\n", n, ran.first.data(), ran.second->name);
}

}  // namespace
}  // namespace trtlike::test
