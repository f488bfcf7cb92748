// What all oneDNN tactics share: the engine, type and layout translation, and calls of primitives
// that neither start threads nor allocate memory objects. Primitives are made for one thread and
// one slice each; the runtime's threads are the only ones.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>
#include <optional>
#include <string>
#include <vector>

#include "kernels/tactic.h"
#include "ops/shapes/quantized_product.h"

namespace trtlike::kernels::onednn {

dnnl::engine& engine();

/// Float and, where the CPU multiplies them, BF16; nothing for the others.
std::optional<dnnl::memory::data_type> find_type(DataType dtype);
using ops::is_byte;
/// True for products of quantized tensors.
bool is_quantized(const Problem& problem);
/// Of the types of find_type and is_byte.
dnnl::memory::data_type get_type(DataType dtype);

/// While it lives, oneDNN called from this thread makes primitives for one thread and runs them on
/// it.
class OneThread {
 public:
  OneThread();
  ~OneThread();
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

/// Attributes with the scratchpad given by the caller.
dnnl::primitive_attr make_attributes();

/// Moves `desc` to its first implementation that was written to be fast, and that computes its
/// post-operations by vectors where that matters; false when there is none.
bool find_fast(dnnl::primitive_desc_base& desc, bool needs_vector_code);

/// The primitive, made for one thread. Throws UserError where the address space that is left may
/// not be enough for its code: oneDNN would go on, and crash when it runs.
dnnl::primitive make_primitive(const dnnl::primitive_desc_base& desc);

/// A primitive with memory objects of its own. Calls of one object must not overlap.
class Call {
 public:
  Call(const dnnl::primitive& primitive, size_t num_arguments);
  /// The same arguments at the same addresses, without scratchpad and operands of post-operations,
  /// for another primitive.
  Call(const dnnl::primitive& primitive, const Call& other);
  Call(Call&&) = default;
  Call& operator=(Call&&) = default;

  /// Gives the slot to `set` the argument's address by.
  size_t add(int argument, const dnnl::memory::desc& desc);
  void set(size_t slot, const void* address) const noexcept;
  const void* address(size_t slot) const noexcept;
  /// Throws UnsupportedError for what the library reports.
  void run() const;

 private:
  dnnl::primitive primitive_;
  std::vector<dnnl::memory> memories_;
  std::vector<dnnl_exec_arg_t> arguments_;
};

/// A copy from one description to another: other strides, another type.
class Copy {
 public:
  Copy(const dnnl::memory::desc& from, const dnnl::memory::desc& to);
  size_t scratch_bytes() const { return scratch_bytes_; }
  void run(const void* from, void* to, void* scratch) const;

 private:
  size_t scratch_bytes_ = 0;
  std::optional<Call> call_;
};

}  // namespace trtlike::kernels::onednn
