// Window geometry against numbers worked by hand.
#include "ops/shapes/window.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"

namespace trtlike::ops {
namespace {

using Ints = std::vector<int64_t>;

struct Case {
  Ints stride = {}, dilation = {}, pre = {}, post = {};
  int64_t mode = 0;
};

Window resolve(Ints spatial, Ints kernel, const Case& c) {
  Attributes attributes;
  attributes.set("stride", c.stride);
  attributes.set("dilation", c.dilation);
  attributes.set("pre_padding", c.pre);
  attributes.set("post_padding", c.post);
  attributes.set("padding_mode", c.mode);
  return resolve_window(attributes, spatial, kernel);
}

TEST(Window, empty_attributes_mean_dense_unpadded_steps) {
  const Window w = resolve({5, 7}, {3, 3}, {});
  EXPECT_EQ(w.output, (WindowAxes{1, 3, 5}));
  EXPECT_EQ(w.kernel, (WindowAxes{1, 3, 3}));
  EXPECT_EQ(w.stride, (WindowAxes{1, 1, 1}));
}

TEST(Window, rounding_up_adds_a_partial_window) {
  EXPECT_EQ(resolve({6}, {3}, {.stride = {2}}).output[2], 2);
  const Window up = resolve({6}, {3}, {.stride = {2}, .mode = 1});
  EXPECT_EQ(up.output[2], 3);
  EXPECT_EQ(up.post[2], 0);
  EXPECT_EQ(up.touched_post(2), 1);
}

TEST(Window, no_window_begins_behind_the_input) {
  // (4 - 1) / 3 rounds up to 1 and leaves two windows, at 0 and 3; with extent 3 the second would
  // begin at 3, behind the last element.
  EXPECT_EQ(resolve({4}, {1}, {.stride = {3}, .mode = 1}).output[2], 2);
  EXPECT_EQ(resolve({3}, {1}, {.stride = {3}, .mode = 1}).output[2], 1);
}

TEST(Window, same_modes_put_the_odd_element_behind_or_before) {
  const Window upper = resolve({5, 6}, {2, 3}, {.stride = {1, 2}, .mode = 2});
  EXPECT_EQ(upper.output, (WindowAxes{1, 5, 3}));
  EXPECT_EQ(upper.pre, (WindowAxes{0, 0, 0}));
  EXPECT_EQ(upper.post, (WindowAxes{0, 1, 1}));
  const Window lower = resolve({5, 6}, {2, 3}, {.stride = {1, 2}, .mode = 3});
  EXPECT_EQ(lower.output, (WindowAxes{1, 5, 3}));
  EXPECT_EQ(lower.pre, (WindowAxes{0, 1, 1}));
  EXPECT_EQ(lower.post, (WindowAxes{0, 0, 0}));
}

TEST(Window, dilation_widens_the_window) {
  const Window w = resolve({9, 9, 9}, {1, 2, 3}, {.dilation = {1, 2, 4}, .pre = {0, 1, 2}});
  EXPECT_EQ(w.output, (WindowAxes{9, 8, 3}));
  EXPECT_EQ(w.span(1), 3);
  EXPECT_EQ(w.span(2), 9);
}

TEST(Window, unknown_extents_stay_unknown) {
  EXPECT_EQ(resolve({-1, 8}, {2, 2}, {.stride = {2, 2}}).output, (WindowAxes{1, -1, 4}));
  EXPECT_EQ(resolve({-1, 8}, {2, 2}, {.stride = {2, 2}, .mode = 2}).output, (WindowAxes{1, -1, 4}));
}

TEST(Window, refusals_name_the_attribute) {
  const auto message = [](Ints spatial, const Case& c) -> std::string {
    try {
      resolve(spatial, Ints(spatial.size(), 3), c);
    } catch (const UserError& e) {
      return e.what();
    }
    return "no error";
  };
  using testing::HasSubstr;
  EXPECT_THAT(message({5, 5}, {.stride = {2}}),
              HasSubstr("attribute 'stride': expected 2 numbers, got [2]"));
  EXPECT_THAT(message({5, 5}, {.dilation = {1, 0}}),
              HasSubstr("'dilation': expected numbers of at least 1, got [1, 0]"));
  EXPECT_THAT(message({5}, {.mode = 7}), HasSubstr("'padding_mode': expected"));
  EXPECT_THAT(message({2}, {}), HasSubstr("expected spatial extents of at least 3"));
}

}  // namespace
}  // namespace trtlike::ops
