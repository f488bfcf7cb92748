// Reads a problem into a setup, and makes a primitive description for a slice.
#include "kernels/onednn/convolution_setup.h"

#include <algorithm>
#include <numeric>

#include "core/check.h"

namespace trtlike::kernels::onednn {
namespace {

using dnnl::memory;

std::optional<Extra> make_extra(const Problem& problem, size_t input) {
  const TensorDesc& desc = problem.inputs[input];
  const Dims& dims = desc.dims;
  const Dims& out = problem.outputs[0].dims;
  if (core::elems(dims) == 1) return Extra{input, Spread::Scalar, desc};
  if (dims == out) return Extra{input, Spread::Full, desc};
  const bool over_channels = dims.rank() == out.rank() && dims[1] == out[1] &&
                             (dims[0] == 1 || dims[0] == out[0]) &&
                             core::elems(dims) == dims[0] * dims[1];
  if (!over_channels) return std::nullopt;
  return Extra{input, Spread::Channels, desc};
}

std::string read_extras(const Problem& problem, ConvolutionSetup& setup) {
  const auto post_ops = find_post_ops(problem);
  if (!post_ops) return "needs a program that is a chain of post-operations";
  setup.post_ops = *post_ops;
  setup.program = problem.attributes->get_string("program");
  for (const PostOp& op : setup.post_ops) {
    if (op.input < 0) continue;
    const size_t input = epilogue::input_of(op.input);
    const DataType dtype = problem.inputs[input].dtype;
    if (!find_type(dtype) && !(setup.is_quantized && is_byte(dtype)))
      return core::str("needs f32 or bf16 operands, got ", core::dtype_short_name(dtype));
    if (is_byte(setup.result) && !is_byte(dtype) && drops_nans(setup.post_ops))
      return "needs operands without NaNs to make quantized numbers of";
    const auto extra = make_extra(problem, input);
    if (!extra)
      return core::str("needs operands like the output, its channels or a scalar, got ",
                       problem.inputs[input].dims);
    setup.extras.push_back(*extra);
  }
  return "";
}

/// The largest width of channel blocks, a multiple of 16, that gives every thread several.
int64_t block_width(int64_t channels, int threads) {
  for (const int64_t per_thread : {4, 2, 1}) {
    const int64_t blocks = per_thread * threads;
    const int64_t width = (channels + blocks * 16 - 1) / (blocks * 16) * 16;
    if (width >= 64 || per_thread == 1) return width;
  }
  return channels;
}

/// In how many blocks of rows an image is cut: several per thread unless fewer end earlier.
int64_t count_row_blocks(int64_t rows, int64_t images, int threads) {
  if (threads == 1 || images >= 4 * threads) return 1;
  int64_t best = 1, best_time = rows * ((images + threads - 1) / threads);
  for (int64_t blocks = 2; blocks <= std::min<int64_t>(rows, 4 * threads); ++blocks) {
    const int64_t rounds = (blocks * images + threads - 1) / threads;
    const int64_t time = rounds * ((rows + blocks - 1) / blocks);
    if (time <= best_time + best_time / 50) {
      best = blocks;
      best_time = std::min(best_time, time);
    }
  }
  return best;
}

memory::dims spatial(const ConvolutionSetup& setup, const std::array<int64_t, 3>& values) {
  return {values.begin() + static_cast<std::ptrdiff_t>(setup.row_axis()), values.end()};
}

}  // namespace

memory::dims ConvolutionSetup::input_dims(const SliceGeometry& geometry) const {
  memory::dims dims = spatial(*this, shape.input);
  dims[0] = geometry.in_rows;
  dims.insert(dims.begin(), {1, shape.input_channels});
  return dims;
}

memory::dims ConvolutionSetup::output_dims(const SliceGeometry& geometry) const {
  memory::dims dims = spatial(*this, shape.output);
  dims[0] = geometry.out_rows;
  dims.insert(dims.begin(), {1, geometry.channels});
  return dims;
}

memory::dims ConvolutionSetup::weights_dims(int64_t channels) const {
  memory::dims dims = spatial(*this, shape.kernel);
  dims.insert(dims.begin(), {channels / shape.groups, shape.input_channels / shape.groups});
  if (shape.groups > 1) dims.insert(dims.begin(), shape.groups);
  return dims;
}

memory::dims ConvolutionSetup::weights_strides() const {
  const memory::dims kernel = spatial(*this, shape.kernel);
  const bool is_linear = weights.layout == Layout::Linear;
  memory::dims strides(kernel.size(), is_linear ? 1 : weights.pixel_pitch());
  for (size_t i = kernel.size() - 1; i > 0; --i) strides[i - 1] = strides[i] * kernel[i];
  const int64_t taps = strides[0] * kernel[0];
  const int64_t second = is_linear ? taps : 1;
  const int64_t first = is_linear ? weights.dims[1] * taps : taps;
  const int64_t per_group = weights.dims[0] / shape.groups;
  strides.insert(strides.begin(), {transposed ? second : first, transposed ? first : second});
  if (shape.groups > 1) strides.insert(strides.begin(), per_group * first);
  return strides;
}

int64_t ConvolutionSetup::weights_offset(int64_t channel) const {
  return channel == 0 ? 0 : channel * weights_strides()[0];
}

dnnl::primitive_desc ConvolutionSetup::describe(const SliceGeometry& geometry,
                                                const memory::desc& weights,
                                                bool has_post_ops) const {
  memory::dims strides = spatial(*this, shape.stride);
  memory::dims dilates = spatial(*this, shape.dilation);
  memory::dims before = spatial(*this, shape.padding), after = before;
  const memory::dims kernel = spatial(*this, shape.kernel);
  const memory::dims in = input_dims(geometry), out = output_dims(geometry);
  before[0] = geometry.pad_before;
  after[0] = geometry.pad_after;
  for (size_t i = 0; i < kernel.size(); ++i) {
    const int64_t extent = (kernel[i] - 1) * dilates[i] + 1;
    if (transposed) {
      after[i] = (in[2 + i] - 1) * strides[i] + extent - before[i] - out[2 + i];
    } else if (i > 0) {
      after[i] =
          std::max<int64_t>(0, (out[2 + i] - 1) * strides[i] + extent - before[i] - in[2 + i]);
    }
    dilates[i] -= 1;
  }
  const memory::desc input_desc = dense_desc(compute, in);
  const memory::desc output_desc = dense_desc(result, out);
  const memory::desc bias =
      has_bias ? memory::desc({geometry.channels}, memory::data_type::f32, memory::format_tag::a)
               : memory::desc();

  dnnl::primitive_attr attributes;
  if (has_post_ops) attributes = make_attributes();
  if (is_quantized) {
    attributes.set_scales_mask(DNNL_ARG_WEIGHTS, shape.groups > 1 ? 3 : 1);
    if (zero_point != 0) attributes.set_zero_points_mask(DNNL_ARG_SRC, 0);
  }
  const auto describe_extra = [&](size_t i) {
    const Extra& operand = extras[i];
    memory::dims dims(out.size(), 1);
    if (operand.spread == Spread::Channels) dims[1] = geometry.channels;
    if (operand.spread == Spread::Full) dims = out;
    return dense_desc(operand.desc.dtype, dims);
  };
  if (has_post_ops) attributes.set_post_ops(make_post_ops(post_ops, describe_extra));
  constexpr auto kInference = dnnl::prop_kind::forward_inference;
  if (transposed)
    return dnnl::deconvolution_forward::primitive_desc(
        engine(), kInference, dnnl::algorithm::deconvolution_direct, input_desc, weights, bias,
        output_desc, strides, dilates, before, after, attributes, true);
  return dnnl::convolution_forward::primitive_desc(
      engine(), kInference, dnnl::algorithm::convolution_direct, input_desc, weights, bias,
      output_desc, strides, dilates, before, after, attributes, true);
}

std::optional<dnnl::primitive_desc> ConvolutionSetup::find_primitive(
    const SliceGeometry& geometry) const {
  const OneThread one_thread;
  const memory::desc weights(weights_dims(geometry.channels), get_type(weights_type()),
                             memory::format_tag::any);
  dnnl::primitive_desc desc = describe(geometry, weights, true);
  if (!desc || !find_fast(desc, needs_vector_code(post_ops))) return std::nullopt;
  return desc;
}

dnnl::primitive ConvolutionSetup::make_plain_primitive(const SliceGeometry& geometry,
                                                       const memory::desc& weights) const {
  const dnnl::primitive_desc desc = describe(geometry, weights, false);
  TRTLIKE_ASSERT(desc, "oneDNN primitive without post-operations");
  return onednn::make_primitive(desc);
}

std::vector<int64_t> ConvolutionSetup::channel_blocks() const {
  std::vector<int64_t> blocks;
  const int64_t width = slicing == Slicing::Rows ? shape.output_channels
                                                 : block_width(shape.output_channels, threads);
  for (int64_t done = 0; done < shape.output_channels; done += width)
    blocks.push_back(std::min(width, shape.output_channels - done));
  return blocks;
}

std::vector<ConvolutionSlice> ConvolutionSetup::slices(
    const std::vector<int64_t>& channel_blocks) const {
  const size_t axis = row_axis();
  const int64_t rows = shape.output[axis];
  const int64_t extent = (shape.kernel[axis] - 1) * shape.dilation[axis] + 1;
  int64_t row_blocks =
      slicing == Slicing::Rows && !transposed ? count_row_blocks(rows, shape.batch, threads) : 1;
  const auto cut = [&](int64_t count) {
    std::vector<ConvolutionSlice> out;
    for (int64_t i = 0; i < count; ++i) {
      ConvolutionSlice slice;
      slice.out_row = rows * i / count;
      slice.geometry.out_rows = rows * (i + 1) / count - slice.out_row;
      if (transposed) {
        slice.geometry.in_rows = shape.input[axis];
        slice.geometry.pad_before = shape.padding[axis];
      } else {
        const int64_t first = slice.out_row * shape.stride[axis] - shape.padding[axis];
        const int64_t end = first + (slice.geometry.out_rows - 1) * shape.stride[axis] + extent;
        slice.in_row = std::max<int64_t>(first, 0);
        const int64_t in_end = std::min(end, shape.input[axis]);
        slice.geometry.in_rows = in_end - slice.in_row;
        slice.geometry.pad_before = slice.in_row - first;
        slice.geometry.pad_after = end - in_end;
      }
      out.push_back(slice);
    }
    return out;
  };
  std::vector<ConvolutionSlice> bands = cut(row_blocks);
  const bool reads_padding_only = std::any_of(
      bands.begin(), bands.end(), [](const auto& band) { return band.geometry.in_rows <= 0; });
  if (reads_padding_only) bands = cut(1);

  std::vector<ConvolutionSlice> out;
  for (int64_t image = 0; image < shape.batch; ++image) {
    int64_t channel = 0;
    for (size_t part = 0; part < channel_blocks.size(); ++part) {
      for (ConvolutionSlice band : bands) {
        band.image = image;
        band.part = part;
        band.channel = channel;
        band.geometry.channels = channel_blocks[part];
        out.push_back(band);
      }
      channel += channel_blocks[part];
    }
  }
  return out;
}

memory::desc strided_desc(const TensorDesc& desc, const memory::dims& dims) {
  const int rank = desc.dims.rank();
  memory::dims strides(static_cast<size_t>(rank), 1);
  if (desc.layout == Layout::Linear) {
    const Dims dense = core::dense_strides(desc.dims);
    strides.assign(dense.begin(), dense.end());
  } else {
    int64_t stride = desc.pixel_pitch();
    for (int i = rank - 1; i >= 2; --i) {
      strides[static_cast<size_t>(i)] = stride;
      stride *= desc.dims[i];
    }
    strides[0] = stride;
  }
  return {dims, get_type(desc.dtype), strides};
}

memory::desc dense_desc(DataType dtype, const memory::dims& dims) {
  memory::dims strides(dims.size(), 1);
  int64_t stride = dims[1];
  for (size_t i = dims.size() - 1; i >= 2; --i) {
    strides[i] = stride;
    stride *= dims[i];
  }
  strides[0] = stride;
  return {dims, get_type(dtype), strides};
}

int64_t offset_bytes(const TensorDesc& desc, int64_t image, int64_t channel, int64_t row) {
  const memory::dims dims(desc.dims.begin(), desc.dims.end());
  const memory::dims strides = strided_desc(desc, dims).get_strides();
  const int64_t elems = image * strides[0] + channel * strides[1] + row * strides[2];
  return elems * static_cast<int64_t>(core::dtype_bytes(desc.dtype, 1));
}

bool is_dense_channels_last(const TensorDesc& desc) {
  const int64_t positions = core::elems_between(desc.dims, 2, desc.dims.rank());
  if (desc.layout == Layout::Linear) return positions == 1 || desc.dims[1] == 1;
  return desc.layout == Layout::ChannelsLast && desc.pixel_pitch() == desc.dims[1];
}

namespace {

/// Nothing when the operands are of types that are multiplied.
std::optional<std::string> refuse_types(const Problem& problem) {
  const TensorDesc &input = problem.inputs[0], &weights = problem.inputs[1],
                   &output = problem.outputs[0];
  const bool computes_weights = !problem.is_constant(1);
  if (is_quantized(problem)) {
    if (computes_weights || !problem.is_constant(2)) return "needs constant weights and factors";
    if (!find_type(output.dtype) && !is_byte(output.dtype))
      return core::str("needs an output in f32, bf16, s8 or u8, got ",
                       core::dtype_short_name(output.dtype));
    return std::nullopt;
  }
  if (!computes_weights && problem.has_input(2) && !problem.is_constant(2))
    return "needs a constant bias beside constant weights";
  if (computes_weights && !find_type(weights.dtype))
    return core::str("needs constant weights, f32 or (with AVX-512 BF16) bf16, got ",
                     core::dtype_short_name(weights.dtype));
  for (const TensorDesc* desc : {&input, &output}) {
    if (!find_type(desc->dtype))
      return core::str("needs f32 or (with AVX-512 BF16) bf16, got ",
                       core::dtype_short_name(desc->dtype));
  }
  if (!core::is_float(weights.dtype) ||
      (problem.has_input(2) && !core::is_float(problem.inputs[2].dtype)))
    return "needs floating-point weights";
  return std::nullopt;
}

}  // namespace

SetupResult make_setup(const Problem& problem, Slicing slicing) {
  const auto refuse = [](auto&&... parts) {
    return SetupResult{std::nullopt, core::str(parts...)};
  };
  if (auto reason = refuse_types(problem)) return refuse(*reason);
  const TensorDesc &input = problem.inputs[0], &weights = problem.inputs[1],
                   &output = problem.outputs[0];
  ConvolutionSetup setup;
  setup.transposed = ops::is_deconvolution(*problem.op);
  setup.num_axes = input.dims.rank() - 2;
  setup.shape = setup.transposed
                    ? ops::deconvolution_shape(*problem.attributes, input.dims, weights.dims)
                    : ops::convolution_shape(*problem.attributes, input.dims, weights.dims);
  setup.slicing = slicing;
  setup.input = input;
  setup.weights = weights;
  setup.output = output;
  setup.computes_weights = !problem.is_constant(1);
  setup.has_bias = problem.has_input(2);
  setup.is_quantized = is_quantized(problem);
  if (setup.is_quantized)
    setup.zero_point = static_cast<int32_t>(problem.attributes->get_int("zero_point"));
  setup.threads = problem.threads;
  const bool bf16 = input.dtype == DataType::BF16 || output.dtype == DataType::BF16;
  setup.compute = setup.is_quantized ? input.dtype : bf16 ? DataType::BF16 : DataType::Float;
  setup.result = output.dtype;
  if (core::elems(input.dims) == 0 || core::elems(output.dims) == 0)
    return refuse("needs tensors that are not empty");
  // Every image has slices of its own.
  constexpr int64_t kMostImages = 1 << 16;
  if (setup.shape.batch > kMostImages)
    return refuse("needs at most ", kMostImages, " images, got ", setup.shape.batch);
  if (slicing == Slicing::Channels && setup.shape.groups > 1 && !setup.transposed)
    return refuse("needs one group, got ", setup.shape.groups);
  if (setup.shape.groups > 1) setup.slicing = Slicing::Rows;
  if (setup.slicing == Slicing::Channels && !setup.transposed &&
      !(is_dense_channels_last(input) && input.dtype == setup.compute))
    return refuse("needs a dense channels_last input of the type it computes in");
  if (problem.attributes->find("program") != nullptr) {
    const std::string refusal = read_extras(problem, setup);
    if (!refusal.empty()) return refuse(refusal);
  }
  return {std::move(setup), ""};
}

}  // namespace trtlike::kernels::onednn
