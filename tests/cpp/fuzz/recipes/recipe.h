// What an op reads, and attributes that fit: a recipe an op, a file a group of them.
#pragma once

#include <span>

#include "fuzz/recipes/maker.h"

namespace trtlike::test::recipes {

struct Recipe {
  const char* op;
  void (*make)(Maker&);
};

std::span<const Recipe> element_wise_recipes();
std::span<const Recipe> sum_recipes();
std::span<const Recipe> movement_recipes();
std::span<const Recipe> rare_recipes();

}  // namespace trtlike::test::recipes
