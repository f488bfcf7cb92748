// What a product of matrices comes to in oneDNN's terms: one product after the other, by blocks of
// rows and columns.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kernels/onednn/onednn.h"
#include "kernels/onednn/post_ops.h"
#include "ops/shapes/matmul_shape.h"

namespace trtlike::kernels::onednn {

struct MatmulSetup {
  enum class Spread { Scalar, Columns, Full };

  struct Extra {
    size_t input = 0;
    Spread spread = Spread::Scalar;
    DataType dtype = DataType::Float;
  };

  ops::MatmulShape shape;
  /// Products after folding, and the rows of each: one product where B is the same for all.
  int64_t products = 1;
  int64_t rows = 1;
  bool packs_b = false;
  bool has_bias = false;
  /// Of bytes less `zero_point`, with a factor for each column, and a bias behind it.
  bool is_quantized = false;
  int32_t zero_point = 0;
  DataType a = DataType::Float, b = DataType::Float, out = DataType::Float;
  std::vector<PostOp> post_ops;
  std::vector<Extra> extras;
  std::string program;  ///< what the post-ops compute
  int threads = 1;

  dnnl::memory::desc a_desc(int64_t m) const;
  /// A block of the output, and the dense copy that the primitive works on.
  dnnl::memory::desc block_desc(DataType dtype, int64_t m, int64_t n) const;
  static dnnl::memory::desc dense_desc(DataType dtype, int64_t m, int64_t n);
  dnnl::memory::desc extra_desc(const Extra& extra, int64_t m, int64_t n) const;

  /// Nothing where there is no fast one.
  std::optional<dnnl::primitive_desc> find_primitive(int64_t m, int64_t n) const;
  /// The products alone, fast or not.
  dnnl::primitive make_plain_primitive(int64_t m, int64_t n,
                                       const dnnl::memory::desc& b_desc) const;

  /// Widths of the blocks of columns: multiples of 64, several a thread where there are enough.
  std::vector<int64_t> column_blocks() const;
  int64_t count_row_blocks(int64_t column_blocks) const;

 private:
  /// Empty when there is none.
  dnnl::matmul::primitive_desc describe(int64_t m, int64_t n, const dnnl::memory::desc& b_desc,
                                        const dnnl::primitive_attr& attributes) const;
  void set_quantization(dnnl::primitive_attr& attributes) const;
};

/// Reads the problem; gives why it is refused, or nothing.
std::string make_setup(const Problem& problem, MatmulSetup& setup);

}  // namespace trtlike::kernels::onednn
