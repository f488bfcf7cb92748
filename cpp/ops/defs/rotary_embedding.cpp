// RotaryEmbedding: pairs of elements of each head, turned by angles that grow with the position.
#include <algorithm>

#include "ops/arithmetic.h"
#include "ops/elements.h"
#include "ops/host_values.h"

namespace trtlike::ops {
namespace {

enum Input : size_t { kInput, kCos, kSin, kPositions };

/// How many elements of a head are turned; unknown where its size is.
int64_t turned(const InferArgs& args) {
  const int64_t size = args.inputs[kInput].dims[3];
  const int64_t given = args.attributes.get_int("rotary_embedding_dim");
  const int64_t count = given == 0 ? size : given;
  TRTLIKE_CHECK(given >= 0 && (count < 0 || count % 2 == 0) && (size < 0 || count <= size),
                "[ops] attribute 'rotary_embedding_dim': expected an even number up to the size of "
                "a head of shape ",
                args.inputs[kInput].dims, ", got ", given, ".");
  return count;
}

void infer(const InferArgs& args) {
  const Dims& dims = args.inputs[kInput].dims;
  check_float(args, kInput, "input");
  TRTLIKE_CHECK(dims.rank() == 4,
                "[ops] input 0 'input': expected shape [batch, heads, length, size], got ", dims,
                ".");
  const int64_t count = turned(args);
  const int64_t pairs = count < 0 ? core::kUnknownDim : count / 2;
  const bool is_indexed = args.has_input(kPositions);
  const Dims angles = is_indexed ? Dims{core::kUnknownDim, pairs} : Dims{dims[0], dims[2], pairs};
  check_extents(args, kCos, "cos_cache", angles);
  check_extents(args, kSin, "sin_cache", angles);
  check_extents(args, kSin, "sin_cache", args.inputs[kCos].dims);
  if (is_indexed) {
    const TensorType& positions = args.inputs[kPositions];
    TRTLIKE_CHECK(core::is_integer(positions.dtype) && may_be(positions.dims, {dims[0], dims[2]}),
                  "[ops] input 3 'position_ids': expected integers of shape ",
                  Dims({dims[0], dims[2]}), ", got ", core::dtype_name(positions.dtype),
                  " of shape ", positions.dims, ".");
  }
  args.outputs[0] = args.inputs[kInput];
}

/// The row of angles of each place of a sequence; a position outside of the table takes its
/// nearest.
std::vector<int64_t> rows_of_angles(const ReferenceArgs& args, const Dims& dims) {
  std::vector<int64_t> rows;
  if (args.has_input(kPositions)) rows = int_elements(args.inputs[kPositions]);
  for (int64_t& row : rows) row = std::clamp<int64_t>(row, 0, args.inputs[kCos].dims[0] - 1);
  if (!args.has_input(kPositions))
    for (int64_t i = 0; i < dims[0] * dims[2]; ++i) rows.push_back(i);
  return rows;
}

void reference(const ReferenceArgs& args) {
  const Dims& dims = args.inputs[kInput].dims;
  std::vector<double> x = read_elements(args.inputs[kInput]);
  const std::vector<double> cosine = read_elements(args.inputs[kCos]);
  const std::vector<double> sine = read_elements(args.inputs[kSin]);
  const int64_t pairs = args.inputs[kCos].dims[args.inputs[kCos].dims.rank() - 1];
  const bool is_interleaved = args.attributes.get_bool("interleaved");
  if (cosine.empty()) return write_elements(x, args.outputs[0]);
  const std::vector<int64_t> rows = rows_of_angles(args, dims);
  for (int64_t row = 0; row < core::elems_between(dims, 0, 3); ++row) {
    const int64_t place = row / dims[2] / dims[1] * dims[2] + row % dims[2];
    const int64_t angles = rows[static_cast<size_t>(place)] * pairs;
    double* const head = x.data() + row * dims[3];
    for (int64_t i = 0; i < pairs; ++i) {
      double& a = head[is_interleaved ? 2 * i : i];
      double& b = head[is_interleaved ? 2 * i + 1 : pairs + i];
      const double c = cosine[static_cast<size_t>(angles + i)];
      const double s = sine[static_cast<size_t>(angles + i)];
      const double turned_a = a * c - b * s;
      b = a * s + b * c;
      a = turned_a;
    }
  }
  write_elements(x, args.outputs[0]);
}

int64_t count_operations(const InferArgs& args) { return 3 * count_outputs(args); }

}  // namespace

const OpDefinition& rotary_embedding_op() {
  static const OpDefinition op{
      .name = "RotaryEmbedding",
      .meaning = "pairs of elements of each head turned by the angles of its position",
      .layer_type = LayerType::RotaryEmbedding,
      .attributes = {{"interleaved", false}, {"rotary_embedding_dim", int64_t{0}}},
      .inputs = {{.name = "input"},
                 {.name = "cos_cache"},
                 {.name = "sin_cache"},
                 {.name = "position_ids", .optional = true}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_operations,
      .rounding = kUndiminished,
  };
  return op;
}

}  // namespace trtlike::ops
