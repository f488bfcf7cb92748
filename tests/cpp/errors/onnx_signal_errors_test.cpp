// What the importers of windows, frames, grids and resized images refuse.
#include "errors/model_case.h"

namespace trtlike::test {
namespace {

using L = std::vector<int64_t>;

const ModelCase kSignals[] = {
    one_node("window_sizes", "HannWindow", {ints_list({4, 4})}, {},
             ", input 0 'x0': expected one element, got 2."),
    one_node("window_size", "HannWindow", {ints_list({-4})}, {},
             ", input 0 'x0': expected a size of 0 or more, got -4."),
    one_node("dft_axes", "DFT", {input({2, 4, 1}), none(), ints_list({0, 1})}, {},
             ", input 2 'x2': expected one element, got 2.", 20),
    one_node("stft_steps", "STFT", {input({1, 8, 1}), ints_list({2, 2}), none(), ints_list({4})},
             {}, ", input 1 'x1': expected one element, got 2."),
    one_node("stft_step", "STFT", {input({1, 8, 1}), ints_list({0}), none(), ints_list({4})}, {},
             ", input 1 'x1': expected 1 or more, got 0."),
    one_node("stft_window", "STFT",
             {input({1, 8, 1}), ints_list({1}), floats_list({1, 1, 1}), ints_list({4})}, {},
             ", input 2 'x2': expected 4 elements, the length of a frame, got 3."),
    one_node("center_crop_pad_extents", "CenterCropPad", {input({4, 4}), ints_list({2})}, {},
             ", input 1 'x1': expected 2 extents, got 1."),
    one_node("affine_grid_extents", "AffineGrid", {input({1, 2, 3}), ints_list({1, 1, 4})}, {},
             ", input 1 'x1': expected 4 or 5 extents, got 3.", 20),
    one_node("affine_grid_theta", "AffineGrid", {input({1, 2, 3}), ints_list({1, 1, 4, 4, 4})}, {},
             ", input 0 'x0': expected shape [N, 3, 4], got [1, 2, 3].", 20),
    one_node("resize_antialias", "Resize", {input({4}), none(), floats_list({2})},
             {{"antialias", 1}}, ", attribute 'antialias': expected 0 for mode nearest, got 1."),
    one_node("resize_region", "Resize", {input({4}), floats_list({0}), floats_list({2})},
             {{"coordinate_transformation_mode", "tf_crop_and_resize"}},
             ", input 1 'x1': expected 2 elements, got 1."),
    one_node("resize_computed_scales", "Resize", {input({4, 4}), none(), input({2})},
             {{"axes", L{1}}}, ", input 2 'x2': expected 1 elements, got 2."),
};

INSTANTIATE_TEST_SUITE_P(OnnxSignals, ModelRefusals, testing::ValuesIn(kSignals),
                         case_name<ModelCase>);

}  // namespace
}  // namespace trtlike::test
