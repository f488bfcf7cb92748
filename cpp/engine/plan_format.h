// The plan file on one page. All numbers are little-endian; offsets count from the first byte.
//
//   0   8  magic "TRTLIKE\n"
//   8   4  format version; this build reads kOldestVersion to kVersion
//   12  4  zero
//   16  8  bytes of the whole file
//   24  8  XXH3 of all bytes from 32 to the end
//   32  8  offset of the metadata (always 64)
//   40  8  bytes of the metadata
//   48  8  offset of the constants, a multiple of 4096, so that a mapped file can be used in place
//   56  8  bytes of the constants
//
// Constants are ranges that start at multiples of 64 and are given relative to the constants
// section. The metadata is one Plan record. A record is its length (8 bytes), then its fields in
// the order of their numbers; a list is its count (8), then the items; a string is its length (8),
// then its characters; Dims are the rank (4, -1: unknown), then the extents (8 each); a range is
// offset (8), bytes (8). Every field is required in the version that introduced it. New fields get
// the next number, go to the end of their record, raise the version, and a reader gives them a
// default when an older record ends before them; numbers are never used again.
//
//   Plan       1 name  2 fingerprint  3 needs (i32: index of core::isa_levels; in version 1 only)
//              4 threads (i32)  5 verbosity (i32)  6 values  7 steps  8 bindings  9 profiles
//              10 needs (u64: bits of core::Isa; since version 2)
//              11 blobs: list of (name, range) (since version 3; default none)
//              12 regions: list of Plan records (since version 4; default none)
//              13 debug tensors: list of (name, i32: index of Plan.6) (since version 5;
//              default none)
//              14 reports_unfused (u8; since version 5; default 0)
//              15 recipes (since version 6; default none)
//   PlanValue  1 name  2 dtype (i32)  3 logical_dtype (i32)  4 layout (i32)  5 kind (i32)  6 dims
//              7 constant (range)  8 quantization (since version 3; default none)
//   PlanStep   1 op  2 name  3 metadata  4 attributes: list of (name, kind u8, value)
//              5 inputs: list of i32  6 outputs: list of i32  7 tactic  8 constant_inputs (u32)
//              9 packed_inputs (u32)  10 packed (range)  11 packed_dtypes: list of i32
//              (8 and 9: bit i says input i; inputs from 32 on are constant where their values are)
//              12 packed_dims: list of Dims  13 strict (u8)  14 tuned_ms (f64, 0: not measured)
//              15 packed_quantizations: one for each of 11 (since version 3; default none)
//              16 blob (i32: index of Plan.11, -1: none; since version 3; default -1)
//              17 regions: list of i32, indices of Plan.12 (since version 4; default none)
//   PlanBinding 1 name  2 mode (i32)  3 value (i32)  4 is_shape_tensor (u8)
//              5 dimension_names: list of strings
//   PlanProfile 1 shapes: list of (name, min Dims, opt Dims, max Dims)
//              2 shape_values: list of (name, three lists of i64)  3 memory_bytes (i64)
//
// A quantization is a record of its own; one of length 0 says that there is none:
//              1 axis (i32, -1: one scale for the tensor)  2 block (i64, 0: one scale an index)
//              3 symmetric (u8)  4 scales: list of f32 (of packed inputs none)
//              5 zero_points: list of i32 (one a scale, none when symmetric)
//
// Recipes are a record of their own, of length 0 where there are none:
//              1 kept_bytes (u64): the constants section without targets. A section of that length
//                lacks them, and the plan runs once it is refitted
//              2 weights: list of records: 1 name  2 dtype (i32)  3 count (i64)
//                4 checksum (u64; 0: any elements)  5 uses: list of (layer, role i32)
//              3 values: list of records: 1 source (i32)  2 dtype (i32)  3 dims  4 of (i32)
//                5 literal (range)
//              4 steps: list of records: 1 op  2 attributes  3 inputs: list of i32
//                4 outputs: list of i32
//              5 targets: list of records: 1 value (i32)  2 dtype (i32)  3 dims  4 layout (i32)
//                5 quantization  6 range
//
// What the three version numbers promise: the package version says what the library can do; this
// format version says whether the bytes can be read; the timing cache has its own.
#pragma once

#include <cstddef>
#include <cstdint>

namespace trtlike::engine {

inline constexpr char kMagic[8] = {'T', 'R', 'T', 'L', 'I', 'K', 'E', '\n'};
inline constexpr uint32_t kVersion = 6;
inline constexpr uint32_t kOldestVersion = 1;
inline constexpr size_t kChecksumFrom = 32;
inline constexpr size_t kConstantsAlignment = 4096;
inline constexpr size_t kRangeAlignment = 64;

struct Header {
  char magic[8];
  uint32_t version;
  uint32_t zero;
  uint64_t file_bytes;
  uint64_t checksum;
  uint64_t metadata_offset;
  uint64_t metadata_bytes;
  uint64_t constants_offset;
  uint64_t constants_bytes;
};
/// Fills in the checksum and puts the header before the bytes that it describes.
void seal_plan(char* bytes, Header header);
static_assert(sizeof(Header) == 64 && offsetof(Header, metadata_offset) == kChecksumFrom);

}  // namespace trtlike::engine
