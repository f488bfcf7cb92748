"""trtexec's options as a table: what each is called, takes and does, by TensorRT's sections."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from trtlike.trtexec import values

MODEL, BUILD, SYSTEM, INFERENCE, REPORTING = (
    "Model Options",
    "Build Options",
    "System Options",
    "Inference Options",
    "Reporting Options",
)
SECTIONS = (MODEL, BUILD, SYSTEM, INFERENCE, REPORTING)


@dataclass(frozen=True)
class Row:
    """One option. Without `metavar` it takes no value."""

    section: str
    names: str  # without dashes; what follows the first are aliases
    metavar: str | None = None
    help: str = ""
    type: Callable[[str], Any] = str
    default: Any = None
    choices: tuple = ()
    dest: str = ""
    flags: str = ""  # the names of BuilderFlag that it sets
    idle: str = ""  # why it has no effect
    refused: str = ""  # why it is not taken

    @property
    def words(self) -> list[str]:
        return [f"--{name}" for name in self.names.split()]

    @property
    def attribute(self) -> str:
        first = self.names.split()[0]
        return self.dest or re.sub(r"(?<!^)(?=[A-Z])", "_", first).lower()


_DLA = "a CPU has no DLA"
_GPU = "there is no GPU"
_PLUGINS = "there are no plugin libraries"
_COPIES = "inputs and outputs are in host memory"
_ONE = "there is one runtime"
_REFIT = "engines are built with their weights"
_DEBUG = "tensors between layers are marked as outputs of the network instead"

TABLE = (
    Row(MODEL, "onnx", "FILE", "ONNX model"),
    Row(BUILD, "saveEngine", "FILE", "write the plan"),
    Row(BUILD, "loadEngine", "FILE", "load a plan instead of building one"),
    Row(BUILD, "getPlanVersionOnly", help="print the format of the plan of --loadEngine, and end"),
    Row(
        BUILD,
        "inputIOFormats",
        "SPEC",
        "type:format,... of inputs",
        values.io_formats,
        dest="input_formats",
    ),
    Row(
        BUILD,
        "outputIOFormats",
        "SPEC",
        "type:format,... of outputs",
        values.io_formats,
        dest="output_formats",
    ),
    Row(BUILD, "fp16", help="allow half storage", flags="FP16"),
    Row(BUILD, "bf16", help="allow bfloat16", flags="BF16"),
    Row(
        BUILD,
        "int8",
        help="allow INT8 where --calib or Q/DQ layers say the scales; without them those of "
        "random data, for times only",
        flags="INT8",
    ),
    Row(BUILD, "fp8", help="allow FP8", flags="FP8"),
    Row(BUILD, "int4", help="allow INT4", flags="INT4"),
    Row(BUILD, "best", help="allow FP16, BF16 and INT8", flags="FP16 BF16 INT8"),
    Row(BUILD, "calib", "FILE", "calibration cache, as calibrators write it, for --int8"),
    Row(BUILD, "calibProfile", "N", "the profile of --minShapes that calibration has", int),
    *(
        Row(BUILD, f"{end}ShapesCalib", "SPEC", "shapes of calibration", values.shapes, {})
        for end in ("min", "opt", "max")
    ),
    Row(BUILD, "noTF32", help="strict FP32: no Winograd", dest="no_tf32"),
    Row(
        BUILD,
        "precisionConstraints",
        "WHICH",
        "what layers' precisions are to the builder",
        default="none",
        choices=("none", "prefer", "obey"),
    ),
    Row(BUILD, "layerPrecisions", "SPEC", "name:type,...", values.layer_types, {}),
    Row(BUILD, "layerOutputTypes", "SPEC", "name:type+type,...", values.layer_types, {}),
    Row(BUILD, "stronglyTyped", help="layers compute in the network's types"),
    Row(BUILD, "directIO", help="no conversions of inputs and outputs", flags="DIRECT_IO"),
    Row(BUILD, "refit", help="a plan that can be refitted", flags="REFIT"),
    Row(BUILD, "stripWeights", help="a plan without weights", flags="STRIP_PLAN REFIT_IDENTICAL"),
    Row(BUILD, "stripAllWeights weightless", help="the same", flags="STRIP_PLAN"),
    Row(
        BUILD,
        "versionCompatible vc",
        help="a plan for other versions",
        flags="VERSION_COMPATIBLE",
    ),
    Row(BUILD, "excludeLeanRuntime", help="without runtime", flags="EXCLUDE_LEAN_RUNTIME"),
    Row(BUILD, "monitorMemory", help="watch the build's memory", flags="MONITOR_MEMORY"),
    Row(
        BUILD,
        "sparsity",
        "WHICH",
        "use of sparse weights",
        default="disable",
        choices=("disable", "enable", "force"),
    ),
    Row(BUILD, "safe", help="the safety runtime's restrictions"),
    Row(BUILD, "restricted", help="the safety scope", flags="SAFETY_SCOPE"),
    Row(
        BUILD,
        "distributiveIndependence",
        help="the same sums",
        flags="DISTRIBUTIVE_INDEPENDENCE",
    ),
    Row(BUILD, "allowWeightStreaming", help="stream weights", flags="WEIGHT_STREAMING"),
    Row(BUILD, "timingCacheFile", "FILE", "read and write measured times here"),
    Row(
        BUILD,
        "errorOnTimingCacheMiss",
        help="measure nothing",
        flags="ERROR_ON_TIMING_CACHE_MISS",
    ),
    Row(BUILD, "noBuilderCache", help="no timing cache", flags="DISABLE_TIMING_CACHE"),
    Row(
        BUILD,
        "noCompilationCache",
        help="no cache of compiled kernels",
        flags="DISABLE_COMPILATION_CACHE",
    ),
    Row(BUILD, "memPoolSize", "POOL:MiB,...", "limits of memory pools", values.pools, {}),
    Row(
        BUILD,
        "workspace",
        "MiB",
        "limit of the workspace",
        lambda text: values.pools(f"workspace:{text}"),
        {},
        dest="mem_pool_size",
    ),
    Row(
        BUILD,
        "builderOptimizationLevel",
        "0..5",
        "how much is measured",
        int,
        3,
        choices=tuple(range(6)),
    ),
    Row(BUILD, "maxTactics", "N", "candidates measured a layer", int, -1),
    Row(BUILD, "avgTiming", "N", "samples of each measurement", int, 1),
    Row(BUILD, "tacticSources", "+X,-Y", "kernels to choose from"),
    Row(BUILD, "preview", "+X,-Y", "features to switch", values.previews, {}),
    Row(
        BUILD,
        "hardwareCompatibilityLevel",
        "WHICH",
        "other machines that the plan is for",
        default="none",
        choices=("none", "ampere+", "sameComputeCapability"),
    ),
    Row(
        BUILD,
        "tilingOptimizationLevel",
        "0..3",
        "search for tiles",
        int,
        0,
        choices=tuple(range(4)),
    ),
    Row(BUILD, "l2LimitForTiling", "BYTES", "cache for tiles", int, -1),
    Row(BUILD, "maxAuxStreams", "N", "streams of an engine", int),
    Row(
        BUILD,
        "profilingVerbosity nvtxMode",
        "WHICH",
        "what the plan says of its layers",
        default="layer_names_only",
        choices=("layer_names_only", "detailed", "none", "default", "verbose"),
    ),
    Row(BUILD, "numThreads", "N", "threads of the engine", int, 0, dest="threads"),
    Row(BUILD, "skipInference buildOnly", help="build and end"),
    Row(BUILD, "refitFromOnnx", help="refit the loaded engine", refused=_REFIT),
    Row(BUILD, "markDebug", "NAMES", "tensors to look at", refused=_DEBUG),
    Row(BUILD, "markUnfusedTensorsAsDebugTensors", help="the same", refused=_DEBUG),
    Row(BUILD, "runtimePlatform", "WHICH", idle="plans run where they are built"),
    Row(BUILD, "leanDLLPath", "FILE", idle=_ONE),
    Row(BUILD, "useRuntime", "WHICH", idle=_ONE),
    Row(BUILD, "asyncFileReader", idle="plans are mapped, not read"),
    Row(BUILD, "tempdir", "DIR", idle="builds write no files"),
    Row(BUILD, "tempfileControls", "SPEC", idle="builds write no files"),
    Row(BUILD, "pluginInstanceNorm pi", idle="InstanceNormalization has kernels of its own"),
    Row(BUILD, "enablePluginOverride", idle=_PLUGINS),
    Row(BUILD, "uint8AsymmetricQuantizationDLA", idle=_DLA),
    Row(BUILD, "reportCapabilityDLA", idle=_DLA),
    Row(BUILD, "adjustForDLA", idle=_DLA),
    Row(BUILD, "layerDeviceTypes", "SPEC", idle=_DLA),
    Row(BUILD, "decomposableAttentions", "NAMES", idle="attention has kernels of its own"),
    Row(BUILD, "consistency", idle="there is no safety runtime"),
    Row(BUILD, "dumpKernelText", idle="there is no safety runtime"),
    Row(BUILD, "cpuOnly", idle="there is nothing else"),
    Row(BUILD, "remoteAutoTuningConfig", "URI", idle="tactics are timed on this machine"),
    Row(BUILD, "buildDLAStandalone", idle=_DLA),
    Row(BUILD, "minTiming", "N", idle="--avgTiming says how many samples are taken"),
    Row(BUILD, "heuristic", idle="--builderOptimizationLevel says how much is measured"),
    Row(BUILD, "explicitBatch", idle="networks have no other batch"),
    Row(BUILD, "explicitPrecision", idle="Q/DQ layers are always explicit"),
    Row(SYSTEM, "device", "N", idle="the device is the CPU"),
    Row(SYSTEM, "useDLACore", "N", idle=_DLA),
    Row(SYSTEM, "allowGPUFallback", idle=_DLA),
    Row(SYSTEM, "staticPlugins plugins", "FILE", idle=_PLUGINS),
    Row(SYSTEM, "dynamicPlugins", "FILE", idle=_PLUGINS),
    Row(SYSTEM, "setPluginsToSerialize", "FILE", idle=_PLUGINS),
    Row(SYSTEM, "safetyPlugins", "FILE", idle=_PLUGINS),
    Row(SYSTEM, "ignoreParsedPluginLibs", idle=_PLUGINS),
    Row(INFERENCE, "shapes", "NAME:1x3x8x8,...", "shapes of the runs", values.shapes, {}),
    Row(INFERENCE, "loadInputs", "NAME:FILE,...", "raw elements", values.files, {}),
    Row(INFERENCE, "useProfile", "N", "optimization profile of the runs", int, 0),
    Row(INFERENCE, "iterations", "N", "runs at least", int, 10),
    Row(INFERENCE, "warmUp", "MS", "runs that do not count", float, 200),
    Row(INFERENCE, "duration", "S", "time at least; -1: without an end", float, 3),
    Row(INFERENCE, "sleepTime", "MS", "pause before each run's computation", float, 0),
    Row(INFERENCE, "idleTime", "MS", "pause between two runs", float, 0),
    Row(INFERENCE, "infStreams streams", "N", "contexts at once", int, 1, dest="streams"),
    Row(INFERENCE, "timeDeserialize", help="time the loading of the plan, and end"),
    Row(INFERENCE, "timeRefit", help="time a refit", refused=_REFIT),
    Row(INFERENCE, "saveDebugTensors", "SPEC", "write tensors", refused=_DEBUG),
    Row(INFERENCE, "saveAllDebugTensors", "WHICH", "write tensors", refused=_DEBUG),
    Row(INFERENCE, "exposeDMA", idle=_COPIES),
    Row(INFERENCE, "noDataTransfers", idle=_COPIES),
    Row(INFERENCE, "includeDataTransfers", idle=_COPIES),
    Row(INFERENCE, "useManagedMemory", idle=_COPIES),
    Row(INFERENCE, "useSpinWait", idle=_GPU),
    Row(INFERENCE, "noSpinWait", idle=_GPU),
    Row(INFERENCE, "useCudaGraph", idle=_GPU),
    Row(INFERENCE, "noCudaGraph", idle=_GPU),
    Row(INFERENCE, "threads", idle="each stream has a thread of its own", dest="idle_threads"),
    Row(INFERENCE, "separateProfileRun", idle="profiles always have runs of their own"),
    Row(INFERENCE, "persistentCacheRatio", "RATIO", idle="a CPU manages its caches"),
    Row(INFERENCE, "allocationStrategy", "WHICH", idle="contexts take what their shapes need"),
    Row(INFERENCE, "weightStreamingBudget", "BYTES", idle="weights are read where they lie"),
    Row(REPORTING, "verbose", help="every message"),
    Row(REPORTING, "avgRuns", "N", "runs of each average in the trace", int, 10),
    Row(REPORTING, "percentile", "P,...", "percentiles to print", values.percentiles, [90, 95, 99]),
    Row(REPORTING, "dumpOutput", help="print the outputs"),
    Row(REPORTING, "dumpRawBindingsToFile", help="write inputs and outputs as raw elements"),
    Row(REPORTING, "dumpProfile", help="print the layers' times"),
    Row(REPORTING, "dumpLayerInfo", help="print the layers"),
    Row(REPORTING, "dumpOptimizationProfile", help="print the shapes of the profiles"),
    Row(REPORTING, "dumpRefit", help="print the weights that can be refitted", refused=_REFIT),
    Row(REPORTING, "exportTimes", "FILE", "write the times of the runs"),
    Row(REPORTING, "exportOutput", "FILE", "write the outputs"),
    Row(REPORTING, "exportProfile", "FILE", "write the layers' times"),
    Row(REPORTING, "exportLayerInfo", "FILE", "write the layers"),
)
