// MatMulNBits (com.microsoft): a product with weights of 2, 4 or 8 bits in blocks along the sums,
// as Dequantize in front of MatrixMultiply.
#include <algorithm>

#include "core/os/memory.h"
#include "onnx/extents.h"
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

using Bytes = std::vector<uint8_t>;

struct Packing {
  int64_t rows, sums, bits, block;

  int64_t blocks() const { return (sums + block - 1) / block; }
  int64_t middle() const { return int64_t{1} << (bits - 1); }
};

Packing read_packing(NodeContext& node) {
  const Packing p{node.get_int("N"), node.get_int("K"), node.get_int("bits", 4),
                  node.get_int("block_size")};
  if (p.bits != 2 && p.bits != 4 && p.bits != 8)
    node.fail_attribute("bits", core::str("expected 2, 4 or 8, got ", p.bits, "."));
  if (p.rows < 1 || p.sums < 1 || p.block < 1 || p.block * p.bits % 8 != 0)
    node.fail_attribute("block_size",
                        core::str("expected N, K and blocks of whole bytes, got N = ", p.rows,
                                  ", K = ", p.sums, " and ", p.block, " elements a block."));
  return p;
}

/// The bytes of a constant input of this size.
Bytes constant_bytes(NodeContext& node, size_t input, int64_t count) {
  const ir::Value& value = node.graph().value(node.weights(input));
  if (!value.constant || value.type.dtype != DataType::UInt8 ||
      core::elems(value.type.dims) != count)
    node.fail_input(Code::UnsupportedNodeInput, input,
                    core::str("expected a constant of ", count, " bytes, got ",
                              value.constant ? "" : "computed ", core::dtype_name(value.type.dtype),
                              " with shape ", value.type.dims.to_string(), "."));
  const auto* bytes = static_cast<const uint8_t*>(value.constant->data.get());
  return {bytes, bytes + count};
}

/// Unsigned numbers of `bits`, the first in the low bits of a byte; rows begin at whole bytes. As
/// signed numbers around 0.
ValueId unpack(NodeContext& node, const Packing& p, const Bytes& packed, const Dims& dims) {
  const int64_t per_byte = 8 / p.bits, row_bytes = (dims[1] + per_byte - 1) / per_byte;
  const auto count = static_cast<size_t>(core::elems(dims));
  const std::shared_ptr<void> data = core::allocate_shared(std::max<size_t>(count, 1));
  auto* to = static_cast<int8_t*>(data.get());
  for (int64_t row = 0; row < dims[0]; ++row)
    for (int64_t i = 0; i < dims[1]; ++i) {
      const uint8_t byte = packed[static_cast<size_t>(row * row_bytes + i / per_byte)];
      const int64_t number = byte >> (i % per_byte * p.bits) & ((1 << p.bits) - 1);
      *to++ = static_cast<int8_t>(number - p.middle());
    }
  return node.add_constant(TensorData{DataType::Int8, dims, {data, count}});
}

/// Zero points of blocks as the weights' signed numbers; none where they are all in the middle.
ValueId zero_points(NodeContext& node, const Packing& p) {
  if (!node.has_input(3)) return {};
  const Dims dims{p.rows, p.blocks()};
  const int64_t row_bytes = (p.blocks() * p.bits + 7) / 8;
  return unpack(node, p, constant_bytes(node, 3, p.rows * row_bytes), dims);
}

bool has_float_zero_points(NodeContext& node) {
  return node.has_input(3) && core::is_floating_point(node.dtype(node.weights(3)));
}

Outputs import_matmul_n_bits(NodeContext& node) {
  const Packing p = read_packing(node);
  if (node.has_input(4))
    node.fail_input(Code::UnsupportedNodeInput, 4, "expected no order of groups, got one.");
  const ValueId x = node.input(0);
  const int64_t wide = p.blocks() * p.block;
  const Bytes packed = constant_bytes(node, 1, p.rows * wide * p.bits / 8);
  const ValueId numbers = unpack(node, p, packed, {p.rows, wide});
  const DataType dtype = node.dtype(x);
  ValueId scale = reshape(node, node.weights(2), {p.rows, p.blocks()}, "scale");
  ValueId zero;
  if (has_float_zero_points(node)) {
    // (q - z) s where z is no whole number: q s - (z - middle) s.
    const ValueId centred =
        elementwise(node, ElementWiseOperation::Sub,
                    reshape(node, node.weights(3), {p.rows, p.blocks()}, "zero"),
                    static_cast<double>(p.middle()), "zero");
    zero = elementwise(node, ElementWiseOperation::Prod, centred, scale, "zero");
  }
  ValueId weights =
      node.add("Dequantize", {numbers, scale, zero ? ValueId{} : zero_points(node, p)},
               {{"to_type", enum_number(dtype)}}, "weights");
  if (zero) {
    weights = reshape(node, weights, {p.rows, p.blocks(), p.block}, "blocks");
    weights =
        elementwise(node, ElementWiseOperation::Sub, weights, unsqueeze(node, zero, {2}), "zero");
    weights = reshape(node, weights, {p.rows, wide}, "weights");
  }
  if (wide != p.sums) {
    SliceArguments used;
    used.start = {0, 0};
    used.shape = {p.rows, p.sums};
    used.stride = {1, 1};
    weights = slice(node, weights, used, "used");
  }
  const ValueId product = node.add("MatrixMultiply", {x, with_rank(node, weights, node.rank(x))},
                                   {{"op1", enum_number(MatrixOperation::Transpose)}}, "product");
  if (!node.has_input(5)) return {product};
  return {elementwise(node, ElementWiseOperation::Sum, product, node.input(5), "bias")};
}

constexpr Importer kImporters[] = {
    {"MatMulNBits", import_matmul_n_bits, 0, "com.microsoft"},
};

}  // namespace

std::span<const Importer> matmul_n_bits_importers() { return kImporters; }

}  // namespace trtlike::onnx
