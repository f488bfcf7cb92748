// From nodes of the tuned graph, with formats for their operands, to the problems that tactics are
// asked about.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "tuner/tuner.h"

namespace trtlike::tuner {

/// Elements of constant operands in other formats than their own, converted once each.
class ConvertedConstants {
 public:
  /// Valid as long as this.
  const void* get(const TunedValue& value, const Format& format);
  /// The elements of a format that is not the constant's own.
  std::shared_ptr<const void> share(const TunedValue& value, const Format& format);

 private:
  struct Converted {
    Format format;
    std::shared_ptr<const void> data;
  };
  /// By elements, their type and extents.
  std::map<std::tuple<const void*, DataType, std::string>, std::vector<Converted>> converted_;
};

/// How the problem will be run.
struct RunOptions {
  int threads = 1;
  bool strict = false;
};

/// The node at one of the graph's shapes, its operands in these formats.
kernels::Problem make_problem(const TunedGraph& graph, const TunedNode& node,
                              const std::vector<Format>& inputs, const std::vector<Format>& outputs,
                              size_t shape, const RunOptions& options,
                              ConvertedConstants& constants);

/// The problem of converting a value from one format to another, at one of the shapes.
kernels::Problem reformat_problem(const TunedValue& value, size_t shape, const Format& from,
                                  const Format& to, int threads);
/// The tactic that converts, in timing and in the plan; null when there is none.
const kernels::Tactic* find_reformat(const kernels::Problem& problem);

/// True when both layouts store the same bytes for this value: one channel, or one pixel.
bool same_bytes(const TunedValue& value, const Format& a, const Format& b);

}  // namespace trtlike::tuner
