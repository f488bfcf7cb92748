// What the operators refuse that read places of their own in images.
#include "errors/model_case.h"

namespace trtlike::test {
namespace {

using L = std::vector<int64_t>;

const ModelCase kModels[] = {
    one_node("max_pool_indices", "MaxPool", {input({1, 1, 11})},
             {{"kernel_shape", L{1}}, {"strides", L{4}}, {"auto_pad", "SAME_UPPER"}},
             ", attribute 'auto_pad': expected strides that leave no elements out where indices "
             "are wanted, got longer ones.",
             18, 2),
    one_node("roi_align_shift", "RoiAlign", {input({1, 2, 8, 8}), input({3, 4}), ints_input({3})},
             {{"coordinate_transformation_mode", "pixel"}},
             ", attribute 'coordinate_transformation_mode': expected half_pixel or "
             "output_half_pixel, got 'pixel'."),
};
INSTANTIATE_TEST_SUITE_P(OnnxRegions, ModelRefusals, testing::ValuesIn(kModels),
                         case_name<ModelCase>);

const Operand kMap = floats({1, 4, 8, 8}), kBoxes = floats({3, 4}), kImages = ints({3});
const Operand kKernel = floats({6, 4, 3, 3});

const LayerCase kLayers[] = {
    {"indices_of_booleans",
     "MaxPoolIndices",
     {bools({1, 1, 4})},
     {{"window_size", L{2}}},
     "[ops] input 0 'input': expected numbers, got BOOL."},
    {"indices_of_means",
     "MaxPoolIndices",
     {floats({1, 1, 4})},
     {{"window_size", L{2}}, {"type", 1}},
     "[ops] attribute 'type': expected MAX (0), got 1."},
    {"storage_order",
     "MaxPoolIndices",
     {floats({1, 1, 4})},
     {{"window_size", L{2}}, {"storage_order", 2}},
     "[ops] attribute 'storage_order': expected rows (0) or columns (1), got 2."},
    {"roi_map",
     "RoiAlign",
     {floats({4, 8, 8}), kBoxes, kImages},
     {},
     "[ops] input 0 'input': expected rank 4, got shape [4, 8, 8]."},
    {"roi_boxes",
     "RoiAlign",
     {kMap, floats({3, 5}), kImages},
     {},
     "[ops] input 1 'rois': expected shape [boxes, 4], got [3, 5]."},
    {"roi_images",
     "RoiAlign",
     {kMap, kBoxes, ints({2})},
     {},
     "[ops] input 2 'batch_indices': expected one integer a box of [3, 4], got INT64 with shape "
     "[2]."},
    {"max_roi_map",
     "MaxRoiPool",
     {floats({4, 8, 8}), floats({3, 5})},
     {{"pooled_shape", L{2, 2}}},
     "[ops] input 0 'input': expected rank 4, got shape [4, 8, 8]."},
    {"max_roi_boxes",
     "MaxRoiPool",
     {kMap, kBoxes},
     {{"pooled_shape", L{2, 2}}},
     "[ops] input 1 'rois': expected shape [boxes, 5], got [3, 4]."},
    {"max_roi_shape",
     "MaxRoiPool",
     {kMap, floats({3, 5})},
     {{"pooled_shape", L{2, 0}}},
     "[ops] attribute 'pooled_shape': expected two extents of 1 or more, got [2, 0]."},
    {"roi_mode",
     "RoiAlign",
     {kMap, kBoxes, kImages},
     {{"mode", std::string("sum")}},
     "[ops] attribute 'mode': expected avg or max, got 'sum'."},
    {"roi_samples",
     "RoiAlign",
     {kMap, kBoxes, kImages},
     {{"sampling_ratio", -1}},
     "[ops] attribute 'sampling_ratio': expected 0 to 1024, got -1."},
    {"roi_size",
     "RoiAlign",
     {kMap, kBoxes, kImages},
     {{"output_width", 0}},
     "[ops] attributes 'output_height' and 'output_width': expected 1 or more, got 1 and 0."},
    {"deform_rank",
     "DeformConv",
     {floats({4, 8, 8}), kKernel, kMap},
     {},
     "[ops] input 0 'input': expected rank 4, got shape [4, 8, 8]."},
    {"deform_kernel",
     "DeformConv",
     {kMap, floats({6, 4, 3, -1}), kMap},
     {},
     "[ops] input 1 'kernel': expected rank 4 and known extents of at least 1, got [6, 4, 3, -1]."},
    {"deform_groups",
     "DeformConv",
     {kMap, kKernel, kMap},
     {{"num_groups", 2}},
     "[ops] attribute 'num_groups': expected groups that share channels and maps of [1, 4, 8, 8] "
     "and kernel [6, 4, 3, 3], got 2."},
    {"deform_offset_groups",
     "DeformConv",
     {kMap, kKernel, kMap},
     {{"offset_groups", 3}},
     "[ops] attribute 'offset_groups': expected a divisor of 4 channels, got 3."},
    {"deform_offsets",
     "DeformConv",
     {kMap, kKernel, floats({1, 9, 6, 6})},
     {},
     "[ops] input 2 'offset': expected shape [1, 18, 6, 6], got [1, 9, 6, 6]."},
};
INSTANTIATE_TEST_SUITE_P(Regions, LayerRefusals, testing::ValuesIn(kLayers), case_name<LayerCase>);

}  // namespace
}  // namespace trtlike::test
