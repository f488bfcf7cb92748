// Convolution, FusedConvolution and Deconvolution by oneDNN, a slice at a time.
#include <algorithm>
#include <memory>

#include "core/os/float_flags.h"
#include "core/os/memory.h"
#include "kernels/onednn/careful.h"
#include "kernels/onednn/convolution_setup.h"
#include "kernels/onednn/packed_weights.h"
#include "kernels/packed.h"
#include "kernels/tactic_list.h"

namespace trtlike::kernels {
namespace onednn {
namespace {

/// Where a slice's data are: in the tensor itself, or copied through scratch.
struct Operand {
  size_t input = 0;
  size_t slot = 0;
  int64_t offset = 0;
  std::optional<Copy> copy;
  size_t scratch_offset = 0;
};

/// A block of output channels' weights that are known at run time, in the form that some of the
/// slices want: from where they are to where those read them.
struct ComputedPart {
  size_t part;
  dnnl::memory::desc form;
  Copy copy;
  int64_t from_bytes;
  size_t shared_offset;
};

struct PreparedSlice {
  std::optional<Call> call;
  int64_t channel = 0;
  size_t weights_slot = 0;
  size_t shared_weights = 0;  ///< where weights that are computed lie in the shared memory
  size_t bias_slot = 0;
  std::vector<Operand> operands;
  Operand result;
  size_t scratchpad_slot = 0;
  SliceGeometry geometry;
  std::vector<ProgramOperand> program_operands;
  dnnl::memory::desc weights;
  mutable std::optional<CarefulSlice> careful;  ///< made when a NaN is seen
};

class ConvolutionKernel final : public Kernel {
 public:
  ConvolutionKernel(const ConvolutionSetup& setup, const TensorDesc& bias,
                    std::span<const std::byte> packed)
      : setup_(setup),
        drops_nans_(drops_nans(setup.post_ops) && !is_byte(setup.result)),
        bias_(bias) {
    std::vector<int64_t> blocks;
    if (setup.computes_weights) {
      blocks = setup.channel_blocks();
    } else {
      weights_.emplace(packed);
      weights_->check_beyond(packed, setup.shape.groups);
      for (const WeightsPart& part : weights_->parts()) blocks.push_back(part.count);
    }
    const std::vector<ConvolutionSlice> slices = setup.slices(blocks);
    if (!weights_) plan_copies(setup, slices, blocks);
    prepared_.reserve(slices.size());
    for (const ConvolutionSlice& slice : slices) prepare_slice(setup, slice);
    scratchpad_bytes_ = core::align_up(scratchpad_bytes_);
    scratch_bytes_ = scratchpad_bytes_ + copies_bytes_;
    slices_ = {static_cast<int>(prepared_.size())};
    if (!weights_) slices_.insert(slices_.begin(), static_cast<int>(computed_.size()));
    built_.clear();
  }

  void run(const RunArgs& args, int phase, int index) const override {
    const OneThread one_thread;
    if (phase + 1 < static_cast<int>(slices_.size())) return copy_weights(args, index);
    const PreparedSlice& slice = prepared_[static_cast<size_t>(index)];
    auto* scratch = static_cast<std::byte*>(args.scratch);
    for (const Operand& operand : slice.operands) {
      const auto* data = static_cast<const std::byte*>(args.inputs[operand.input]) + operand.offset;
      if (operand.copy) {
        std::byte* copied = scratch + scratchpad_bytes_ + operand.scratch_offset;
        operand.copy->run(data, copied, scratch);
        data = copied;
      }
      slice.call->set(operand.slot, data);
    }
    if (!weights_) {
      const auto* shared = static_cast<const std::byte*>(args.shared);
      slice.call->set(slice.weights_slot, shared + slice.shared_weights);
      if (!bias_.is_absent())
        slice.call->set(slice.bias_slot, reinterpret_cast<const float*>(shared) + slice.channel);
    }
    std::byte* out = static_cast<std::byte*>(args.outputs[0]) + slice.result.offset;
    std::byte* written =
        slice.result.copy ? scratch + scratchpad_bytes_ + slice.result.scratch_offset : out;
    slice.call->set(slice.result.slot, written);
    slice.call->set(slice.scratchpad_slot, scratch);
    if (drops_nans_) core::clear_invalid_flag();
    slice.call->run();
    if (drops_nans_ && core::has_invalid_flag()) run_carefully(slice);
    if (slice.result.copy) slice.result.copy->run(written, out, scratch);
  }

 private:
  struct Built {
    SliceGeometry geometry;
    dnnl::primitive_desc desc;
    dnnl::primitive primitive;
  };

  /// Where there is no memory for it the slice keeps what oneDNN made of its NaNs.
  void run_carefully(const PreparedSlice& slice) const noexcept try {
    if (!slice.careful) {
      const dnnl::memory::dims out = setup_.output_dims(slice.geometry);
      int64_t rows = 1;
      for (size_t i = 2; i < out.size(); ++i) rows *= out[i];
      slice.careful.emplace(setup_.make_plain_primitive(slice.geometry, slice.weights), *slice.call,
                            slice.result.slot, setup_.program, slice.program_operands,
                            setup_.result, rows, out[1]);
    }
    slice.careful->run(*slice.call);
  } catch (...) {
  }

  const Built& build(const ConvolutionSetup& setup, const SliceGeometry& geometry) {
    for (const Built& built : built_)
      if (built.geometry == geometry) return built;
    auto desc = setup.find_primitive(geometry);
    TRTLIKE_ASSERT(desc.has_value(), "oneDNN primitive for a slice");
    dnnl::primitive primitive = make_primitive(*desc);
    built_.push_back({geometry, std::move(*desc), std::move(primitive)});
    return built_.back();
  }

  const ComputedPart* find_computed(size_t part, const dnnl::memory::desc& form) const {
    const auto at = std::find_if(computed_.begin(), computed_.end(), [&](const ComputedPart& c) {
      return c.part == part && c.form == form;
    });
    return at == computed_.end() ? nullptr : &*at;
  }

  /// The bias in f32, then the parts, in the run's shared memory.
  void plan_copies(const ConvolutionSetup& setup, const std::vector<ConvolutionSlice>& slices,
                   const std::vector<int64_t>& blocks) {
    const OneThread one_thread;
    shared_bytes_ =
        core::align_up(static_cast<size_t>(setup.shape.output_channels) * sizeof(float));
    const auto elem = static_cast<int64_t>(core::dtype_bytes(setup.weights.dtype, 1));
    size_t last_bytes = 0;
    for (const ConvolutionSlice& slice : slices) {
      const dnnl::memory::desc to = build(setup, slice.geometry).desc.weights_desc(0);
      if (find_computed(slice.part, to) != nullptr) continue;
      const dnnl::memory::desc from(setup.weights_dims(blocks[slice.part]),
                                    get_type(setup.weights.dtype), setup.weights_strides());
      computed_.push_back({slice.part, to, Copy(from, to),
                           setup.weights_offset(slice.channel) * elem, shared_bytes_});
      scratchpad_bytes_ = std::max(scratchpad_bytes_, computed_.back().copy.scratch_bytes());
      shared_bytes_ += core::align_up(to.get_size());
      last_bytes = read_beyond(to.get_size(), setup.shape.groups);
    }
    shared_bytes_ += last_bytes;
  }

  void copy_weights(const RunArgs& args, int index) const {
    auto* shared = static_cast<std::byte*>(args.shared);
    if (index == 0 && !bias_.is_absent()) {
      const core::TensorView bias{const_cast<void*>(args.inputs[2]), bias_.dtype, bias_.dims};
      for (int64_t k = 0; k < bias.elems(); ++k)
        reinterpret_cast<float*>(shared)[k] = static_cast<float>(bias.at(k));
    }
    const ComputedPart& part = computed_[static_cast<size_t>(index)];
    part.copy.run(static_cast<const std::byte*>(args.inputs[1]) + part.from_bytes,
                  shared + part.shared_offset, args.scratch);
  }

  void prepare_slice(const ConvolutionSetup& setup, const ConvolutionSlice& slice) {
    const Built& built = build(setup, slice.geometry);
    const dnnl::primitive_desc& desc = built.desc;
    prepared_.emplace_back();
    PreparedSlice& out = prepared_.back();
    Call& call = out.call.emplace(built.primitive, 7 + setup.extras.size());
    const dnnl::memory::desc weights = desc.weights_desc(0);
    out.geometry = slice.geometry;
    out.weights = weights;
    for (const Extra& extra : setup.extras)
      out.program_operands.resize(
          std::max(out.program_operands.size(), extra.input - epilogue::kFirstOperand + 1));
    out.channel = slice.channel;
    out.weights_slot = call.add(DNNL_ARG_WEIGHTS, weights);
    if (setup.has_bias) out.bias_slot = call.add(DNNL_ARG_BIAS, desc.weights_desc(1));
    if (!weights_) out.shared_weights = find_computed(slice.part, weights)->shared_offset;
    if (weights_) {
      call.set(out.weights_slot, weights_->get(slice.part, weights));
      const float* factors = weights_->bias() + slice.channel;
      if (setup.is_quantized) add_quantization(setup, slice, factors, call);
      const int64_t summands = setup.is_quantized ? setup.shape.output_channels : 0;
      if (setup.has_bias) call.set(out.bias_slot, factors + summands);
    }
    out.scratchpad_slot = call.add(DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc());
    scratchpad_bytes_ = std::max(scratchpad_bytes_, desc.scratchpad_desc().get_size());

    size_t scratch_end = 0;
    const dnnl::memory::dims in = setup.input_dims(slice.geometry);
    Operand input =
        make_operand(setup.input, in, dense_desc(setup.compute, in), false, scratch_end);
    input.slot = call.add(DNNL_ARG_SRC, dense_desc(setup.compute, in));
    input.offset = offset_bytes(setup.input, slice.image, 0, slice.in_row);
    out.operands.push_back(std::move(input));

    const bool narrow = slice.geometry.channels != setup.shape.output_channels;
    const dnnl::memory::dims dims = setup.output_dims(slice.geometry);
    out.result =
        make_operand(setup.output, dims, dense_desc(setup.result, dims), true, scratch_end, narrow);
    out.result.slot = call.add(DNNL_ARG_DST, dense_desc(setup.result, dims));
    out.result.offset = offset_bytes(setup.output, slice.image, slice.channel, slice.out_row);
    add_extras(setup, slice, out, scratch_end);
    copies_bytes_ = std::max(copies_bytes_, scratch_end);
  }

  void add_quantization(const ConvolutionSetup& setup, const ConvolutionSlice& slice,
                        const float* factors, Call& call) const {
    using dnnl::memory;
    const auto row = [](int64_t count, memory::data_type type) {
      return memory::desc({count}, type, memory::format_tag::a);
    };
    call.set(call.add(DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS,
                      row(slice.geometry.channels, memory::data_type::f32)),
             factors);
    if (setup.zero_point != 0)
      call.set(call.add(DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_SRC, row(1, memory::data_type::s32)),
               &setup_.zero_point);
  }

  void add_extras(const ConvolutionSetup& setup, const ConvolutionSlice& slice, PreparedSlice& out,
                  size_t& scratch_end) {
    const bool narrow = slice.geometry.channels != setup.shape.output_channels;
    size_t next = 0;
    for (size_t i = 0; i < setup.post_ops.size(); ++i) {
      if (setup.post_ops[i].input < 0) continue;
      const Extra& extra = setup.extras[next++];
      Operand operand;
      dnnl::memory::dims dims(static_cast<size_t>(setup.num_axes) + 2, 1);
      if (extra.spread == Spread::Full) {
        dims = setup.output_dims(slice.geometry);
        operand = make_operand(extra.desc, dims, dense_desc(extra.desc.dtype, dims), false,
                               scratch_end, narrow);
        operand.offset = offset_bytes(extra.desc, slice.image, slice.channel, slice.out_row);
      } else if (extra.spread == Spread::Channels) {
        dims[1] = slice.geometry.channels;
        const int64_t image = extra.desc.dims[0] == 1 ? 0 : slice.image;
        operand.offset = offset_bytes(extra.desc, image, slice.channel, 0);
      }
      operand.input = extra.input;
      operand.slot =
          out.call->add(DNNL_ARG_ATTR_MULTIPLE_POST_OP(static_cast<int>(i)) | DNNL_ARG_SRC_1,
                        dense_desc(extra.desc.dtype, dims));
      out.program_operands[extra.input - epilogue::kFirstOperand] = {
          operand.slot, extra.desc.dtype, extra.spread == Spread::Scalar,
          extra.spread == Spread::Full ? slice.geometry.channels : 0};
      out.operands.push_back(std::move(operand));
    }
  }

  /// In place where the tensor lies as the primitive wants it, else through a dense copy.
  Operand make_operand(const TensorDesc& tensor, const dnnl::memory::dims& dims,
                       const dnnl::memory::desc& dense, bool is_output, size_t& scratch_end,
                       bool narrow = false) {
    Operand operand;
    if (!narrow && is_dense_channels_last(tensor) &&
        get_type(tensor.dtype) == dense.get_data_type())
      return operand;
    const OneThread one_thread;
    const dnnl::memory::desc strided = strided_desc(tensor, dims);
    operand.copy.emplace(is_output ? dense : strided, is_output ? strided : dense);
    scratchpad_bytes_ = std::max(scratchpad_bytes_, operand.copy->scratch_bytes());
    operand.scratch_offset = scratch_end;
    scratch_end = core::align_up(scratch_end + dense.get_size());
    return operand;
  }

  ConvolutionSetup setup_;
  bool drops_nans_;
  /// None where they are known at run time.
  std::optional<WeightsReader> weights_;
  std::vector<ComputedPart> computed_;
  TensorDesc bias_;
  std::vector<Built> built_;
  std::vector<PreparedSlice> prepared_;
  size_t scratchpad_bytes_ = 0;
  size_t copies_bytes_ = 0;
};

template <Slicing slicing>
std::optional<std::string> refuse(const Problem& problem) {
  const SetupResult result = make_setup(problem, slicing);
  if (!result.setup) return result.refusal;
  const std::vector<int64_t> blocks = result.setup->channel_blocks();
  // A choice to spare; a plan that made it with more threads has its weights packed and runs.
  const bool is_packed = problem.is_constant(1) && problem.constants[1] == nullptr;
  if (slicing == Slicing::Channels && blocks.size() == 1 && !result.setup->transposed && !is_packed)
    return "has one block of channels, like the rows";
  // Blocks and bands differ in size at the ends only.
  std::vector<SliceGeometry> seen;
  for (const ConvolutionSlice& slice : result.setup->slices(blocks)) {
    if (slice.geometry.in_rows <= 0) return "needs windows that reach the input";
    if (std::find(seen.begin(), seen.end(), slice.geometry) != seen.end()) continue;
    if (!result.setup->find_primitive(slice.geometry)) return "oneDNN has no fast primitive for it";
    seen.push_back(slice.geometry);
  }
  return std::nullopt;
}

ops::InputSet packed_inputs(const Problem& problem) {
  if (!problem.is_constant(1)) return {};
  return problem.has_input(2) ? ops::InputSet{1, 2} : ops::InputSet{1};
}

template <Slicing slicing>
Packed pack(const Problem& problem) {
  const ConvolutionSetup setup = make_setup(problem, slicing).setup.value();
  const std::vector<float> floats =
      setup.is_quantized ? std::vector<float>() : constant_floats(problem, 1);
  const auto* elements = setup.is_quantized ? static_cast<const std::byte*>(problem.constants[1])
                                            : reinterpret_cast<const std::byte*>(floats.data());
  const DataType dtype = setup.is_quantized ? DataType::Int8 : DataType::Float;
  const auto element_bytes = static_cast<int64_t>(core::dtype_bytes(dtype, 1));
  const std::vector<int64_t> blocks = setup.channel_blocks();
  const std::vector<ConvolutionSlice> slices = setup.slices(blocks);
  WeightsWriter writer;
  int64_t channel = 0;
  for (size_t part = 0; part < blocks.size(); ++part) {
    const auto slice = std::find_if(slices.begin(), slices.end(),
                                    [&](const ConvolutionSlice& s) { return s.part == part; });
    const auto desc = setup.find_primitive(slice->geometry);
    TRTLIKE_ASSERT(desc.has_value(), "oneDNN primitive for packing");
    const dnnl::memory::desc plain(setup.weights_dims(blocks[part]), get_type(dtype),
                                   setup.weights_strides());
    writer.add_part(channel, blocks[part], elements + setup.weights_offset(channel) * element_bytes,
                    plain, desc->weights_desc(0));
    channel += blocks[part];
  }
  if (setup.has_bias) writer.set_bias(constant_floats(problem, 2));
  return writer.finish(setup.shape.groups);
}

template <Slicing slicing>
std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte> packed) {
  const TensorDesc bias = problem.has_input(2) ? problem.inputs[2] : TensorDesc{};
  return std::make_unique<ConvolutionKernel>(make_setup(problem, slicing).setup.value(), bias,
                                             packed);
}

template <Slicing slicing>
constexpr TacticFunctions kFunctions{.refuse = refuse<slicing>,
                                     .packed_inputs = packed_inputs,
                                     .pack = pack<slicing>,
                                     .prepare = prepare<slicing>};

}  // namespace
}  // namespace onednn

using onednn::kFunctions;
using onednn::Slicing;
TRTLIKE_DEFINE_TACTIC(convolution_onednn_rows) = kFunctions<Slicing::Rows>;
TRTLIKE_DEFINE_TACTIC(convolution_onednn_channels) = kFunctions<Slicing::Channels>;
TRTLIKE_DEFINE_TACTIC(convolution_s8_onednn_rows) = kFunctions<Slicing::Rows>;
TRTLIKE_DEFINE_TACTIC(convolution_s8_onednn_channels) = kFunctions<Slicing::Channels>;
TRTLIKE_DEFINE_TACTIC(deconvolution_onednn) = kFunctions<Slicing::Channels>;

}  // namespace trtlike::kernels
