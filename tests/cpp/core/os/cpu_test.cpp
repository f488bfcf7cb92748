// Sets of CPU features: what a machine has is compared with what a kernel needs as sets.
#include "core/os/cpu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trtlike::core {
namespace {

TEST(Isa, sets_may_each_lack_something_of_the_other) {
  const Isa client = Isa::Avx2 | Isa::of(CpuFeature::AvxVnni);
  const Isa server = Isa::Avx512Vnni;
  EXPECT_FALSE(client <= server);
  EXPECT_FALSE(server <= client);
  EXPECT_FALSE(client >= server);
  EXPECT_FALSE(server >= client);
  EXPECT_TRUE(Isa::Avx2 <= client);
  EXPECT_TRUE(server >= Isa::Avx2);
  EXPECT_EQ(client & server, Isa::Avx2);
}

TEST(Isa, a_level_without_one_of_its_features_is_not_reached) {
  // Cascade Lake has VNNI and no VBMI, Cooper Lake BF16 besides.
  const Isa cascade = Isa::Avx512 | Isa::of(CpuFeature::Avx512Vnni);
  const Isa cooper = cascade | Isa::of(CpuFeature::Avx512Bf16);
  for (const Isa isa : {cascade, cooper}) {
    EXPECT_TRUE(isa >= Isa::Avx512);
    EXPECT_FALSE(isa >= Isa::Avx512Vnni);
    EXPECT_FALSE(isa >= Isa::Avx512Bf16);
  }
  EXPECT_EQ(isa_name(cooper), "avx512+avx512_vnni+avx512_bf16");
}

TEST(Isa, levels_contain_the_ones_before_them) {
  const std::vector<IsaLevel>& levels = isa_levels();
  ASSERT_EQ(levels.size(), 5u);
  for (size_t i = 1; i < levels.size(); ++i) {
    EXPECT_TRUE(levels[i - 1].isa <= levels[i].isa) << levels[i].name;
    EXPECT_FALSE(levels[i].isa <= levels[i - 1].isa) << levels[i].name;
  }
}

TEST(Isa, names_say_the_level_and_what_is_beyond_it) {
  for (const IsaLevel& level : isa_levels()) EXPECT_EQ(isa_name(level.isa), level.name);
  EXPECT_EQ(isa_name(Isa::Avx2 | Isa::of(CpuFeature::AvxVnni)), "avx2+avx_vnni");
  EXPECT_EQ(isa_name(Isa::of(CpuFeature::Fma, CpuFeature::F16c)), "fma+f16c");
}

TEST(Isa, of_this_cpu_is_known_and_named_in_its_fingerprint) {
  EXPECT_TRUE(cpu_isa() <= known_isa());
  std::string highest;
  for (const IsaLevel& level : isa_levels())
    if (level.isa <= cpu_isa()) highest = level.name;
  EXPECT_THAT(cpu_fingerprint(), testing::EndsWith(", " + highest));
}

}  // namespace
}  // namespace trtlike::core
