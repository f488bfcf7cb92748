// How a program takes part in the choice of tactics: it sees each node's candidates with their
// measured times, and says which of them may be taken.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "trtlike/enums/type_enums.h"
#include "trtlike/types.h"

namespace trtlike {

/// The form of one operand.
struct AlgorithmIOInfo {
  DataType dtype = DataType::Float;
  /// Elements between neighbours of each dimension, at the shapes that tactics are timed at.
  Dims strides;
  int64_t vectorized_dim = -1;
  int64_t components_per_element = 1;
};

/// Names a way to compute, beside the forms of its operands. The numbers follow from names alone:
/// they are the same in every build and on every machine, and positive.
struct AlgorithmVariant {
  int64_t implementation =
      0;               ///< tactic_id of the op and the source of the tactic: "Softmax native"
  int64_t tactic = 0;  ///< tactic_id of the tactic's name
};

/// The number by which a tactic goes in algorithm variants and in the timing cache.
int64_t tactic_id(std::string_view name);

/// One candidate of a node: a tactic with forms for the node's operands.
struct Algorithm {
  std::string name;  ///< of the tactic
  AlgorithmVariant algorithm_variant;
  /// Summed up over the opt shapes of the profiles; 0 where nothing is measured.
  double timing_msec = 0;
  int64_t workspace_size = 0;
  /// The node's inputs that are no weights, then its outputs.
  std::vector<AlgorithmIOInfo> io_infos;

  /// Null beyond the last operand.
  const AlgorithmIOInfo* get_algorithm_io_info(int index) const;
};

/// The node that candidates are for.
struct AlgorithmContext {
  std::string name;
  int num_inputs = 0;
  int num_outputs = 0;
  /// The least, the timed and the largest extents of each operand, over all profiles.
  std::vector<std::vector<Dims>> shapes;

  /// Empty beyond the last operand.
  std::vector<Dims> get_shape(int index) const;
};

/// Subclass it. A build calls it from its own thread; what its functions throw ends the build.
class AlgorithmSelector {
 public:
  virtual ~AlgorithmSelector() = default;
  /// Asked once a node. Gives the indices of the choices of which the build may take one; none
  /// leaves all of them, or ends the build with BuilderFlag::RejectEmptyAlgorithms.
  virtual std::vector<int> select_algorithms(const AlgorithmContext& context,
                                             const std::vector<Algorithm>& choices) = 0;
  /// Told once a build, after the last question: choices[i] was taken for contexts[i].
  virtual void report_algorithms(const std::vector<AlgorithmContext>& contexts,
                                 const std::vector<Algorithm>& choices) = 0;
};

}  // namespace trtlike
