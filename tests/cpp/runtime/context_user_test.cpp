// One thread at a time is in a context, and none from a callback of its run.
#include "runtime/context_user.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "trtlike/error.h"

namespace trtlike::runtime {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(ContextUser, the_same_thread_may_enter_again) {
  ContextUser user;
  const Use outer(user, "outer");
  { const Use inner(user, "inner"); }
  std::thread([&] {
    EXPECT_THAT([&] { const Use other(user, "get_tensor_shape"); },
                ThrowsMessage<UserError>(HasSubstr(
                    "[runtime] get_tensor_shape: expected a context that belongs to this thread, "
                    "got one in use by another thread. Create a context for each thread.")));
  }).join();
}

TEST(ContextUser, another_thread_may_follow) {
  ContextUser user;
  { const Use use(user, "first"); }
  std::thread([&] { const Use use(user, "second"); }).join();
}

TEST(ContextUser, a_callback_of_the_run_is_refused_on_its_thread_alone) {
  ContextUser user;
  {
    const InRun in_run(user);
    EXPECT_TRUE(user.is_in_run());
    EXPECT_THAT(
        [&] { const Use use(user, "set_input_shape"); },
        ThrowsMessage<UserError>(HasSubstr("[runtime] set_input_shape: expected a call when the "
                                           "run is over, got one from a callback of this context's "
                                           "own run.")));
    std::thread([&] { const Use use(user, "another"); }).join();
  }
  EXPECT_FALSE(user.is_in_run());
  const Use use(user, "afterwards");
}

}  // namespace
}  // namespace trtlike::runtime
