// Convolutions, deconvolutions and pooling: properties, and what their adders refuse.
#include "trtlike/layers/convolution.h"

#include "support/typed_layers.h"

namespace trtlike {
namespace {

using test::message_of;
using test::ones;
using test::TypedLayers;
using testing::HasSubstr;

template <typename L>
class Kernels : public TypedLayers {
 protected:
  L add(const Tensor& x, int64_t maps, const Dims& window, int64_t elems, int64_t bias = 0) {
    if constexpr (std::is_same_v<L, ConvolutionLayer>) {
      return this->network.add_convolution_nd(x, maps, window, ones(elems), ones(bias));
    } else {
      return this->network.add_deconvolution_nd(x, maps, window, ones(elems), ones(bias));
    }
  }
};
using KernelLayers = testing::Types<ConvolutionLayer, DeconvolutionLayer>;
TYPED_TEST_SUITE(Kernels, KernelLayers);

TYPED_TEST(Kernels, properties) {
  using L = TypeParam;
  const L layer = this->expect_last(this->add(this->input({1, 4, 9, 9}), 4, {3, 3}, 36, 4));
  EXPECT_EQ(layer.num_output_maps(), 4);
  EXPECT_EQ(layer.num_groups(), 4) << "36 elements are one of 4 channels a map";
  EXPECT_EQ(layer.kernel_size_nd(), (Dims{3, 3}));
  EXPECT_EQ(layer.stride_nd(), (Dims{1, 1}));
  EXPECT_EQ(layer.kernel().count, 36);
  EXPECT_EQ(layer.bias().count, 4);
  EXPECT_EQ(layer.num_inputs(), 1);
  this->expect_property(layer, &L::stride_nd, &L::set_stride_nd, Dims{2, 3});
  this->expect_property(layer, &L::dilation_nd, &L::set_dilation_nd, Dims{2, 1});
  this->expect_property(layer, &L::padding_nd, &L::set_padding_nd, Dims{1, 2});
  EXPECT_EQ(layer.pre_padding(), (Dims{1, 2}));
  EXPECT_EQ(layer.post_padding(), (Dims{1, 2}));
  this->expect_property(layer, &L::pre_padding, &L::set_pre_padding, Dims{0, 1});
  this->expect_property(layer, &L::post_padding, &L::set_post_padding, Dims{2, 0});
  this->expect_property(layer, &L::padding_mode, &L::set_padding_mode, PaddingMode::SameLower);
  L view = layer;
  view.set_kernel(ones(36));
  view.set_bias(ones(4));
  EXPECT_THAT(message_of([&] { view.set_kernel(ones(35)); }), HasSubstr("got 35"));
  this->expect_property(layer, &L::num_groups, &L::set_num_groups, int64_t{2});
  EXPECT_THROW(layer.output(0).shape(), UserError) << "the kernel is one of 4 groups";
  this->expect_property(layer, &L::num_output_maps, &L::set_num_output_maps, int64_t{8});
  this->expect_property(layer, &L::kernel_size_nd, &L::set_kernel_size_nd, Dims{3, 1});
}

TYPED_TEST(Kernels, what_adders_refuse) {
  const Tensor x = this->input({1, 2, 8, 8});
  const std::string op =
      TypeParam::kType == LayerType::Convolution ? "Convolution" : "Deconvolution";
  const auto refusal = [&](int64_t maps, const Dims& window, int64_t elems) {
    return message_of([&] { this->add(x, maps, window, elems); });
  };
  EXPECT_EQ(refusal(0, {3, 3}, 18),
            "[network] " + op + ", feature maps: expected at least 1, got 0.");
  EXPECT_EQ(refusal(2, {3, 0}, 18),
            "[network] " + op +
                ", kernel_shape: expected extents of at least 1 that fit a kernel, got [3, 0].");
  EXPECT_EQ(refusal(2, {int64_t{1} << 40, int64_t{1} << 40}, 18),
            "[network] " + op +
                ", kernel_shape: expected extents of at least 1 that fit a kernel, got "
                "[1099511627776, 1099511627776].");
  EXPECT_EQ(refusal(2, {3, 3}, 17),
            "[network] " + op + ", kernel: expected a multiple of 18 elements, got 17.");
  EXPECT_EQ(this->network.num_layers(), 0);
}

TEST_F(TypedLayers, pooling) {
  const auto layer =
      expect_last(network.add_pooling_nd(input({1, 2, 6, 6}), PoolingType::Average, {2, 3}));
  using L = PoolingLayer;
  EXPECT_EQ(layer.type(), PoolingType::Average);
  EXPECT_EQ(layer.window_size_nd(), (Dims{2, 3}));
  EXPECT_EQ(layer.output(0).shape(), (Dims{1, 2, 5, 4}));
  expect_property(layer, &L::window_size_nd, &L::set_window_size_nd, Dims{2, 2});
  expect_property(layer, &L::stride_nd, &L::set_stride_nd, Dims{2, 2});
  expect_property(layer, &L::padding_nd, &L::set_padding_nd, Dims{1, 1});
  EXPECT_EQ(layer.output(0).shape(), (Dims{1, 2, 4, 4}));
  expect_property(layer, &L::pre_padding, &L::set_pre_padding, Dims{0, 1});
  expect_property(layer, &L::post_padding, &L::set_post_padding, Dims{1, 0});
  expect_property(layer, &L::padding_mode, &L::set_padding_mode, PaddingMode::ExplicitRoundUp);
  expect_property(layer, &L::blend_factor, &L::set_blend_factor, 0.5);
  expect_property(layer, &L::average_count_excludes_padding, &L::set_average_count_excludes_padding,
                  false);
  expect_property(layer, &L::type, &L::set_type, PoolingType::MaxAverageBlend);
}

}  // namespace
}  // namespace trtlike
