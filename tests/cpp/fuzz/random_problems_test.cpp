// Every tactic of every op against the op's reference on random problems, with operands in guarded
// memory. A crash names the tactic, the problem and its seed.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

#include "core/os/cpu.h"
#include "support/random_problem.h"

namespace trtlike::test {
namespace {

uint32_t setting(const char* name, uint32_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : static_cast<uint32_t>(std::strtoul(text, nullptr, 10));
}

/// What is running, in words, for the handler of fatal signals.
class Running {
 public:
  Running() {
    for (size_t i = 0; i < std::size(kSignals); ++i) {
      struct sigaction action {};
      action.sa_handler = report;
      action.sa_flags = static_cast<int>(SA_RESETHAND);
      sigaction(kSignals[i], &action, &before_[i]);
    }
  }
  ~Running() {
    for (size_t i = 0; i < std::size(kSignals); ++i) sigaction(kSignals[i], &before_[i], nullptr);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  void set(const std::string& words) {
    std::snprintf(words_, sizeof(words_), "\nfatal signal in %s\n", words.c_str());
  }

 private:
  static constexpr int kSignals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

  static void report(int signal) {
    [[maybe_unused]] const auto written = write(STDERR_FILENO, words_, std::strlen(words_));
    raise(signal);
  }

  static inline char words_[4096];
  struct sigaction before_[std::size(kSignals)];
};

/// By op and tactic.
using Counts = std::map<std::pair<std::string_view, const kernels::Tactic*>, int>;

/// One problem of the op through all its tactics.
void run_problem(const char* op, uint32_t seed, Running& running, Counts& counts) {
  Random random(seed);
  const std::string where = core::str(op, ", TRTLIKE_TEST_SEED=", seed);
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

/// Each op as often as it has tactics: those that take few problems are in large families.
std::vector<const char*> draw_list() {
  std::vector<const char*> out;
  for (const ops::OpDefinition* op : ops::built_in_ops())
    out.insert(out.end(), kernels::tactics_for(op->name).size(), op->name);
  return out;
}

void expect_each_ran(const std::vector<const char*>& ops, const Counts& counts) {
  for (const char* op : ops) {
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
  std::printf("seeds %u to %u\n", first, first + count - 1);
  const std::vector<const char*> ops = draw_list();
  Running running;
  Counts counts;
  for (uint32_t seed = first; seed - first < count; ++seed) {
    const char* op = ops[seed * 2654435761u % ops.size()];
    if (only != nullptr) op = only;
    run_problem(op, seed, running, counts);
  }
  // With fewer problems chance decides.
  if (count >= 10000 && only == nullptr) {
    std::vector<const char*> each = ops;
    each.erase(std::unique(each.begin(), each.end()), each.end());
    expect_each_ran(each, counts);
  }
  if (std::getenv("TRTLIKE_TEST_COUNTS") != nullptr)
    for (const auto& [ran, n] : counts)
      std::printf("%6d %s %s\n", n, ran.first.data(), ran.second->name);
}

}  // namespace
}  // namespace trtlike::test
