// Multinomial: classes drawn at random, each as likely as its logarithm says.
#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "core/random.h"
#include "ops/elements.h"

namespace trtlike::ops {
namespace {

void infer(const InferArgs& args) {
  check_float(args, 0, "input");
  const Dims& dims = args.inputs[0].dims;
  TRTLIKE_CHECK(dims.rank() == 2 && dims[1] != 0,
                "[ops] input 0 'input': expected shape [batch, classes], got ", dims, ".");
  const int64_t samples = args.attributes.get_int("sample_size");
  TRTLIKE_CHECK(samples >= 0, "[ops] attribute 'sample_size': expected at least 0, got ", samples,
                ".");
  const DataType to = to_type(args.attributes);
  TRTLIKE_CHECK(to == DataType::Int32 || to == DataType::Int64,
                "[ops] attribute 'to_type': expected INT32 or INT64, got ", core::dtype_name(to),
                ".");
  args.outputs[0] = {to, {dims[0], samples}};
}

bool is_random(const Attributes& attributes) { return !attributes.get_bool("is_seeded"); }

/// For each class the sum of the likelihoods up to it, where the likeliest has 1.
std::vector<double> accumulate(const double* logarithms, size_t classes) {
  const double largest = *std::max_element(logarithms, logarithms + classes);
  std::vector<double> sums;
  double sum = 0;
  for (size_t i = 0; i < classes; ++i) {
    const double likelihood = logarithms[i] == largest ? 1 : std::exp(logarithms[i] - largest);
    sums.push_back(sum += likelihood);
  }
  return sums;
}

void reference(const ReferenceArgs& args) {
  const core::TensorView& out = args.outputs[0];
  const std::vector<double> logarithms = read_elements(args.inputs[0]);
  const auto classes = static_cast<size_t>(args.inputs[0].dims[1]);
  const bool is_seeded = args.attributes.get_bool("is_seeded");
  const core::RandomNumbers numbers(
      is_seeded ? static_cast<uint64_t>(args.attributes.get_int("seed")) : core::fresh_seed());
  std::vector<double> drawn;
  for (int64_t row = 0; row < out.dims[0]; ++row) {
    const auto sums = accumulate(logarithms.data() + static_cast<size_t>(row) * classes, classes);
    // A number that is rounded to the whole sum belongs to the last class that may be drawn.
    const auto last = std::lower_bound(sums.begin(), sums.end(), sums.back());
    for (int64_t i = 0; i < out.dims[1]; ++i) {
      const double at = sums.back() * numbers.uniform(drawn.size());
      const auto found = std::min(last, std::upper_bound(sums.begin(), sums.end(), at));
      drawn.push_back(static_cast<double>(found - sums.begin()));
    }
  }
  write_elements(drawn, out);
}

}  // namespace

const OpDefinition& multinomial_op() {
  static const OpDefinition op{
      .name = "Multinomial",
      .meaning =
          "classes drawn at random by the logarithms of their likelihoods; the same in every "
          "run where it is seeded",
      .layer_type = LayerType::PluginV3,
      .attributes = {{"sample_size", int64_t{1}},
                     {"to_type", enum_number(DataType::Int32)},
                     {"is_seeded", false},
                     {"seed", int64_t{0}}},
      .inputs = {{.name = "input"}},
      .infer = infer,
      .reference = reference,
      .is_random = is_random,
  };
  return op;
}

}  // namespace trtlike::ops
