"""trtlike.cuda: cuda-python's, pycuda's and cupy's calls, checked memory, ordered streams."""

import ctypes
import logging
import subprocess
import sys

import numpy as np
import pytest
from conftest import assert_close, build_plan, digits_model, load, onnxruntime_outputs

import trtlike as trt
from trtlike.cuda import cuda, cudart, nvrtc
from trtlike.cuda import cupy as cp
from trtlike.cuda.pycuda import driver as drv

OK, INVALID = cudart.cudaError_t.cudaSuccess, cudart.cudaError_t.cudaErrorInvalidValue
KIND = cudart.cudaMemcpyKind
H2D, D2H, D2D = (
    KIND.cudaMemcpyHostToDevice,
    KIND.cudaMemcpyDeviceToHost,
    KIND.cudaMemcpyDeviceToDevice,
)


def malloc(nbytes: int) -> int:
    err, pointer = cudart.cudaMalloc(nbytes)
    assert err == OK
    return pointer


def test_runtime_answers_tuples_with_the_error_first():
    err, pointer = cudart.cudaMalloc(64)
    assert err is OK and isinstance(pointer, int) and pointer % 256 == 0
    source, result = np.arange(16, dtype=np.float32), np.zeros(16, np.float32)
    assert cudart.cudaMemcpy(pointer, source, 64, H2D) == (OK,)
    assert cudart.cudaMemcpy(result.ctypes.data, pointer, 64, D2H) == (OK,)
    assert (result == source).all()
    assert cudart.cudaMemset(pointer + 4, 0, 8) == (OK,)
    assert cudart.cudaMemcpy(result, pointer, 64, D2H) == (OK,)
    assert (result == [0, 0, 0, *range(3, 16)]).all()
    assert cudart.cudaFree(pointer) == (OK,)
    assert cudart.cudaFree(0) == (OK,)
    assert cudart.cudaMalloc(0) == (OK, 0)
    assert cudart.cudaMalloc(1 << 60) == (cudart.cudaError_t.cudaErrorMemoryAllocation, None)
    with pytest.raises(OverflowError):
        cudart.cudaMalloc(-1)


# Numbers as CUDA 12 and 13 define them.
@pytest.mark.parametrize(
    ("enum", "name", "value"),
    [
        (cudart.cudaError_t, "cudaErrorMemoryAllocation", 2),
        (cudart.cudaError_t, "cudaErrorInvalidMemcpyDirection", 21),
        (cudart.cudaError_t, "cudaErrorInvalidResourceHandle", 400),
        (cudart.cudaError_t, "cudaErrorNotSupported", 801),
        (cudart.cudaMemcpyKind, "cudaMemcpyDefault", 4),
        (cuda.CUresult, "CUDA_ERROR_OUT_OF_MEMORY", 2),
        (cuda.CUresult, "CUDA_ERROR_INVALID_CONTEXT", 201),
        (nvrtc.nvrtcResult, "NVRTC_ERROR_COMPILATION", 6),
    ],
)
def test_enumerations_have_cudas_numbers(enum, name, value):
    member = getattr(enum, name)
    assert enum[name] == value == member.value
    assert str(member) == f"{member}" == repr(member) == f"<{enum.__name__}.{name}: {value}>"


def bad_uses() -> dict[str, tuple]:
    """What each call does wrong: (its arguments, part of the sentence in the log)."""
    block, freed, host = malloc(64), malloc(64), cudart.cudaMallocHost(64)[1]
    cudart.cudaFree(freed)
    array, frozen = np.zeros(16, np.float32), np.zeros(16, np.float32)
    frozen.flags.writeable = False
    return {
        "beyond the end": ((block, array, 65, H2D), "expected at most 64 bytes, got 65"),
        "object too small": ((block, array[:8], 64, H2D), "64 bytes, got an object of 32"),
        "address beyond the end": ((block + 1, host, 64, H2D), "expected at most 63 bytes, got 64"),
        "behind the end": ((block + 64, host, 1, H2D), "expected at most 0 bytes, got 1"),
        "source beyond the end": ((host, block + 60, 8, D2H), "expected at most 4 bytes, got 8"),
        "freed": ((freed, array, 64, H2D), "of freed memory of 64 bytes"),
        "freed source": ((array, freed, 64, D2H), "of freed memory of 64 bytes"),
        "null": ((0, array, 64, H2D), "the unknown address 0x0"),
        "unmapped": ((0x1000, array, 64, H2D), "the unknown address 0x1000"),
        "unmapped source": ((array, 0xDEAD0000, 64, D2H), "the unknown address 0xdead0000"),
        "wrong way round": ((array, block, 64, H2D), "the wrong way round"),
        "device as host": ((block, block, 64, H2D), "expected host memory, got device memory"),
        "read-only": ((frozen, block, 64, D2H), "expected writeable memory, got a read-only"),
        "with gaps": ((block, np.zeros((4, 8), np.float32)[:, ::2], 64, H2D), "an array with gaps"),
    }  # fmt: skip


@pytest.mark.parametrize("use", bad_uses())
def test_bad_memory_use_is_an_error_with_a_sentence(use, caplog):
    arguments, sentence = bad_uses()[use]
    with caplog.at_level(logging.ERROR):
        assert cudart.cudaMemcpy(*arguments) == (INVALID,)
        assert cudart.cudaGetLastError() == (INVALID,)
        assert cudart.cudaGetLastError() == (OK,)
        assert cudart.cudaMemcpyAsync(*arguments, 0) == (INVALID,)
    assert "[cuda] cudaMemcpy: copy, " in caplog.text and sentence in caplog.text


def test_bad_frees_streams_and_events_are_errors(caplog):
    error = cudart.cudaError_t
    block, host = malloc(8), cudart.cudaMallocHost(8)[1]
    for wrong in (block + 1, host, 12345, np.zeros(3).ctypes.data):
        assert cudart.cudaFree(wrong) == (INVALID,)
    assert cudart.cudaFreeHost(block) == (INVALID,)
    assert cudart.cudaFree(block) == (OK,)
    assert cudart.cudaFree(block) == (INVALID,)
    assert "expected the start of device or managed memory, got" in caplog.text
    assert cudart.cudaMemcpy(host, host, 8, 9) == (error.cudaErrorInvalidMemcpyDirection,)
    assert "expected a cudaMemcpyKind of 0 to 4, got 9" in caplog.text
    stream = cudart.cudaStreamCreate()[1]
    assert cudart.cudaStreamDestroy(stream) == (OK,)
    for call in (cudart.cudaStreamSynchronize, cudart.cudaStreamDestroy, cudart.cudaStreamQuery):
        assert call(stream) == (error.cudaErrorInvalidResourceHandle,)
    assert "expected a live one, got a destroyed one" in caplog.text
    assert cudart.cudaEventRecord(77, 0) == (error.cudaErrorInvalidResourceHandle,)
    assert cudart.cudaSetDevice(1) == (error.cudaErrorInvalidDevice,)
    assert "device: expected 0, the CPU, got 1" in caplog.text


def test_copies_between_random_spans_keep_to_their_blocks():
    """Random copies, good and bad, against a model of the memory in numpy."""
    random = np.random.default_rng(11)
    sizes = [1, 7, 64, 4096, 5000]
    blocks = {malloc(size): np.zeros(size, np.uint8) for size in sizes}
    refused = 0
    for _ in range(400):
        to, source = random.choice(list(blocks), 2)
        start, origin = random.integers(0, 5100, 2)
        count = int(random.integers(1, 5100))
        fits = start + count <= len(blocks[to]) and origin + count <= len(blocks[source])
        if random.random() < 0.5:
            fresh = random.integers(0, 255, len(blocks[to]), np.uint8)
            assert cudart.cudaMemcpy(int(to), fresh, fresh.nbytes, H2D) == (OK,)
            blocks[to][:] = fresh
        pages = [-(-len(blocks[block]) // 4096) * 4096 for block in (to, source)]
        known = start < pages[0] and origin < pages[1]
        if fits or known:
            answer = cudart.cudaMemcpy(int(to + start), int(source + origin), count, D2D)
            assert answer == ((OK if fits else INVALID),)
            refused += not fits
            if fits:
                blocks[to][start : start + count] = blocks[source][origin : origin + count].copy()
        back = np.empty_like(blocks[to])
        assert cudart.cudaMemcpy(back, int(to), back.nbytes, D2H) == (OK,)
        assert (back == blocks[to]).all()
    assert refused > 20
    for address in blocks:
        assert cudart.cudaFree(int(address)) == (OK,)


def test_memory_used_after_its_release_does_not_end_the_process():
    pointer = malloc(1 << 20)
    ctypes.memset(pointer, 7, 1 << 20)
    cudart.cudaFree(pointer)
    assert ctypes.string_at(pointer, 4) == bytes(4)
    again = malloc(1 << 20)
    assert again == pointer
    _, stream = cudart.cudaStreamCreate()
    for _ in range(3000):
        cudart.cudaFree(malloc(5000))
    assert cudart.cudaMemcpyAsync(pointer, pointer, 1 << 20, D2D, stream) == (OK,)
    cudart.cudaFree(again)


def test_copies_and_runs_on_one_stream_keep_their_order():
    """Many runs of one context, input and output copied in between, each with its own numbers."""
    model = digits_model()
    engine = load(build_plan(model, [{"image": ((1, 1, 8, 8), (4, 1, 8, 8), (4, 1, 8, 8))}]))
    context = engine.create_execution_context()
    stream = cudart.cudaStreamCreateWithPriority(cudart.cudaStreamNonBlocking, 0)[1]
    random = np.random.default_rng(1)
    batches = [random.uniform(0, 16, (4, 1, 8, 8)).astype(np.float32) for _ in range(20)]
    source, target = malloc(batches[0].nbytes), malloc(4 * 10 * 4)
    context.set_input_shape("image", (4, 1, 8, 8))
    context.set_tensor_address("image", source)
    context.set_tensor_address("probabilities", target)
    results = [np.empty((4, 10), np.float32) for _ in batches]
    for batch, result in zip(batches, results, strict=True):
        assert cudart.cudaMemcpyAsync(source, batch, batch.nbytes, H2D, stream) == (OK,)
        assert context.execute_async_v3(stream_handle=stream)
        assert cudart.cudaMemcpyAsync(result, target, result.nbytes, D2H, stream) == (OK,)
    assert cudart.cudaStreamSynchronize(stream) == (OK,)
    for batch, result in zip(batches, results, strict=True):
        assert_close(result, onnxruntime_outputs(model, {"image": batch})["probabilities"], 1e-4)
    cudart.cudaStreamDestroy(stream)


class Reallocating(trt.IOutputAllocator):
    """Frees and allocates by CUDA in each call, and copies, on whatever thread that is."""

    def __init__(self):
        trt.IOutputAllocator.__init__(self)
        self.address, self.answers = 0, []

    def reallocate_output(self, tensor_name, memory, size, alignment):
        self.answers.append(cudart.cudaFree(self.address))
        self.address = cudart.cudaMalloc(size)[1]
        self.answers.append(cudart.cudaMemset(self.address, 0, size))
        self.answers.append(cudart.cudaDeviceSynchronize())
        return self.address

    def notify_shape(self, tensor_name, shape):
        self.shape = tuple(shape)


def test_callbacks_on_a_streams_own_thread_call_cuda():
    model = digits_model()
    engine = load(build_plan(model, [{"image": ((1, 1, 8, 8), (2, 1, 8, 8), (4, 1, 8, 8))}]))
    context = engine.create_execution_context()
    allocator, stream = Reallocating(), drv.Stream()
    image = np.random.default_rng(4).uniform(0, 16, (2, 1, 8, 8)).astype(np.float32)
    context.set_input_shape("image", image.shape)
    context.set_tensor_address("image", image)
    context.set_output_allocator("probabilities", allocator)
    for _ in range(3):
        assert context.execute_async_v3(stream.handle)
        stream.synchronize()
    result = np.empty(allocator.shape, np.float32)
    drv.memcpy_dtoh(result, allocator.address)
    assert set(allocator.answers) == {(OK,)}
    assert_close(result, onnxruntime_outputs(model, {"image": image})["probabilities"], 1e-4)


def test_memory_of_a_queued_run_is_not_given_away():
    """A run's buffers lose their names while it is queued; others of the size are made at once."""
    engine = load(build_plan(digits_model(), [{"image": ((64, 1, 8, 8),) * 3}]))
    context, stream = engine.create_execution_context(), drv.Stream()
    images = np.random.default_rng(8).uniform(0, 16, (64, 1, 8, 8)).astype(np.float32)
    context.set_input_shape("image", images.shape)
    expected, results = None, []
    for _ in range(20):
        source, target = drv.to_device(images), drv.mem_alloc(64 * 10 * 4)
        context.set_tensor_address("image", int(source))
        context.set_tensor_address("probabilities", int(target))
        assert context.execute_async_v3(stream.handle)
        del source
        spoiler = drv.mem_alloc(images.nbytes)
        drv.memset_d8(spoiler, 255, images.nbytes)
        results.append(drv.from_device(target, (64, 10), np.float32))
    expected = onnxruntime_outputs(digits_model(), {"image": images})["probabilities"]
    for result in results:
        assert_close(result, expected, 1e-4)


def test_events_take_the_time_between_two_points_of_a_stream():
    stream = cudart.cudaStreamCreate()[1]
    (_, start), (_, end) = cudart.cudaEventCreate(), cudart.cudaEventCreateWithFlags(0)
    assert cudart.cudaEventElapsedTime(start, end)[0] != OK
    cudart.cudaEventRecord(start, stream)
    cudart.cudaEventRecord(end, stream)
    assert cudart.cudaEventSynchronize(end) == cudart.cudaEventQuery(end) == (OK,)
    err, ms = cudart.cudaEventElapsedTime(start, end)
    assert err == OK and 0 < ms < 10_000
    untimed = cudart.cudaEventCreateWithFlags(cudart.cudaEventDisableTiming)[1]
    cudart.cudaEventRecord(untimed, stream)
    assert cudart.cudaEventElapsedTime(start, untimed)[0] != OK
    assert cudart.cudaStreamWaitEvent(stream, end, 0) == (OK,)
    assert cudart.cudaEventDestroy(end) == (OK,)
    assert cudart.cudaEventDestroy(end)[0] != OK


def test_device_is_the_cpu():
    assert cudart.cudaGetDeviceCount() == (OK, 1)
    err, properties = cudart.cudaGetDeviceProperties(0)
    assert err == OK and isinstance(properties.name, bytes) and properties.major >= 7
    assert properties.multiProcessorCount == trt.default_num_threads()
    err, free, total = cudart.cudaMemGetInfo()
    assert err == OK and 0 < free <= total == properties.totalGlobalMem
    attribute = cudart.cudaDeviceAttr.cudaDevAttrComputeCapabilityMajor
    assert cudart.cudaDeviceGetAttribute(attribute, 0) == (OK, properties.major)
    assert cudart.cudaDeviceSynchronize() == (OK,)
    assert cudart.cudaGetErrorName(INVALID) == (OK, b"cudaErrorInvalidValue")
    assert cudart.cudaGetErrorString(INVALID) == (OK, b"invalid argument")
    err, where = cudart.cudaPointerGetAttributes(malloc(4))
    assert where.type == cudart.cudaMemoryType.cudaMemoryTypeDevice


def test_pool_of_an_async_allocator():
    properties = cudart.cudaMemPoolProps()
    properties.location.type = cudart.cudaMemLocationType.cudaMemLocationTypeDevice
    err, pool = cudart.cudaMemPoolCreate(properties)
    threshold = cudart.cudaMemPoolAttr.cudaMemPoolAttrReleaseThreshold
    assert cudart.cudaMemPoolSetAttribute(pool, threshold, cuda.cuuint64_t(0)) == (OK,)
    err, pointer = cudart.cudaMallocFromPoolAsync(100, pool, 0)
    assert err == OK and cudart.cudaFreeAsync(pointer, 0) == (OK,)
    assert cudart.cudaMemPoolDestroy(pool) == (OK,)


def test_driver_answers_tuples_with_the_error_first():
    success = cuda.CUresult.CUDA_SUCCESS
    assert cuda.cuInit(0) == (success,)
    err, device = cuda.cuDeviceGet(0)
    err, context = cuda.cuCtxCreate(0, device)
    assert err == success and int(cuda.cuCtxGetCurrent()[1]) == int(context)
    err, pointer = cuda.cuMemAlloc(12)
    source, result = np.arange(3, dtype=np.int32), np.zeros(3, np.int32)
    err, stream = cuda.cuStreamCreate(0)
    assert cuda.cuMemcpyHtoDAsync(pointer, source, 12, stream) == (success,)
    assert cuda.cuMemcpyDtoHAsync(result, pointer, 12, stream) == (success,)
    assert cuda.cuStreamSynchronize(stream) == (success,)
    assert (result == source).all()
    assert cuda.cuMemsetD32(int(pointer) + 4, 9, 2) == (success,)
    assert cuda.cuMemcpyDtoH(result, pointer, 12) == (success,) and list(result) == [0, 9, 9]
    assert cuda.cuMemFree(pointer) == (success,)
    assert cuda.cuMemFree(pointer) == (cuda.CUresult.CUDA_ERROR_INVALID_VALUE,)
    assert cuda.cuGetErrorName(success) == (success, b"CUDA_SUCCESS")
    assert cuda.cuDeviceGet(3)[0] == cuda.CUresult.CUDA_ERROR_INVALID_DEVICE
    assert cuda.cuCtxPopCurrent()[0] == cuda.cuCtxDestroy(context)[0] == success


@pytest.mark.parametrize(
    ("module", "name", "instead"),
    [
        (cudart, "cudaGraphLaunch", "Call execute_async_v3 itself"),
        (cudart, "cudaStreamBeginCapture", "Call execute_async_v3 itself"),
        (cudart, "cudaLaunchHostFunc", "after synchronizing the stream"),
        (cudart, "cudaMemcpy2D", "Use linear memory"),
        (cudart, "cudaMallocPitch", "Use linear memory"),
        (cudart, "cudaIpcOpenMemHandle", "Use multiprocessing.shared_memory"),
        (cudart, "cudaDeviceEnablePeerAccess", "There is one device"),
        (cudart, "cudaLaunchKernel", "with numpy"),
        (cuda, "cuModuleLoadData", "with numpy"),
        (cuda, "cuLaunchKernel", "with numpy"),
        (cuda, "cuGraphInstantiate", "Call execute_async_v3 itself"),
        (nvrtc, "nvrtcCompileProgram", "with numpy"),
        (drv, "module_from_buffer", "with numpy"),
        (cp, "RawKernel", "with numpy"),
    ],
)
def test_what_needs_a_gpu_is_refused_with_a_sentence(module, name, instead):
    with pytest.raises(trt.UnsupportedError) as refusal:
        getattr(module, name)(1, 2, 3)
    assert name in str(refusal.value) and "on a GPU it would" in str(refusal.value)
    assert instead in str(refusal.value)


def test_capture_of_a_graph_is_refused_where_it_begins():
    with pytest.raises(trt.UnsupportedError, match=r"cudaStreamCaptureMode: .* Call execute_async"):
        cudart.cudaStreamBeginCapture(0, cudart.cudaStreamCaptureMode.cudaStreamCaptureModeGlobal)


def test_names_that_cuda_has_not_are_no_attributes():
    for module, name in (
        (cudart, "cudaNonsense"),
        (cuda, "noSuch"),
        (drv, "nonsense"),
        (cp, "nope"),
    ):
        assert not hasattr(module, name)


def test_import_of_trtlike_loads_none_of_it():
    text = "import sys, trtlike; print([n for n in sys.modules if n.startswith('trtlike.cu')])"
    assert subprocess.check_output([sys.executable, "-c", text], text=True) == "[]\n"


def test_program_ends_quietly_with_allocations_alive():
    text = (
        "import trtlike.cuda.pycuda.autoinit, numpy as np\n"
        "from trtlike.cuda.pycuda import driver as d, gpuarray\n"
        "s, a, h = d.Stream(), d.mem_alloc(9), d.pagelocked_empty(9, np.int8)\n"
        "g = gpuarray.zeros(4, np.int8)\nd.keep = (s, a, h, g)\n"
        "from trtlike.cuda import cupy\nm, c = cupy.cuda.alloc(8), cupy.cuda.Stream()\n"
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
