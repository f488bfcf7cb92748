// Evicted data are still there.
#include "core/os/cache.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace trtlike::core {
namespace {

TEST(Cache, evicting_changes_nothing) {
  for (const size_t bytes : {0, 1, 63, 64, 65, 5000}) {
    std::vector<unsigned char> data(bytes + 1);
    std::iota(data.begin(), data.end(), static_cast<unsigned char>(0));
    const std::vector<unsigned char> before = data;
    evict(data.data() + 1, bytes);
    EXPECT_EQ(data, before);
  }
}

TEST(Cache, last_level_is_at_least_the_second) { EXPECT_GE(last_level_cache_bytes(), 1u << 20); }

}  // namespace
}  // namespace trtlike::core
