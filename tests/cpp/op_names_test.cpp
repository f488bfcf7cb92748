// What an op is like stands in its definition: code that asks for an op by its name grows with
// every op, and is wrong in silence for the forgotten one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>

#include "ops/op.h"
#include "support/source_tree.h"

namespace trtlike {
namespace {

/// Names of ops in quotes that `pattern` finds, with @ for a name.
std::set<std::string> names_in(const std::string& text, std::string pattern) {
  std::string names;
  for (const ops::OpDefinition* op : ops::built_in_ops())
    names += (names.empty() ? "" : "|") + std::string(op->name);
  pattern.replace(pattern.find('@'), 1, "\"(" + names + ")\"");
  const std::regex regex(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), regex), end; it != end; ++it)
    found.insert((*it)[1]);
  return found;
}

using Places = std::map<std::string, std::set<std::string>>;

/// By file, the op names that stand there. Where tactics are made, the op that they compute is no
/// question: only comparisons count.
Places find_names() {
  static const std::set<std::string> folders = {"builder", "tuner",       "engine",
                                                "runtime", "calibration", "kernels"};
  Places places;
  for (const auto& source : test::sources()) {
    const std::string name = test::name_of(source), folder = name.substr(0, name.find('/'));
    if (!folders.contains(folder) || source.extension() == ".inc") continue;
    const std::string text = test::read(source);
    std::set<std::string> names;
    if (folder == "kernels") {
      for (const char* pattern : {"[=!]=\\s*@", "@\\s*[=!]=", "get_op\\(@", "find_op\\(@"})
        names.merge(names_in(text, pattern));
    } else {
      names = names_in(text, "@");
    }
    if (!names.empty()) places[name] = names;
  }
  return places;
}

/// Places that are about one op: what they make, or what their family computes in two forms. A line
/// that is no longer needed fails the test too.
const Places kPlaces = {
    {"builder/network/surface.cpp", {"Cast"}},  // inputs and outputs in types of their own
    {"builder/assemble.cpp", {"Identity"}},     // copies and conversions of the same bytes
    {"tuner/problems.cpp", {"Reformat"}},       // conversions between formats
    {"runtime/inspector.cpp", {"Scale"}},       // a key of quantized tensors
    {"kernels/convolution/product_tactics.cpp", {"FusedMatrixMultiply"}},
    {"kernels/pointwise/integer.cpp", {"Cast", "Select", "Unary"}},  // and ElementWise
};

TEST(OpNames, stand_where_the_code_is_about_one_op) { EXPECT_EQ(find_names(), kPlaces); }

TEST(OpNames, are_found) {
  const std::string text = R"(if (op == "Softmax") return get_op("Reduce");)";
  EXPECT_THAT(names_in(text, "@"), testing::ElementsAre("Reduce", "Softmax"));
  EXPECT_THAT(names_in(text, "[=!]=\\s*@"), testing::ElementsAre("Softmax"));
  EXPECT_THAT(names_in(R"("softmax" "Soft")", "@"), testing::IsEmpty());
}

}  // namespace
}  // namespace trtlike
