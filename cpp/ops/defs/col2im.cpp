// Col2Im: images put together from blocks that may overlap: what meets in one pixel is summed.
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

template <typename T>
void sum_blocks(const ReferenceArgs& args, const Blocks& blocks) {
  using Wide = core::Wide<T>;
  const auto axes = static_cast<int>(blocks.image.size());
  const Dims image(blocks.image), block(blocks.block), counts(blocks.counts);
  const Dims strides = core::dense_strides(image);
  const int64_t pixels = core::elems(image), positions = core::elems(counts);
  const int64_t images = args.outputs[0].dims[0] * args.outputs[0].dims[1];
  const T* from = args.inputs[0].as<T>();
  std::vector<Wide> sums(static_cast<size_t>(images * pixels), Wide{0});
  for_each_index(block, [&](const Dims& in_block, int64_t element) {
    for_each_index(counts, [&](const Dims& at, int64_t position) {
      int64_t offset = 0;
      for (int d = 0; d < axes; ++d) {
        const auto i = static_cast<size_t>(d);
        const int64_t pixel =
            at[d] * blocks.strides[i] - blocks.pads[i] + in_block[d] * blocks.dilations[i];
        if (pixel < 0 || pixel >= image[d]) return;
        offset += pixel * strides[d];
      }
      for (int64_t n = 0; n < images; ++n) {
        Wide& sum = sums[static_cast<size_t>(n * pixels + offset)];
        const int64_t column = (n * core::elems(block) + element) * positions + position;
        sum = core::wrapping_sum(sum, core::widen(from[column]));
      }
    });
  });
  for (size_t i = 0; i < sums.size(); ++i) args.outputs[0].as<T>()[i] = core::narrow<T>(sums[i]);
}

void reference(const ReferenceArgs& args) {
  const Blocks blocks(args.attributes, int_elements(args.inputs[1]), int_elements(args.inputs[2]));
  core::dispatch_dtype(args.outputs[0].dtype, "Col2Im",
                       [&](auto tag) { sum_blocks<decltype(tag)>(args, blocks); });
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
