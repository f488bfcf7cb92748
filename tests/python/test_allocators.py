"""Allocators, and the memory of contexts that the user manages."""

import gc

import numpy as np
import pytest
from conftest import ListLogger, build_plan, digits_model, onnxruntime_outputs

import trtlike as trt


class Memory:
    """Aligned blocks, and what became of them."""

    def __init__(self, limit: int = 1 << 30):
        self.blocks: dict[int, np.ndarray] = {}
        self.sizes: list[int] = []
        self.limit = limit

    def take(self, size: int, alignment: int) -> int:
        if size > self.limit:
            return 0
        block = np.zeros(size + alignment, np.uint8)
        address = -(-block.ctypes.data // alignment) * alignment
        self.blocks[address] = block
        self.sizes.append(size)
        return address

    def give(self, address: int) -> bool:
        return self.blocks.pop(address, None) is not None


class Synchronous(trt.IGpuAllocator, Memory):
    def __init__(self, limit: int = 1 << 30):
        trt.IGpuAllocator.__init__(self)
        Memory.__init__(self, limit)

    def allocate(self, size, alignment, flags):
        return self.take(size, alignment)

    def deallocate(self, memory):
        return self.give(memory)


class Asynchronous(trt.IGpuAsyncAllocator, Memory):
    def __init__(self, limit: int = 1 << 30):
        trt.IGpuAsyncAllocator.__init__(self)
        Memory.__init__(self, limit)

    def allocate_async(self, size, alignment, flags, stream):
        return self.take(size, alignment)

    def deallocate_async(self, memory, stream):
        return self.give(memory)


@pytest.fixture(scope="module")
def plan():
    profile = {"image": ((1, 1, 8, 8), (4, 1, 8, 8), (64, 1, 8, 8))}
    return build_plan(digits_model(), [profile])


def run(context, batch=4):
    x = np.random.default_rng(batch).random((batch, 1, 8, 8), np.float32)
    got = context.infer({"image": x})["probabilities"]
    want = onnxruntime_outputs(digits_model(), {"image": x})["probabilities"]
    np.testing.assert_allclose(got, want, atol=1e-5)


@pytest.mark.parametrize("kind", [Synchronous, Asynchronous])
def test_contexts_compute_in_the_runtimes_allocator(plan, kind):
    allocator = kind()
    runtime = trt.Runtime(ListLogger())
    runtime.gpu_allocator = allocator
    assert runtime.gpu_allocator is allocator
    context = runtime.deserialize_cuda_engine(plan).create_execution_context()
    run(context, 4)
    assert max(allocator.sizes) == context.update_device_memory_size_for_shapes()
    run(context, 64)
    assert max(allocator.sizes) == context.memory_size
    del context
    gc.collect()
    assert not allocator.blocks


def test_a_contexts_own_allocator_takes_over(plan):
    first, second = Synchronous(), Synchronous()
    runtime = trt.Runtime(ListLogger())
    runtime.gpu_allocator = first
    context = runtime.deserialize_cuda_engine(plan).create_execution_context()
    run(context)
    assert context.temporary_allocator is first and first.blocks
    context.temporary_allocator = second
    assert not first.blocks
    run(context)
    assert context.temporary_allocator is second and second.blocks
    context.temporary_allocator = None
    run(context)
    assert not second.blocks


def test_builders_pass_theirs_on():
    allocator = Synchronous()
    builder = trt.Builder(ListLogger())
    builder.gpu_allocator = allocator
    network = builder.create_network()
    x = network.add_input("x", trt.float32, (64, 64))
    y = network.add_softmax(x).get_output(0)
    network.mark_output(network.add_unary(y, trt.UnaryOperation.LOG).get_output(0))
    engine = builder.build_engine_with_config(network, builder.create_builder_config())
    context = engine.create_execution_context()
    assert allocator.sizes
    del context, engine
    gc.collect()
    assert not allocator.blocks
    builder.reset()
    assert builder.gpu_allocator is None


def test_what_an_allocator_does_not_give_is_an_error_with_its_sentence(plan):
    log = ListLogger()
    codes = []

    class Recorder(trt.IErrorRecorder):
        def report_error(self, code, desc):
            codes.append(code)
            return True

    runtime = trt.Runtime(log)
    runtime.gpu_allocator = Synchronous(limit=0)
    runtime.error_recorder = Recorder()
    context = runtime.deserialize_cuda_engine(plan).create_execution_context()
    with pytest.raises(RuntimeError):
        run(context)
    assert "[runtime] allocator: expected" in log.text and "for a context, got none" in log.text
    assert codes == [trt.ErrorCodeTRT.FAILED_ALLOCATION]


def test_misaligned_memory_is_refused_and_given_back(plan):
    class Odd(Synchronous):
        def allocate(self, size, alignment, flags):
            address = self.take(size + 8, alignment)
            self.blocks[address + 8] = self.blocks.pop(address)
            return address + 8

    log, allocator = ListLogger(), Odd()
    runtime = trt.Runtime(log)
    runtime.gpu_allocator = allocator
    context = runtime.deserialize_cuda_engine(plan).create_execution_context()
    with pytest.raises(RuntimeError):
        run(context)
    assert "expected an address that is a multiple of 64" in log.text
    assert not allocator.blocks


def test_parts_of_data_dependent_runs_come_from_it_too():
    builder = trt.Builder(ListLogger())
    network = builder.create_network()
    x = network.add_input("x", trt.float32, (4096,))
    found = network.add_node("NonZero", [network.add_cast(x, trt.bool).get_output(0)]).get_output(0)
    wide = network.add_cast(found, trt.float32).get_output(0)
    softmax = network.add_softmax(wide)
    softmax.axes = 1 << 1
    squared = softmax.get_output(0)
    network.mark_output(network.add_unary(squared, trt.UnaryOperation.EXP).get_output(0))
    plan = builder.build_serialized_network(network, builder.create_builder_config())
    runtime = trt.Runtime(ListLogger())
    allocator = runtime.gpu_allocator = Synchronous()
    context = runtime.deserialize_cuda_engine(plan).create_execution_context()
    (out,) = context.infer({"x": np.ones(4096, np.float32)}).values()
    logits = np.arange(4096, dtype=np.float64)
    logits = np.exp(logits - logits.max())
    np.testing.assert_allclose(out[0], np.exp(logits / logits.sum()), atol=1e-5)
    assert len(allocator.sizes) >= 2


def test_memory_that_the_user_manages(plan):
    log = ListLogger()
    engine = trt.Runtime(log).deserialize_cuda_engine(plan)
    config = engine.create_runtime_config()
    assert (
        config.get_execution_context_allocation_strategy()
        == trt.ExecutionContextAllocationStrategy.STATIC
    )
    config.set_execution_context_allocation_strategy(
        trt.ExecutionContextAllocationStrategy.USER_MANAGED
    )
    for context in (
        engine.create_execution_context(config),
        engine.create_execution_context(runtime_config=config),
        engine.create_execution_context(trt.ExecutionContextAllocationStrategy.USER_MANAGED),
        engine.create_execution_context_without_device_memory(),
    ):
        strategy = context.get_runtime_config().get_execution_context_allocation_strategy()
        assert strategy == trt.ExecutionContextAllocationStrategy.USER_MANAGED
        with pytest.raises(RuntimeError):
            run(context)
        assert "[runtime] device memory: expected at least" in log.lines.pop()
        context.set_input_shape("image", (64, 1, 8, 8))
        size = context.update_device_memory_size_for_shapes()
        assert 0 < size <= engine.get_device_memory_size_for_profile_v2(0)
        memory = Memory()
        address = memory.take(size, 256)
        context.set_device_memory(address, size)
        run(context, 64)
        assert np.any(memory.blocks[address])
        context.set_device_memory(address, size - 1)
        with pytest.raises(RuntimeError):
            run(context, 64)
        assert f"expected at least {size} bytes for these shapes, got {size - 1}" in log.lines.pop()


def test_memory_of_other_contexts_is_their_own(plan):
    log = ListLogger()
    context = trt.Runtime(log).deserialize_cuda_engine(plan).create_execution_context()
    context.set_device_memory(64, 64)
    assert "expected a context of strategy USER_MANAGED" in log.lines.pop()
    with pytest.raises(RuntimeError, match="expected its shape"):
        context.update_device_memory_size_for_shapes()


def test_interfaces_say_which_they_are():
    allocator = Synchronous()
    assert isinstance(allocator, trt.IVersionedInterface)
    assert allocator.api_language == trt.APILanguage.PYTHON
    info = allocator.interface_info
    assert (info.kind, info.major, info.minor) == ("IGpuAllocator", 1, 0)
