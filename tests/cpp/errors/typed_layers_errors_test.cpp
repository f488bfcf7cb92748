// What adders of layers, properties of layers and settings of builds refuse.
#include "errors/refusals.h"
#include "trtlike/builder_config.h"

namespace trtlike::test {
namespace {

constexpr auto Float = DataType::Float;

Weights floats_of(int64_t count) {
  static const std::vector<float> elements(64, 1.0f);
  return {Float, elements.data(), count, nullptr};
}

void add_convolution(int64_t maps, const Dims& window, int64_t elems) {
  Network network;
  network.add_convolution_nd(network.add_input("x", Float, {1, 2, 8, 8}), maps, window,
                             floats_of(elems));
}

void add_deconvolution(int64_t maps, const Dims& window, int64_t elems) {
  Network network;
  network.add_deconvolution_nd(network.add_input("x", Float, {1, 2, 8, 8}), maps, window,
                               floats_of(elems));
}

const RefusalCase kLayers[] = {
    {"no_maps", [] { add_convolution(0, {3, 3}, 18); },
     "[network] Convolution, feature maps: expected at least 1, got 0."},
    {"empty_window", [] { add_convolution(2, {3, 0}, 18); },
     "[network] Convolution, kernel_shape: expected extents of at least 1 that fit a kernel, got "
     "[3, 0]."},
    {"large_window", [] { add_convolution(2, {int64_t{1} << 40, int64_t{1} << 40}, 18); },
     "[network] Convolution, kernel_shape: expected extents of at least 1 that fit a kernel, got "
     "[1099511627776, 1099511627776]."},
    {"kernel_elements", [] { add_convolution(2, {3, 3}, 17); },
     "[network] Convolution, kernel: expected a multiple of 18 elements, got 17."},
    {"kernel_elements_of_a_deconvolution", [] { add_deconvolution(4, {3, 3}, 20); },
     "[network] Deconvolution, kernel: expected a multiple of 18 elements, got 20."},
    {"axis_of_a_scale",
     [] {
       Network network;
       network.add_scale_nd(network.add_input("x", Float, {2}), ScaleMode::ElementWise,
                            floats_of(2), {}, {}, -1);
     },
     "[network] Scale, channel_axis: expected an axis of the input, got -1."},
    {"shape_of_a_constant", [] { Network().add_constant({2}, floats_of(2)).set_shape({3}); },
     "[network] '(Unnamed Layer* 0) [Constant]': expected 3 weights for shape [3], got 2."},
    {"input_of_an_attention",
     [] {
       Network network;
       const Tensor x = network.add_input("x", Float, {1, 2, 3, 4});
       network.add_attention(x, x, x, AttentionNormalizationOp::Softmax, false).set_input(3, x);
     },
     "[network] attention '(Unnamed Layer* 0) [AttentionInput]': expected an input below 3, got 3. "
     "Set mask or normalization_quantize_scale."},
    {"limit_of_boxes",
     [] {
       Network network;
       network
           .add_nms(network.add_input("boxes", Float, {1, 5, 4}),
                    network.add_input("scores", Float, {1, 5, 2}),
                    network.add_input("most", DataType::Int32, {}))
           .set_topk_box_limit(5001);
     },
     "[network] layer '(Unnamed Layer* 0) [NMS]', topk_box_limit: expected 1 to 5000, got 5001."},
    {"shape_output_of_floats",
     [] {
       Network network;
       network.mark_output_for_shapes(
           network.add_identity(network.add_input("x", Float, {2})).output(0));
     },
     "[network] mark_output_for_shapes: expected a list of INT32 or INT64, got '(Unnamed Layer* 0) "
     "[Identity]_output', FLOAT of shape [2]."},
    {"shape_output_twice",
     [] {
       Network network;
       const Tensor shape = network.add_shape(network.add_input("x", Float, {2})).output(0);
       network.mark_output_for_shapes(shape);
       network.mark_output_for_shapes(shape);
     },
     "[network] mark_output_for_shapes: expected a tensor that is no output, got '(Unnamed Layer* "
     "0) [Shape]_output'."},
    {"shape_output_that_is_none",
     [] {
       Network network;
       network.unmark_output_for_shapes(
           network.add_shape(network.add_input("x", Float, {2})).output(0));
     },
     "[network] unmark_output_for_shapes: expected an output of the network, got '(Unnamed Layer* "
     "0) [Shape]_output'."},
};

const RefusalCase kConfig[] = {
    {"level", [] { BuilderConfig().set_builder_optimization_level(6); },
     "[builder] builder_optimization_level: expected 0 to 5, got 6."},
    {"memory_pool", [] { BuilderConfig().set_memory_pool_limit(MemoryPoolType::Workspace, -1); },
     "[builder] memory_pool_limit: expected at least 0 bytes, got -1."},
};

INSTANTIATE_TEST_SUITE_P(TypedLayers, Refusals, testing::ValuesIn(kLayers), case_name<RefusalCase>);
INSTANTIATE_TEST_SUITE_P(BuilderConfig, Refusals, testing::ValuesIn(kConfig),
                         case_name<RefusalCase>);

}  // namespace
}  // namespace trtlike::test
