// Every level of instruction sets has tactics; those that this CPU lacks are skipped by name.
#include <gtest/gtest.h>

#include <string>

#include "core/os/cpu.h"
#include "kernels/tactic.h"

namespace trtlike::kernels {
namespace {

class InstructionSet : public testing::TestWithParam<core::IsaLevel> {};

TEST_P(InstructionSet, has_tactics) {
  const core::IsaLevel& level = GetParam();
  int tactics = 0;
  for (const Tactic& tactic : listed_tactics()) tactics += tactic.needs == level.isa;
  EXPECT_GE(tactics, 1) << level.name;
  if (!(level.isa <= core::cpu_isa()))
    GTEST_SKIP() << tactics << " tactics need " << level.name << ", this CPU has "
                 << core::isa_name(core::cpu_isa());
}

INSTANTIATE_TEST_SUITE_P(Levels, InstructionSet, testing::ValuesIn(core::isa_levels()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace trtlike::kernels
