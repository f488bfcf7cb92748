// Packed form: magic, counts, part headers, then the parts and the bias, each aligned to 64 bytes.
#include "kernels/onednn/packed_weights.h"

#include <algorithm>
#include <cstring>

#include "core/os/memory.h"
#include "kernels/onednn/onednn.h"

namespace trtlike::kernels::onednn {
namespace {

constexpr uint64_t kMagic = 0x31574c4e4e444e4full;  // "ONDNNLW1"

struct FileHeader {
  uint64_t magic = kMagic;
  uint64_t num_parts = 0;
  uint64_t bias_offset = 0;
  uint64_t bias_count = 0;
};

struct PartHeader {
  int64_t begin, count;
  DataType dtype;
  BlockedLayout layout;
  uint64_t offset, bytes;
};

DataType from_dnnl(dnnl::memory::data_type type) {
  if (type == dnnl::memory::data_type::s8) return DataType::Int8;
  return type == dnnl::memory::data_type::bf16 ? DataType::BF16 : DataType::Float;
}

void fail(const char* expected, uint64_t got) {
  throw PlanError(core::str("[kernels] packed oneDNN weights: expected ", expected, ", got ", got,
                            ". Rebuild the plan."));
}

/// Calls visit(index) for each element in row-major order of the logical extents.
template <typename F>
void for_each_index(const BlockedLayout& layout, F&& visit) {
  int64_t index[BlockedLayout::kMaxDims] = {};
  int64_t total = 1;
  for (int i = 0; i < layout.rank; ++i) total *= layout.dims[i];
  for (int64_t n = 0; n < total; ++n) {
    visit(index);
    for (int i = layout.rank - 1; i >= 0 && ++index[i] == layout.dims[i]; --i) index[i] = 0;
  }
}

std::shared_ptr<void> convert(const void* elements, const dnnl::memory::desc& from,
                              const dnnl::memory::desc& to) {
  const OneThread one_thread;
  std::shared_ptr<void> data = core::allocate_shared(2 * core::align_up(to.get_size()) + 1);
  const Copy copy(from, to);
  const std::shared_ptr<void> scratch = core::allocate_shared(copy.scratch_bytes() + 1);
  copy.run(elements, data.get(), scratch.get());
  return data;
}

}  // namespace

int64_t BlockedLayout::offset(const int64_t* index) const {
  int64_t position[kMaxDims];
  std::copy(index, index + rank, position);
  int64_t out = 0, inner = 1;
  for (int i = num_blocks - 1; i >= 0; --i) {
    int64_t& p = position[block_axes[i]];
    out += p % blocks[i] * inner;
    p /= blocks[i];
    inner *= blocks[i];
  }
  for (int i = 0; i < rank; ++i) out += position[i] * strides[i];
  return out;
}

BlockedLayout describe(const dnnl::memory::desc& desc) {
  BlockedLayout layout;
  const auto copy = [](const dnnl::memory::dims& from, int64_t* to, size_t most) {
    TRTLIKE_ASSERT(from.size() <= most, "oneDNN layout of ", from.size(), " entries");
    std::copy(from.begin(), from.end(), to);
  };
  layout.rank = desc.get_ndims();
  copy(desc.get_dims(), layout.dims, BlockedLayout::kMaxDims);
  copy(desc.get_padded_dims(), layout.padded_dims, BlockedLayout::kMaxDims);
  copy(desc.get_strides(), layout.strides, BlockedLayout::kMaxDims);
  layout.num_blocks = desc.get_inner_nblks();
  copy(desc.get_inner_blks(), layout.blocks, BlockedLayout::kMaxBlocks);
  copy(desc.get_inner_idxs(), layout.block_axes, BlockedLayout::kMaxBlocks);
  return layout;
}

void WeightsWriter::add_part(int64_t begin, int64_t count, const void* elements,
                             const dnnl::memory::desc& from, const dnnl::memory::desc& to) {
  WeightsPart header{begin,        count,   from_dnnl(to.get_data_type()),
                     describe(to), nullptr, to.get_size()};
  parts_.push_back({header, convert(elements, from, to)});
}

Packed WeightsWriter::finish(int64_t groups) const {
  size_t end = core::align_up(sizeof(FileHeader) + parts_.size() * sizeof(PartHeader));
  FileHeader file;
  file.num_parts = parts_.size();
  std::vector<PartHeader> headers;
  for (const Part& part : parts_) {
    // Padding bytes would make the plan's bytes differ from build to build.
    PartHeader header;
    std::memset(static_cast<void*>(&header), 0, sizeof header);
    header.begin = part.header.begin;
    header.count = part.header.count;
    header.dtype = part.header.dtype;
    header.layout = part.header.layout;
    header.offset = end;
    header.bytes = part.header.bytes;
    headers.push_back(header);
    end = core::align_up(end + part.header.bytes);
  }
  if (!bias_.empty()) {
    file.bias_offset = end;
    file.bias_count = bias_.size();
    end = core::align_up(end + bias_.size() * sizeof(float));
  }
  if (!parts_.empty()) end += read_beyond(parts_.back().header.bytes, groups);
  std::shared_ptr<void> block = core::allocate_shared(end);
  auto* out = static_cast<std::byte*>(block.get());
  std::memcpy(out, &file, sizeof file);
  for (size_t i = 0; i < parts_.size(); ++i) {
    std::memcpy(out + sizeof file + i * sizeof(PartHeader), &headers[i], sizeof(PartHeader));
    std::memcpy(out + headers[i].offset, parts_[i].data.get(), headers[i].bytes);
  }
  if (!bias_.empty())
    std::memcpy(out + file.bias_offset, bias_.data(), bias_.size() * sizeof(float));
  return {block, end};
}

WeightsReader::WeightsReader(std::span<const std::byte> bytes) {
  FileHeader file;
  if (bytes.size() < sizeof file) fail("a header", bytes.size());
  std::memcpy(&file, bytes.data(), sizeof file);
  if (file.magic != kMagic) fail("their magic number", file.magic);
  if (file.num_parts > (bytes.size() - sizeof file) / sizeof(PartHeader))
    fail("part headers that fit", file.num_parts);
  for (uint64_t i = 0; i < file.num_parts; ++i) {
    PartHeader header;
    std::memcpy(&header, bytes.data() + sizeof file + i * sizeof header, sizeof header);
    if (header.offset > bytes.size() || header.bytes > bytes.size() - header.offset)
      fail("a part inside the bytes", header.offset);
    const BlockedLayout& layout = header.layout;
    if (layout.rank < 0 || layout.rank > BlockedLayout::kMaxDims || layout.num_blocks < 0 ||
        layout.num_blocks > BlockedLayout::kMaxBlocks)
      fail("a layout of at most 6 axes and 4 blocks", static_cast<uint64_t>(layout.rank));
    parts_.push_back({header.begin, header.count, header.dtype, header.layout,
                      bytes.data() + header.offset, header.bytes});
  }
  if (file.bias_count != 0) {
    if (file.bias_offset > bytes.size() ||
        file.bias_count > (bytes.size() - file.bias_offset) / sizeof(float))
      fail("a bias inside the bytes", file.bias_offset);
    bias_ = reinterpret_cast<const float*>(bytes.data() + file.bias_offset);
  }
}

void WeightsReader::check_beyond(std::span<const std::byte> bytes, int64_t groups) const {
  for (const WeightsPart& part : parts_) {
    const auto behind = static_cast<size_t>(bytes.data() + bytes.size() - part.data) - part.bytes;
    if (behind < read_beyond(part.bytes, groups)) fail("bytes behind the weights", behind);
  }
}

const void* WeightsReader::get(size_t index, const dnnl::memory::desc& wanted) {
  const WeightsPart& part = parts_[index];
  const BlockedLayout layout = describe(wanted);
  if (layout == part.layout && from_dnnl(wanted.get_data_type()) == part.dtype &&
      wanted.get_size() <= part.bytes)
    return part.data;
  for (const Converted& converted : converted_)
    if (converted.part == index && converted.layout == layout) return converted.data.get();

  const dnnl::memory::dims dims(part.layout.dims, part.layout.dims + part.layout.rank);
  if (dims != wanted.get_dims()) fail("weights of the primitive's extents", index);
  dnnl::memory::dims strides(dims.size(), 1);
  for (size_t i = dims.size() - 1; i > 0; --i) strides[i - 1] = strides[i] * dims[i];
  const size_t element = core::dtype_bytes(part.dtype, 1);
  std::vector<std::byte> plain(static_cast<size_t>(strides[0] * dims[0]) * element);
  size_t at = 0;
  for_each_index(part.layout, [&](const int64_t* i) {
    const auto from = static_cast<size_t>(part.layout.offset(i)) * element;
    if (from + element > part.bytes) fail("elements inside the part", from);
    std::memcpy(plain.data() + at, part.data + from, element);
    at += element;
  });
  const dnnl::memory::desc dense(dims, get_type(part.dtype), strides);
  converted_.push_back({index, layout, convert(plain.data(), dense, wanted)});
  return converted_.back().data.get();
}

}  // namespace trtlike::kernels::onednn
