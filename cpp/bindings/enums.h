// TensorRT's enumerations that the C++ API carries as integers: values are TensorRT 10.16's.
#pragma once

#include <cstdint>

namespace trtlike::bindings {

enum class LayerType : int32_t {};
enum class ActivationType : int32_t {};
enum class PoolingType : int32_t {};
enum class ElementWiseOperation : int32_t {};
enum class UnaryOperation : int32_t {};
enum class ReduceOperation : int32_t {};
enum class TopKOperation : int32_t {};
enum class MatrixOperation : int32_t {};
enum class GatherMode : int32_t {};
enum class ScatterMode : int32_t {};
enum class SampleMode : int32_t {};
enum class InterpolationMode : int32_t {};
enum class ResizeCoordinateTransformation : int32_t {};
enum class ResizeSelector : int32_t {};
enum class ResizeRoundMode : int32_t {};
enum class PaddingMode : int32_t {};
enum class ScaleMode : int32_t {};
enum class FillOperation : int32_t {};
enum class CumulativeOperation : int32_t {};
enum class MemoryPoolType : int32_t {};
enum class NetworkDefinitionCreationFlag : int32_t {};
enum class OnnxParserFlag : int32_t {};
enum class HardwareCompatibilityLevel : int32_t {};
enum class PreviewFeature : int32_t {};
enum class EngineCapability : int32_t {};
enum class DeviceType : int32_t {};
enum class LayerInformationFormat : int32_t { OneLine = 0, Json = 1 };
enum class ExecutionContextAllocationStrategy : int32_t {};
enum class TilingOptimizationLevel : int32_t {};
enum class WeightsRole : int32_t {};

}  // namespace trtlike::bindings
