"""trtlike.cuda: pycuda and cupy on the one allocator."""

import gc

import numpy as np
import pytest

from trtlike.cuda import cudart
from trtlike.cuda import cupy as cp
from trtlike.cuda.pycuda import autoinit, gpuarray, tools
from trtlike.cuda.pycuda import driver as drv


def test_pycuda_moves_arrays_and_frees_with_the_last_name():
    source = np.arange(6, dtype=np.float32)
    device, stream = drv.mem_alloc(source.nbytes), drv.Stream()
    drv.memcpy_htod_async(device, source, stream)
    locked = drv.pagelocked_empty(6, np.float32)
    drv.memcpy_dtoh_async(locked, device, stream)
    stream.synchronize()
    assert (locked == source).all() and int(device) == device + 0
    with pytest.raises(drv.LogicError, match="expected at most 24 bytes, got 28"):
        drv.memcpy_dtoh(np.zeros(7, np.float32), device)
    address = int(device)
    device.free()
    with pytest.raises(drv.LogicError, match="it is freed already"):
        drv.memcpy_htod(device, source)
    with pytest.raises(drv.LogicError, match="freed memory"):
        drv.memcpy_htod(address, source)
    used = cp.cuda.MemoryPool().used_bytes()
    kept = [drv.mem_alloc(5000), drv.pagelocked_zeros((10, 10), np.int64), cp.cuda.alloc(99)]
    view = kept[1][3:]
    assert cp.cuda.MemoryPool().used_bytes() == used + 5000 + 800 + 99
    del kept
    gc.collect()
    assert cp.cuda.MemoryPool().used_bytes() == used + 800 and view.sum() == 0
    del view
    assert cp.cuda.MemoryPool().used_bytes() == used
    with pytest.raises(drv.MemoryError, match="out of memory"):
        drv.mem_alloc(1 << 60)


def test_pycuda_contexts_are_a_stack():
    assert drv.Device.count() == 1 and drv.Device(0).name() == autoinit.device.name()
    assert drv.Device(0).compute_capability() >= (7, 0)
    assert drv.Context.get_current() is autoinit.context
    context = tools.make_default_context()
    assert drv.Context.get_current() is context
    context.pop()
    context.push()
    context.detach()
    assert drv.Context.get_current() is autoinit.context
    autoinit.context.pop()
    with pytest.raises(drv.LogicError, match="cannot pop"):
        drv.Context.pop()
    autoinit.context.push()


@pytest.mark.parametrize("order", ["C", "F"])
def test_gpuarray_holds_and_computes(order):
    source = np.asarray(np.arange(12, dtype=np.float32).reshape(3, 4), order=order)
    array = gpuarray.to_gpu(source)
    assert array.shape == (3, 4) and array.ptr == int(array.gpudata) and array.nbytes == 48
    assert (array.get() == source).all() and array.strides == source.strides
    assert ((2 * array + 1 - array).get() == source + 1).all()
    assert (gpuarray.zeros(3, np.int32).get() == 0).all()
    empty = gpuarray.empty((2, 2), np.float16).fill(3)
    empty += 1
    assert (empty.get() == 4).all() and empty.get().dtype == np.float16
    with pytest.raises(ValueError, match="expected 4 elements of float16, got 3"):
        empty.set(np.zeros(3, np.float16))
    result = np.empty((3, 4), np.float32)
    drv.memcpy_dtoh(result, gpuarray.to_gpu(np.ascontiguousarray(source)).gpudata)
    assert (result == source).all()


def test_cupy_arrays_are_numpys_with_a_pointer():
    source = np.arange(6, dtype=np.float32).reshape(2, 3)
    array = cp.asarray(source)
    assert type(array) is type(array @ array.T) is type(cp.ones(3)) is cp.ndarray
    assert type(cp.sum(array)) is cp.ndarray and float(cp.sum(array)) == 15
    assert cp.get_array_module(array) is cp and cp.get_array_module(source) is np
    plain = cp.asnumpy(array)
    assert type(plain) is np.ndarray and type(array.get()) is np.ndarray
    assert array.data.ptr == array.__cuda_array_interface__["data"][0]
    pointer = cp.cuda.alloc(24)
    pointer.copy_from_device(array.data, 24)
    pointer.copy_to_host(plain, 24)
    assert (plain == source).all()
    assert (
        cudart.cudaMemcpy(
            cudart.cudaMalloc(24)[1], array, 24, cudart.cudaMemcpyKind.cudaMemcpyDeviceToDevice
        )[0]
        == 0
    )
    array += 1
    assert type(array) is cp.ndarray and array.get()[1, 2] == 6 and source[1, 2] == 5
    with cp.cuda.Stream() as stream:
        assert cp.cuda.get_current_stream() is stream
        start, end = stream.record(), stream.record()
        assert cp.cuda.get_elapsed_time(start, end) >= 0
    assert cp.cuda.get_current_stream() is cp.cuda.Stream.null
    assert cp.cuda.runtime.getDeviceCount() == 1
    with pytest.raises(cp.cuda.runtime.CUDARuntimeError, match="cudaErrorInvalidValue"):
        cp.cuda.runtime.free(5)


def test_cupy_arrays_lie_over_memory_of_others():
    """What a plugin does with the addresses that it is given."""
    source = np.arange(12, dtype=np.float32)
    pointer = cp.cuda.MemoryPointer(cp.cuda.UnownedMemory(source.ctypes.data, 48, source), 0)
    array = cp.ndarray((3, 4), dtype=cp.float32, memptr=pointer)
    cp.copyto(array, cp.reshape(cp.asarray(source[::-1].copy()), (3, 4)))
    assert source[0] == 11 and array.data.ptr == source.ctypes.data
    part = cp.ndarray(4, cp.float32, pointer + 32)
    part *= 2
    assert list(source[8:]) == [6, 4, 2, 0] and list(array[2].get()) == [6, 4, 2, 0]
    with pytest.raises(ValueError, match="expected memory of 20 bytes, got a pointer to 16"):
        cp.ndarray(5, cp.float32, pointer + 32)
    gc.collect()
    own = cp.cuda.alloc(16)
    kept = cp.ndarray(4, cp.float32, own)[1:]
    address, used = own.ptr, cp.cuda.MemoryPool().used_bytes()
    del own
    gc.collect()
    assert cp.cuda.MemoryPool().used_bytes() == used and kept.data.ptr == address + 4
    with cp.cuda.ExternalStream(drv.Stream().handle) as stream:
        assert cp.cuda.get_current_stream() is stream
