// Waits are between the hooks; forks are counted.
#include "core/threads/waiting.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/os/fork.h"
#include "trtlike/wait_hooks.h"

namespace trtlike::core {
namespace {

int begun = 0, ended = 0;

TEST(Waiting, what_begin_gives_up_goes_to_end) {
  set_wait_hooks({[]() -> void* { return &++begun; },
                  [](void* given_up) {
                    ++ended;
                    EXPECT_EQ(given_up, &begun);
                  }});
  {
    const Waiting waiting;
    EXPECT_EQ(begun, 1);
    EXPECT_EQ(ended, 0);
  }
  EXPECT_EQ(ended, 1);
  set_wait_hooks({});
  { const Waiting waiting; }
  EXPECT_EQ(begun, 1);
  EXPECT_EQ(ended, 1);
}

TEST(Fork, a_child_has_another_generation) {
  const uint64_t here = fork_generation();
  const pid_t child = fork();
  if (child == 0) _exit(fork_generation() == here ? 1 : 7);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  EXPECT_EQ(fork_generation(), here);
}

}  // namespace
}  // namespace trtlike::core
