// A network under construction: inputs, layers and outputs.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "trtlike/enums/build_enums.h"
#include "trtlike/error_recorder.h"
#include "trtlike/layers/attention.h"
#include "trtlike/layers/control_flow.h"
#include "trtlike/layers/convolution.h"
#include "trtlike/layers/movement.h"
#include "trtlike/layers/pointwise.h"
#include "trtlike/layers/reduction.h"
#include "trtlike/layers/selection.h"
#include "trtlike/layers/source.h"

namespace trtlike {

/// A network definition. Shapes and types are inferred as layers are added; a layer that cannot be
/// is refused at once.
class Network {
 public:
  explicit Network(uint32_t flags = 0);

  std::string name() const;
  void set_name(const std::string& name);
  /// Bits 1 << NetworkDefinitionCreationFlag.
  uint32_t flags() const;
  bool flag(NetworkDefinitionCreationFlag flag) const;

  /// Throws UserError when the name is taken or an extent is below -1.
  Tensor add_input(const std::string& name, DataType dtype, const Dims& dims);
  /// Adds a layer by the name of its operation. `inputs` may hold empty handles for absent optional
  /// inputs. Throws UserError naming the layer and the argument when the operation refuses them.
  Layer add_layer(std::string_view op, const std::vector<Tensor>& inputs,
                  const std::map<std::string, AttributeValue>& attributes = {});

  // Layers by TensorRT's signatures. Each throws UserError as add_layer does. Sets of axes are bit
  // masks.

  ActivationLayer add_activation(const Tensor& input, ActivationType type);
  /// `condition` is a BOOL tensor. A network whose condition is known to be false cannot be built.
  AssertionLayer add_assertion(const Tensor& condition, const std::string& message);
  /// Adds two layers, one at each end. Throws UserError as add_layer does.
  Attention add_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                          AttentionNormalizationOp norm_op, bool causal);
  CastLayer add_cast(const Tensor& input, DataType to_type);
  /// Along the third axis from the end, or the first of fewer.
  ConcatenationLayer add_concatenation(const std::vector<Tensor>& inputs);
  ConstantLayer add_constant(const Dims& shape, const Weights& weights);
  /// The kernel's extents follow from its element count; so does the number of groups, which may be
  /// set later. Where `kernel` or `bias` has no elements, set_input may give it: as input 1 or 2.
  ConvolutionLayer add_convolution_nd(const Tensor& input, int64_t num_output_maps,
                                      const Dims& kernel_shape, const Weights& kernel,
                                      const Weights& bias = {});
  CumulativeLayer add_cumulative(const Tensor& input, const Tensor& axis, CumulativeOperation op,
                                 bool exclusive, bool reverse);
  DeconvolutionLayer add_deconvolution_nd(const Tensor& input, int64_t num_output_maps,
                                          const Dims& kernel_shape, const Weights& kernel,
                                          const Weights& bias = {});
  DequantizeLayer add_dequantize(const Tensor& input, const Tensor& scale,
                                 DataType output_type = DataType::Float);
  DynamicQuantizeLayer add_dynamic_quantize(const Tensor& input, int64_t axis, int64_t block_size,
                                            DataType output_type, DataType scale_type);
  DynamicQuantizeLayer add_dynamic_quantize_v2(const Tensor& input, const Dims& block_shape,
                                               DataType output_type, DataType scale_type);
  EinsumLayer add_einsum(const std::vector<Tensor>& inputs, const std::string& equation);
  ElementWiseLayer add_elementwise(const Tensor& input1, const Tensor& input2,
                                   ElementWiseOperation op);
  FillLayer add_fill(const Dims& shape, FillOperation op, DataType output_type = DataType::Float);
  GatherLayer add_gather(const Tensor& input, const Tensor& indices, int64_t axis);
  GatherLayer add_gather_v2(const Tensor& input, const Tensor& indices, GatherMode mode);
  GridSampleLayer add_grid_sample(const Tensor& input, const Tensor& grid);
  IdentityLayer add_identity(const Tensor& input);
  KVCacheUpdateLayer add_kv_cache_update(const Tensor& cache, const Tensor& update,
                                         const Tensor& write_indices, KVCacheMode cache_mode);
  LRNLayer add_lrn(const Tensor& input, int64_t window, double alpha, double beta, double k);
  MatrixMultiplyLayer add_matrix_multiply(const Tensor& input0, MatrixOperation op0,
                                          const Tensor& input1, MatrixOperation op1);
  /// Its set_gated_weights must follow.
  MoELayer add_moe(const Tensor& hidden_states, const Tensor& selected_experts_for_tokens,
                   const Tensor& scores_for_selected_experts);
  NMSLayer add_nms(const Tensor& boxes, const Tensor& scores,
                   const Tensor& max_output_boxes_per_class,
                   DataType indices_type = DataType::Int32);
  NonZeroLayer add_non_zero(const Tensor& input, DataType indices_type = DataType::Int32);
  /// Scale and bias [1, groups, 1, ...] where there are groups.
  NormalizationLayer add_normalization(const Tensor& input, const Tensor& scale, const Tensor& bias,
                                       int64_t axes_mask);
  /// Scale and bias [1, channels, 1, ...] where there are groups.
  NormalizationLayer add_normalization_v2(const Tensor& input, const Tensor& scale,
                                          const Tensor& bias, int64_t axes_mask);
  OneHotLayer add_one_hot(const Tensor& indices, const Tensor& values, const Tensor& depth,
                          int64_t axis);
  PaddingLayer add_padding_nd(const Tensor& input, const Dims& pre_padding,
                              const Dims& post_padding);
  ParametricReLULayer add_parametric_relu(const Tensor& input, const Tensor& slopes);
  PoolingLayer add_pooling_nd(const Tensor& input, PoolingType type, const Dims& window_size);
  QuantizeLayer add_quantize(const Tensor& input, const Tensor& scale,
                             DataType output_type = DataType::Int8);
  RaggedSoftMaxLayer add_ragged_softmax(const Tensor& input, const Tensor& bounds);
  ReduceLayer add_reduce(const Tensor& input, ReduceOperation op, int64_t axes, bool keep_dims);
  ResizeLayer add_resize(const Tensor& input);
  ReverseSequenceLayer add_reverse_sequence(const Tensor& input, const Tensor& sequence_lens);
  RotaryEmbeddingLayer add_rotary_embedding(const Tensor& input, const Tensor& cos_cache,
                                            const Tensor& sin_cache, bool interleaved,
                                            int64_t rotary_embedding_dim);
  /// Factors without elements are left out. One factor, one a channel of axis 1, or one an element
  /// of the axes from that on.
  ScaleLayer add_scale(const Tensor& input, ScaleMode mode, const Weights& shift = {},
                       const Weights& scale = {}, const Weights& power = {});
  ScaleLayer add_scale_nd(const Tensor& input, ScaleMode mode, const Weights& shift = {},
                          const Weights& scale = {}, const Weights& power = {},
                          int channel_axis = 1);
  ScatterLayer add_scatter(const Tensor& data, const Tensor& indices, const Tensor& updates,
                           ScatterMode mode);
  SelectLayer add_select(const Tensor& condition, const Tensor& then_input,
                         const Tensor& else_input);
  ShapeLayer add_shape(const Tensor& input);
  ShuffleLayer add_shuffle(const Tensor& input);
  SliceLayer add_slice(const Tensor& input, const Dims& start, const Dims& shape,
                       const Dims& stride);
  /// Along the third axis from the end, or the first of fewer.
  SoftMaxLayer add_softmax(const Tensor& input);
  SqueezeLayer add_squeeze(const Tensor& input, const Tensor& axes);
  TopKLayer add_topk(const Tensor& input, TopKOperation op, int64_t k, int64_t axes,
                     DataType indices_type = DataType::Int32);
  UnaryLayer add_unary(const Tensor& input, UnaryOperation op);
  UnsqueezeLayer add_unsqueeze(const Tensor& input, const Tensor& axes);

  /// A loop without layers. Its turn is what leads from its recurrences and iterators to its
  /// outputs.
  Loop add_loop();
  /// A conditional without layers.
  IfConditional add_if_conditional();

  void mark_output(const Tensor& tensor);
  void unmark_output(const Tensor& tensor);
  /// Makes a list or scalar of integers an output. Throws UserError for other tensors and for what
  /// is an output.
  void mark_output_for_shapes(const Tensor& tensor);
  /// Throws UserError for what is no output.
  void unmark_output_for_shapes(const Tensor& tensor);
  /// Throws UserError for a tensor that a layer makes or reads.
  void remove_tensor(const Tensor& tensor);

  /// The runs of a built engine hand the tensor to their context's DebugListener. It is computed as
  /// such: no fusion takes it in. False when it was marked before, and of unmark_debug when not.
  bool mark_debug(const Tensor& tensor);
  bool unmark_debug(const Tensor& tensor);
  bool is_debug_tensor(const Tensor& tensor) const;
  /// The same for all that fusions leave, by the names that layers of the engine have them under.
  bool mark_unfused_tensors_as_debug_tensors();
  bool unmark_unfused_tensors_as_debug_tensors();

  /// Told of what this network refuses; null for none.
  const std::shared_ptr<ErrorRecorder>& error_recorder() const;
  void set_error_recorder(std::shared_ptr<ErrorRecorder> recorder);
  /// Names all uses of these weights, found by where they lie, for refitting; no name takes it
  /// away. Weights that a parser reads have the model's names. Throws UserError when no layer has
  /// them, when one has them in another type or number, or when other weights have the name.
  void set_weights_name(const Weights& weights, const std::string& name);
  /// For BuilderFlag::RefitIndividual. Throw UserError when no weights have the name.
  void mark_weights_refittable(const std::string& name);
  void unmark_weights_refittable(const std::string& name);
  bool are_weights_marked_refittable(const std::string& name) const;

  int num_inputs() const;
  int num_outputs() const;
  int num_layers() const;
  Tensor input(int index) const;
  Tensor output(int index) const;
  /// Layers in the order in which they were added.
  Layer layer(int index) const;

  /// The whole graph as text, one node a line.
  std::string to_string() const;

 private:
  friend struct NetworkAccess;
  std::shared_ptr<NetworkState> state_;
};

}  // namespace trtlike
