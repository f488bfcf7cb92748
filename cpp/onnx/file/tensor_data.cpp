// Decoding of TensorProto, one storage form after the other.
#include "onnx/file/tensor_data.h"

#include <utility>

#include "core/dtype.h"
#include "core/os/memory.h"
#include "ir/weights.h"
#include "onnx/file/failure.h"

namespace trtlike::onnx {
namespace {

using core::str;
using ::onnx::TensorProto;

/// Below this size a tensor is copied, so that it does not keep the whole model in memory.
constexpr size_t kCopyBytes = 4096;
/// A sparse tensor may ask for far more memory than its file has bytes.
constexpr int64_t kMaxSparseElems = int64_t{1} << 28;

[[noreturn]] void fail(const TensorProto& tensor, Code code, const std::string& sentence) {
  throw Failure(code, str("[onnx] tensor '", tensor.name(), "': ", sentence));
}

/// Bits of one element in raw_data.
int element_bits(int32_t onnx_type) {
  switch (onnx_type) {
    case TensorProto::UINT4:
    case TensorProto::INT4:
    case TensorProto::FLOAT4E2M1:
      return 4;
    case TensorProto::UINT2:
    case TensorProto::INT2:
      return 2;
    case TensorProto::BOOL:
    case TensorProto::INT8:
    case TensorProto::UINT8:
    case TensorProto::FLOAT8E4M3FN:
    case TensorProto::FLOAT8E4M3FNUZ:
    case TensorProto::FLOAT8E5M2:
    case TensorProto::FLOAT8E5M2FNUZ:
    case TensorProto::FLOAT8E8M0:
      return 8;
    case TensorProto::INT16:
    case TensorProto::UINT16:
    case TensorProto::FLOAT16:
    case TensorProto::BFLOAT16:
      return 16;
    case TensorProto::DOUBLE:
    case TensorProto::INT64:
    case TensorProto::UINT64:
      return 64;
    default:
      return 32;
  }
}

std::shared_ptr<void> allocate(size_t bytes) {
  return core::allocate_shared(std::max<size_t>(bytes, 8));
}

/// uint64_data holds the elements of UINT32 too.
ir::ConstantData narrow_uint32(const TensorProto& tensor) {
  const size_t bytes = static_cast<size_t>(tensor.uint64_data_size()) * sizeof(uint32_t);
  auto data = allocate(bytes);
  auto* to = static_cast<uint32_t*>(data.get());
  for (const uint64_t element : tensor.uint64_data()) {
    if (!std::in_range<uint32_t>(element))
      fail(tensor, Code::InvalidValue,
           str("expected elements of at most ", UINT32_MAX, ", got ", element, "."));
    *to++ = static_cast<uint32_t>(element);
  }
  return {data, bytes};
}

/// int32_data holds one element of a small type an entry (several of types of less than a byte).
ir::ConstantData pack_small(const TensorProto& tensor, size_t bytes) {
  const int width = std::max(8, element_bits(tensor.data_type())) / 8;
  const size_t entries = bytes / static_cast<size_t>(width);
  if (static_cast<size_t>(tensor.int32_data_size()) != entries)
    fail(tensor, Code::InvalidValue,
         str("expected ", entries, " entries of int32_data, got ", tensor.int32_data_size(), "."));
  auto data = allocate(bytes);
  for (size_t i = 0; i < entries; ++i) {
    int32_t entry = tensor.int32_data(static_cast<int>(i));
    if (tensor.data_type() == TensorProto::BOOL) entry = entry != 0 ? 1 : 0;
    std::memcpy(static_cast<char*>(data.get()) + i * static_cast<size_t>(width), &entry,
                static_cast<size_t>(width));
  }
  return {data, bytes};
}

Dims read_dims(const TensorProto& tensor) {
  if (tensor.dims_size() > Dims::kMaxDims)
    fail(tensor, Code::UnsupportedNodeShape,
         str("expected at most ", Dims::kMaxDims, " dimensions, got ", tensor.dims_size(), "."));
  Dims dims;
  for (const int64_t extent : tensor.dims()) {
    if (extent < 0)
      fail(tensor, Code::InvalidValue, str("expected extents of 0 or more, got ", extent, "."));
    dims.push_back(extent);
  }
  return dims;
}

}  // namespace

std::string onnx_type_name(int32_t onnx_type) {
  static const char* const names[] = {
      "UNDEFINED",      "FLOAT",    "UINT8",        "INT8",           "UINT16",
      "INT16",          "INT32",    "INT64",        "STRING",         "BOOL",
      "FLOAT16",        "DOUBLE",   "UINT32",       "UINT64",         "COMPLEX64",
      "COMPLEX128",     "BFLOAT16", "FLOAT8E4M3FN", "FLOAT8E4M3FNUZ", "FLOAT8E5M2",
      "FLOAT8E5M2FNUZ", "UINT4",    "INT4",         "FLOAT4E2M1",     "FLOAT8E8M0",
      "UINT2",          "INT2"};
  if (onnx_type < 0 || onnx_type >= static_cast<int32_t>(std::size(names)))
    return str("unknown type ", onnx_type);
  return names[onnx_type];
}

DataType to_dtype(int32_t onnx_type, const std::string& what) {
  switch (onnx_type) {
    case TensorProto::FLOAT:
      return DataType::Float;
    case TensorProto::DOUBLE:
      return DataType::Double;
    case TensorProto::FLOAT16:
      return DataType::Half;
    case TensorProto::BFLOAT16:
      return DataType::BF16;
    case TensorProto::INT8:
      return DataType::Int8;
    case TensorProto::UINT8:
      return DataType::UInt8;
    case TensorProto::INT16:
      return DataType::Int16;
    case TensorProto::UINT16:
      return DataType::UInt16;
    case TensorProto::INT32:
      return DataType::Int32;
    case TensorProto::UINT32:
      return DataType::UInt32;
    case TensorProto::INT64:
      return DataType::Int64;
    case TensorProto::UINT64:
      return DataType::UInt64;
    case TensorProto::BOOL:
      return DataType::Bool;
    case TensorProto::FLOAT8E4M3FN:
      return DataType::FP8;
    case TensorProto::INT4:
      return DataType::Int4;
    case TensorProto::FLOAT4E2M1:
      return DataType::FP4;
    case TensorProto::FLOAT8E8M0:
      return DataType::E8M0;
    case TensorProto::FLOAT8E5M2:
      return DataType::FP8E5M2;
    case TensorProto::FLOAT8E4M3FNUZ:
      return DataType::FP8E4M3FNUZ;
    case TensorProto::FLOAT8E5M2FNUZ:
      return DataType::FP8E5M2FNUZ;
    case TensorProto::UINT4:
      return DataType::UInt4;
    case TensorProto::INT2:
      return DataType::Int2;
    case TensorProto::UINT2:
      return DataType::UInt2;
    default:
      throw Failure(Code::UnsupportedNodeDatatype,
                    str("[onnx] ", what,
                        ": expected an element type that can be computed with (float, half, "
                        "bfloat16, integers, bool, numbers of 8 and less bits), got ",
                        onnx_type_name(onnx_type), "."));
  }
}

ir::ConstantData TensorReader::share(const void* data, size_t bytes, size_t alignment) const {
  if (bytes >= kCopyBytes && reinterpret_cast<uintptr_t>(data) % alignment == 0)
    return {std::shared_ptr<const void>(model_, data), bytes};
  auto copy = allocate(bytes);
  if (bytes > 0) std::memcpy(copy.get(), data, bytes);
  return {copy, bytes};
}

ir::ConstantData TensorReader::read_raw(const TensorProto& tensor, size_t bytes) {
  const size_t alignment = static_cast<size_t>(std::max(8, element_bits(tensor.data_type())) / 8);
  if (tensor.data_location() == TensorProto::EXTERNAL) {
    ir::ConstantData mapped = external_.read(tensor, bytes);
    if (reinterpret_cast<uintptr_t>(mapped.data.get()) % alignment == 0) return mapped;
    auto copy = allocate(bytes);
    std::memcpy(copy.get(), mapped.data.get(), bytes);
    return {copy, bytes};
  }
  if (tensor.has_raw_data()) {
    if (tensor.raw_data().size() != bytes)
      fail(tensor, Code::InvalidValue,
           str("expected ", bytes, " bytes of raw_data for its type and shape, got ",
               tensor.raw_data().size(), "."));
    return share(tensor.raw_data().data(), bytes, alignment);
  }
  const auto typed = [&](const auto& field, const char* name) {
    const size_t width = sizeof(*field.data());
    if (static_cast<size_t>(field.size()) * width != bytes)
      fail(tensor, Code::InvalidValue,
           str("expected ", bytes / width, " entries of ", name, " for its shape, got ",
               field.size(), "."));
    return share(field.data(), bytes, alignment);
  };
  switch (tensor.data_type()) {
    case TensorProto::FLOAT:
      return typed(tensor.float_data(), "float_data");
    case TensorProto::DOUBLE:
      return typed(tensor.double_data(), "double_data");
    case TensorProto::INT64:
      return typed(tensor.int64_data(), "int64_data");
    case TensorProto::INT32:
      return typed(tensor.int32_data(), "int32_data");
    case TensorProto::UINT64:
      return typed(tensor.uint64_data(), "uint64_data");
    case TensorProto::UINT32: {
      if (static_cast<size_t>(tensor.uint64_data_size()) * 4 != bytes)
        fail(tensor, Code::InvalidValue,
             str("expected ", bytes / 4, " entries of uint64_data for its shape, got ",
                 tensor.uint64_data_size(), "."));
      return narrow_uint32(tensor);
    }
    default:
      return pack_small(tensor, bytes);
  }
}

TensorData TensorReader::read(const TensorProto& tensor) {
  TensorData result;
  result.dtype = to_dtype(tensor.data_type(), str("tensor '", tensor.name(), "'"));
  result.dims = read_dims(tensor);
  int64_t count = 0;
  try {
    count = core::elems(result.dims);
  } catch (const Error& error) {
    fail(tensor, Code::InvalidValue, error.what());
  }
  const size_t bytes = core::packed_bytes(count, element_bits(tensor.data_type()));
  if (tensor.has_segment())
    fail(tensor, Code::UnsupportedGraph, "expected a whole tensor, got a segment of one.");
  const ir::ConstantData raw = read_raw(tensor, bytes);
  result.data = result.dtype == DataType::Bool ? ir::with_truth_values(raw) : raw;
  return result;
}

TensorData TensorReader::read_sparse(const ::onnx::SparseTensorProto& tensor) {
  const TensorData values = read(tensor.values());
  const TensorData indices = read(tensor.indices());
  TensorData result;
  result.dtype = values.dtype;
  for (const int64_t extent : tensor.dims()) {
    if (extent < 0 || result.dims.rank() == Dims::kMaxDims)
      fail(tensor.values(), Code::InvalidValue,
           str("expected a sparse tensor of at most ", Dims::kMaxDims,
               " extents of 0 or more, got extent ", extent, " behind shape ",
               result.dims.to_string(), "."));
    result.dims.push_back(extent);
  }
  if (!core::has_valid_extents(result.dims) || core::elems(result.dims) > kMaxSparseElems)
    fail(tensor.values(), Code::UnsupportedNodeShape,
         str("expected a sparse tensor of at most ", kMaxSparseElems, " elements, got shape ",
             result.dims.to_string(), "."));
  const int64_t count = core::elems(result.dims);
  const int64_t given = core::elems(values.dims);
  if (core::dtype_bytes(values.dtype, 2) < 2)
    fail(tensor.values(), Code::UnsupportedNodeDatatype,
         str("expected sparse elements of whole bytes, got ", core::dtype_name(values.dtype), "."));
  const size_t width = core::dtype_bytes(values.dtype, 1);
  result.data.bytes = core::dtype_bytes(values.dtype, count);
  auto dense = allocate(result.data.bytes);
  const Dims strides = core::dense_strides(result.dims);
  const bool is_flat = indices.dims.rank() == 1;
  const int columns = is_flat ? 1 : result.dims.rank();
  if (indices.dtype != DataType::Int64 || core::elems(indices.dims) != given * columns)
    fail(tensor.values(), Code::InvalidValue,
         str("expected ", given * columns, " INT64 indices, got shape ", indices.dims.to_string(),
             "."));
  const auto* index = static_cast<const int64_t*>(indices.data.data.get());
  for (int64_t i = 0; i < given; ++i) {
    int64_t at = 0;
    for (int k = 0; k < columns; ++k) {
      const int64_t along = index[i * columns + k];
      if (along < 0 || along >= (is_flat ? count : result.dims[k]))
        fail(tensor.values(), Code::InvalidValue,
             str("expected indices inside ", result.dims.to_string(), ", got ", along, "."));
      at += is_flat ? along : along * strides[k];
    }
    std::memcpy(static_cast<char*>(dense.get()) + static_cast<size_t>(at) * width,
                static_cast<const char*>(values.data.data.get()) + static_cast<size_t>(i) * width,
                width);
  }
  result.data.data = dense;
  return result;
}

}  // namespace trtlike::onnx
