// Col2Im: images put together from blocks that may overlap: what meets in one pixel is summed.
#include <algorithm>

#include "core/check.h"
#include "ops/arithmetic.h"
#include "ops/host_values.h"
#include "ops/indexing.h"

namespace trtlike::ops {
namespace {

/// One value an axis, from a list that may be left out.
std::vector<int64_t> per_axis(const Attributes& attributes, const char* name, size_t count,
                              int64_t fallback) {
  const std::vector<int64_t>& given = attributes.get_ints(name);
  if (given.empty()) return std::vector<int64_t>(count, fallback);
  TRTLIKE_CHECK(given.size() == count, "[ops] attribute '", name, "': expected ", count,
                " values, got ", given.size(), ".");
  for (const int64_t value : given)
    TRTLIKE_CHECK(value >= fallback && value <= INT32_MAX, "[ops] attribute '", name,
                  "': expected values from ", fallback, " to ", INT32_MAX, ", got ", value, ".");
  return given;
}

/// How blocks lie in images of known extents.
struct Blocks {
  Blocks(const Attributes& attributes, std::vector<int64_t> image_shape,
         std::vector<int64_t> block_shape)
      : image(std::move(image_shape)),
        block(std::move(block_shape)),
        strides(per_axis(attributes, "strides", image.size(), 1)),
        dilations(per_axis(attributes, "dilations", image.size(), 1)),
        pads(per_axis(attributes, "pads", 2 * image.size(), 0)) {
    for (size_t d = 0; d < image.size(); ++d) {
      const int64_t room =
          image[d] + pads[d] + pads[image.size() + d] - dilations[d] * (block[d] - 1) - 1;
      counts.push_back(room < 0 ? 0 : room / strides[d] + 1);
    }
  }

  std::vector<int64_t> image, block, strides, dilations, pads;
  /// Blocks along each axis.
  std::vector<int64_t> counts;
};

/// Unknown elements stay; others must be `least` or more.
HostValue extents(const InferArgs& args, size_t i, const char* name, int64_t least) {
  const HostValue given = ints_argument(args, i, name);
  TRTLIKE_CHECK(given.has_value(), "[ops] input ", i, " '", name,
                "': expected a list of known length, got shape ", args.inputs[i].dims, ".");
  for (const int64_t extent : *given)
    TRTLIKE_CHECK(extent >= least || extent == kUnknownElement, "[ops] input ", i, " '", name,
                  "': expected extents of at least ", least, ", got [", core::join(*given), "].");
  return given;
}

void infer(const InferArgs& args) {
  const TensorType& input = args.inputs[0];
  TRTLIKE_CHECK(core::is_number(input.dtype) && input.dims.rank() == 3,
                "[ops] input 0 'input': expected numbers of rank 3, got ",
                core::dtype_name(input.dtype), " with shape ", input.dims, ".");
  const HostValue image = extents(args, 1, "image_shape", 0);
  const HostValue block = extents(args, 2, "block_shape", 1);
  TRTLIKE_CHECK(image->size() == block->size(), "[ops] input 2 'block_shape': expected ",
                image->size(), " extents as the image, got ", block->size(), ".");
  args.outputs[0] = {input.dtype, {input.dims[0], core::kUnknownDim}};
  for (const int64_t extent : *image)
    args.outputs[0].dims.push_back(std::max(extent, core::kUnknownDim));
  if (!is_known(block)) return;
  const int64_t elements = core::elems(Dims(*block));
  TRTLIKE_CHECK(input.dims[1] < 0 || input.dims[1] % elements == 0,
                "[ops] input 0 'input': expected a multiple of ", elements,
                ", the elements of a block, on axis 1, got shape ", input.dims, ".");
  if (input.dims[1] >= 0) args.outputs[0].dims[1] = input.dims[1] / elements;
  if (!is_known(image)) return;
  const Blocks blocks(args.attributes, *image, *block);
  const int64_t count = core::elems(Dims(blocks.counts));
  TRTLIKE_CHECK(input.dims[2] < 0 || input.dims[2] == count, "[ops] input 0 'input': expected ",
                count, " blocks, [", core::join(blocks.counts),
                "] along the axes of the image, got shape ", input.dims, ".");
}

/// For each element of a block in each place, where it lies in the image; -1: nowhere.
std::vector<int64_t> find_pixels(const Blocks& blocks) {
  const Dims image(blocks.image), strides = core::dense_strides(image);
  std::vector<int64_t> pixels;
  for_each_index(Dims(blocks.block), [&](const Dims& in_block, int64_t) {
    for_each_index(Dims(blocks.counts), [&](const Dims& at, int64_t) {
      int64_t offset = 0;
      for (int d = 0; d < image.rank() && offset >= 0; ++d) {
        const auto i = static_cast<size_t>(d);
        const int64_t pixel =
            at[d] * blocks.strides[i] - blocks.pads[i] + in_block[d] * blocks.dilations[i];
        offset = pixel < 0 || pixel >= image[d] ? -1 : offset + pixel * strides[d];
      }
      pixels.push_back(offset);
    });
  });
  return pixels;
}

template <typename T>
void sum_blocks(const ReferenceArgs& args, const std::vector<int64_t>& pixels) {
  using Wide = core::Wide<T>;
  const Dims& dims = args.outputs[0].dims;
  const int64_t images = dims[0] * dims[1], size = core::elems_between(dims, 2, dims.rank());
  const T* from = args.inputs[0].as<T>();
  T* to = args.outputs[0].as<T>();
  std::vector<Wide> sums(static_cast<size_t>(size));
  for (int64_t n = 0; n < images; ++n, to += size) {
    std::fill(sums.begin(), sums.end(), Wide{0});
    for (const int64_t pixel : pixels) {
      const Wide element = core::widen(*from++);
      if (pixel < 0) continue;
      Wide& sum = sums[static_cast<size_t>(pixel)];
      sum = core::wrapping_sum(sum, element);
    }
    for (int64_t i = 0; i < size; ++i) to[i] = core::narrow<T>(sums[static_cast<size_t>(i)]);
  }
}

void reference(const ReferenceArgs& args) {
  const Blocks blocks(args.attributes, int_elements(args.inputs[1]), int_elements(args.inputs[2]));
  core::dispatch_dtype(args.outputs[0].dtype, "Col2Im",
                       [&](auto tag) { sum_blocks<decltype(tag)>(args, find_pixels(blocks)); });
}

}  // namespace

const OpDefinition& col2im_op() {
  static const OpDefinition op{
      .name = "Col2Im",
      .meaning = "images put together from blocks, summed where they overlap",
      .layer_type = LayerType::PluginV3,
      .attributes = {{"dilations", std::vector<int64_t>{}},
                     {"pads", std::vector<int64_t>{}},
                     {"strides", std::vector<int64_t>{}}},
      .inputs = {{.name = "input"}, {.name = "image_shape"}, {.name = "block_shape"}},
      .host_inputs = {1, 2},
      .infer = infer,
      .reference = reference,
      .count_operations = count_inputs,
  };
  return op;
}

}  // namespace trtlike::ops
