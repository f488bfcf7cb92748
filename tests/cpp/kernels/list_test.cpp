// One test a line of the families' kernels.inc: random problems of each of its ops, around its tile
// and in its element types, against the op's reference.
#include <gtest/gtest.h>

#include <set>

#include "core/os/cpu.h"
#include "kernels/tactic_list.h"
#include "support/random_problem.h"

namespace trtlike::kernels {
namespace {

using test::RandomProblem;

/// Problems to be computed for each op, and to be drawn for that at most.
constexpr int kProblems = 12;
constexpr uint32_t kDraws = 4000;

/// False for attributes that do not fit together.
bool draw(const char* op, const Tactic& tactic, uint32_t seed,
          std::optional<RandomProblem>& drawn) {
  test::Random random(seed, tactic);
  try {
    drawn.emplace(test::find_generator(op)(random));
    drawn->problem.problem();
  } catch (const UserError&) {
    return false;
  }
  return true;
}

void sweep(const char* op, const Tactic& tactic) {
  int computed = 0;
  for (uint32_t seed = 1; seed <= kDraws && computed < kProblems; ++seed) {
    std::optional<RandomProblem> drawn;
    if (!draw(op, tactic, seed, drawn) || drawn->problem.refusal(tactic)) continue;
    ++computed;
    const bool spreads = drawn->has_special_sums && (tactic.flags & kSpreadsNans) != 0;
    EXPECT_LE(drawn->problem.error(tactic, drawn->scale, spreads), drawn->tolerance)
        << drawn->problem.worst() << "\n"
        << tactic.name << ", draw " << seed << ": " << drawn->problem.describe();
  }
  EXPECT_EQ(computed, kProblems) << "of " << kDraws << " problems of " << op << " so many were for "
                                 << tactic.name;
}

void sweep_line(const char* name) {
  const auto lines = listed_tactics();
  const auto line = std::find_if(lines.begin(), lines.end(), [&](const Tactic& tactic) {
    return std::string_view(tactic.name) == name;
  });
  ASSERT_NE(line, lines.end());
  if (!(line->needs <= core::cpu_isa()))
    GTEST_SKIP() << "needs " << core::isa_name(line->needs) << ", this CPU has "
                 << core::isa_name(core::cpu_isa());
  if (line->source == Source::OneDnn && !(core::Isa::Avx512 <= core::cpu_isa()))
    GTEST_SKIP() << "below AVX-512 oneDNN is fast at few problems";
  for (const char* op : line->ops)
    if (op != nullptr) sweep(op, *line);
}

#define TRTLIKE_TACTIC(name, ...) \
  TEST(KernelList, name) { sweep_line(#name); }
#include "all_kernels.inc"
#undef TRTLIKE_TACTIC

TEST(KernelLists, names_are_unique_and_say_what_the_line_says) {
  std::set<std::string_view> names;
  for (const Tactic& tactic : listed_tactics()) {
    const std::string_view name = tactic.name;
    EXPECT_TRUE(names.insert(name).second) << name;
    if (tactic.source != Source::Native) continue;
    const bool is_for_level = name.ends_with("_" + core::isa_name(tactic.needs)) ||
                              (tactic.needs == core::Isa::AvxVnni && name.ends_with("_avx_vnni"));
    // Products of bfloat16 are called by what vectors they fill.
    const bool is_for_vectors = name.find("_bf16_") != name.npos && name.ends_with("_avx512");
    EXPECT_TRUE(is_for_level || is_for_vectors || tactic.needs == core::Isa::Portable) << name;
    if (tactic.tile.rows > 1 && name.find('x') < name.find("avx")) {
      const std::string tile = core::str("_", tactic.tile.rows, "x", tactic.tile.columns, "_");
      EXPECT_NE(name.find(tile), name.npos) << name;
    }
  }
  EXPECT_GE(names.size(), 30u);
}

}  // namespace
}  // namespace trtlike::kernels
