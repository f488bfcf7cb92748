// libcudart.so for programs that load it by ctypes: each call goes to the functions that
// trtlike.cuda installs, which own the memory and the streams.
#include <cstddef>

#define TRTLIKE_CUDART extern "C" __attribute__((visibility("default")))

namespace {

constexpr int kNotInitialized = 3;

struct Calls {
  int (*malloc)(void**, size_t);
  int (*free)(void*);
  int (*memcpy)(void*, const void*, size_t, int);
  int (*memcpy_async)(void*, const void*, size_t, int, void*);
  int (*stream_create)(void**);
  int (*stream_synchronize)(void*);
  int (*stream_destroy)(void*);
  int (*set_device)(int);
  const char* (*error_string)(int);
};

Calls calls = {};

}  // namespace

/// `installed` is copied; its functions must outlive every call.
TRTLIKE_CUDART void trtlike_cudart_install(const Calls* installed) { calls = *installed; }

TRTLIKE_CUDART int cudaMalloc(void** pointer, size_t size) {
  return calls.malloc ? calls.malloc(pointer, size) : kNotInitialized;
}

TRTLIKE_CUDART int cudaFree(void* pointer) {
  return calls.free ? calls.free(pointer) : kNotInitialized;
}

TRTLIKE_CUDART int cudaMemcpy(void* to, const void* from, size_t size, int kind) {
  return calls.memcpy ? calls.memcpy(to, from, size, kind) : kNotInitialized;
}

TRTLIKE_CUDART int cudaMemcpyAsync(void* to, const void* from, size_t size, int kind,
                                   void* stream) {
  return calls.memcpy_async ? calls.memcpy_async(to, from, size, kind, stream) : kNotInitialized;
}

TRTLIKE_CUDART int cudaStreamCreate(void** stream) {
  return calls.stream_create ? calls.stream_create(stream) : kNotInitialized;
}

TRTLIKE_CUDART int cudaStreamSynchronize(void* stream) {
  return calls.stream_synchronize ? calls.stream_synchronize(stream) : kNotInitialized;
}

TRTLIKE_CUDART int cudaStreamDestroy(void* stream) {
  return calls.stream_destroy ? calls.stream_destroy(stream) : kNotInitialized;
}

TRTLIKE_CUDART int cudaSetDevice(int device) {
  return calls.set_device ? calls.set_device(device) : kNotInitialized;
}

TRTLIKE_CUDART const char* cudaGetErrorString(int error) {
  return calls.error_string ? calls.error_string(error) : "initialization error";
}
