// Reading problems and packing constants.
#include "kernels/matmul/setup.h"

#include <algorithm>
#include <cstring>

#include "core/os/cpu.h"
#include "core/os/memory.h"
#include "ops/shapes/broadcast.h"

namespace trtlike::kernels::matmul {

using epilogue::Link;
using epilogue::Operand;

epilogue::Operand make_operand(const Problem& problem, size_t input,
                               const ops::MatmulShape& shape) {
  const TensorDesc& desc = problem.inputs[input];
  const Dims out = shape.output();
  const Dims strides = ops::broadcast_strides(desc.dims, out);
  Operand operand;
  operand.input = input;
  operand.dtype = desc.dtype;
  int axis = out.rank() - 1;
  if (shape.op_b != MatrixOperation::Vector) operand.column_stride = strides[axis--];
  if (shape.op_a != MatrixOperation::Vector) operand.row_stride = strides[axis--];
  const int64_t products = shape.num_batches();
  for (int64_t product = 0; product < products; ++product) {
    int64_t index = product, offset = 0;
    for (int i = axis; i >= 0; --i) {
      offset += index % out[i] * strides[i];
      index /= out[i];
    }
    operand.offsets.push_back(offset);
  }
  return operand;
}

namespace {

constexpr size_t kBias = 2;

/// A bias lies along the columns, whatever the ranks.
Operand make_bias(const Problem& problem, const ops::MatmulShape& shape) {
  const TensorDesc& desc = problem.inputs[kBias];
  Operand operand;
  operand.input = kBias;
  operand.dtype = desc.dtype;
  operand.column_stride = core::elems(desc.dims) == 1 ? 0 : 1;
  operand.offsets.assign(static_cast<size_t>(shape.num_batches()), 0);
  return operand;
}

void read_chain(const Problem& problem, const std::vector<Link>& chain, Setup& setup) {
  if (problem.has_input(kBias) && !setup.packs_bias) {
    setup.operands.push_back(make_bias(problem, setup.shape));
    setup.links.push_back({epilogue::to_link(ops::PointwiseOpcode::Sum), 1, 0, 0});
  }
  for (Link link : chain) {
    if (link.operand >= 0) {
      const size_t input = epilogue::input_of(link.operand);
      link.operand = static_cast<int>(setup.operands.size());
      setup.operands.push_back(make_operand(problem, input, setup.shape));
    }
    setup.links.push_back(link);
  }
}

std::string read_program(const Problem& problem, Setup& setup, bool packs) {
  epilogue::Epilogue epilogue = epilogue::read_epilogue(problem);
  setup.packs_bias = packs && problem.has_input(kBias) && problem.is_constant(kBias);
  if (epilogue.chain) {
    read_chain(problem, *epilogue.chain, setup);
    return "";
  }
  if (problem.has_input(kBias) && !setup.packs_bias) return "needs a constant bias";
  setup.program = std::move(epilogue.program);
  if (!epilogue::RowProgram::can_run(*setup.program)) return "needs a program with fewer values";
  for (size_t input = epilogue::kFirstOperand; input < problem.inputs.size(); ++input)
    setup.operands.push_back(make_operand(problem, input, setup.shape));
  return "";
}

/// Takes all rows of all products as one product where nothing depends on the product.
void fold_products(Setup& setup) {
  if (setup.products == 1 || setup.b_matrices != 1 || setup.a.column_stride != 1 ||
      setup.shape.batch_a != setup.shape.batch)
    return;
  for (const Operand& operand : setup.operands)
    for (int64_t product = 0; product < setup.products; ++product)
      if (operand.offsets[static_cast<size_t>(product)] != product * setup.m * operand.row_stride)
        return;
  setup.m *= setup.products;
  setup.products = 1;
}

}  // namespace

std::string read_problem(const Problem& problem, Setup& setup, bool packs) {
  for (const auto* descs : {&problem.inputs, &problem.outputs}) {
    for (const TensorDesc& desc : *descs) {
      if (desc.is_absent()) continue;
      if (desc.layout != Layout::Linear) return core::str("needs linear, got ", desc.to_string());
      if (!core::is_float(desc.dtype))
        return core::str("needs f32, f16 or bf16, got ", desc.to_string());
    }
  }
  const TensorDesc &a = problem.inputs[0], &b = problem.inputs[1];
  setup.shape = ops::matmul_shape(*problem.attributes, a.dims, b.dims);
  const ops::MatmulShape& shape = setup.shape;
  setup.products = shape.num_batches();
  setup.m = shape.m;
  setup.n = shape.n;
  setup.k = shape.k;
  if (setup.products * setup.m * setup.n * setup.k == 0) return "needs matrices that are not empty";
  setup.a = {nullptr, a.dtype, shape.a_row_stride(), shape.a_column_stride()};
  setup.b = {nullptr, b.dtype, shape.b_row_stride(), shape.b_column_stride()};
  // A single row may be read either way; the dense one needs no turning.
  if (setup.m == 1) setup.a = {nullptr, a.dtype, setup.k, 1};
  if (setup.n == 1) setup.b = {nullptr, b.dtype, 1, setup.k};
  setup.b_matrices = core::elems(shape.batch_b);
  setup.packs_b = packs && problem.is_constant(1);
  setup.out = problem.outputs[0].dtype;
  setup.threads = problem.threads;
  if (problem.attributes->find("program") != nullptr) {
    std::string refusal = read_program(problem, setup, packs);
    if (!refusal.empty()) return refusal;
    if (setup.operands.size() > epilogue::kMaxOperands)
      return core::str("needs at most ", epilogue::kMaxOperands, " operands, got ",
                       setup.operands.size());
  }
  fold_products(setup);
  return "";
}

epilogue::Finisher make_finisher(const Setup& setup, core::Isa isa) {
  const epilogue::OutputView out{setup.out, setup.m * setup.n, setup.n};
  if (setup.program) return {*setup.program, setup.operands, out, core::cpu_isa()};
  return {setup.links, setup.operands, out, isa};
}

ops::InputSet packed_inputs(const Problem& problem) {
  Setup setup;
  ops::InputSet packed;
  if (!read_problem(problem, setup).empty()) return packed;
  if (setup.packs_b) packed.insert(1);
  if (setup.packs_bias) packed.insert(kBias);
  return packed;
}

PanelLayout::PanelLayout(const TileSet& tiles, int64_t n, int64_t k)
    : n(n), width(tiles.panel_columns()), lanes(tiles.lanes) {
  count = (n + width - 1) / width;
  steps = tiles.steps(k);
  panel_bytes = steps * tiles.step_bytes(tiles.max_vectors);
  matrix_bytes = static_cast<int64_t>(core::align_up(static_cast<size_t>(
      (count - 1) * panel_bytes + steps * tiles.step_bytes(vectors(count - 1)))));
}

int PanelLayout::columns(int64_t panel) const {
  return static_cast<int>(std::min(width, n - panel * width));
}

template <typename Types>
Packed pack(const Problem& problem, const Tiles<Types>& tiles) {
  Setup setup;
  const std::string refusal = read_problem(problem, setup);
  TRTLIKE_ASSERT(refusal.empty(), refusal);
  const PanelLayout layout(tiles, setup.n, setup.k);
  const int64_t b_bytes = setup.packs_b ? setup.b_matrices * layout.matrix_bytes : 0;
  const auto bias_bytes =
      static_cast<int64_t>(sizeof(float)) * (setup.packs_bias ? layout.count * layout.width : 0);
  const auto bytes = static_cast<size_t>(b_bytes + bias_bytes);
  std::shared_ptr<void> block = core::allocate_shared(bytes);
  auto* out = static_cast<std::byte*>(block.get());
  if (setup.packs_b) {
    const auto element = static_cast<int64_t>(core::dtype_bytes(setup.b.dtype, 1));
    const auto* from = static_cast<const std::byte*>(problem.constants[1]);
    for (int64_t matrix = 0; matrix < setup.b_matrices; ++matrix) {
      for (int64_t panel = 0; panel < layout.count; ++panel) {
        MatrixView view = setup.b;
        view.data =
            from +
            (matrix * setup.n * setup.k + panel * layout.width * setup.b.column_stride) * element;
        tiles.pack_panel({view, setup.k, layout.columns(panel), layout.vectors(panel),
                          reinterpret_cast<typename Types::B*>(out + matrix * layout.matrix_bytes +
                                                               panel * layout.panel_bytes)});
      }
    }
  }
  if (setup.packs_bias) {
    const core::TensorView bias{const_cast<void*>(problem.constants[kBias]),
                                problem.inputs[kBias].dtype, problem.inputs[kBias].dims};
    auto* to = reinterpret_cast<float*>(out + b_bytes);
    for (int64_t i = 0; i < setup.n; ++i)
      to[i] = static_cast<float>(bias.at(bias.elems() == 1 ? 0 : i));
  }
  return {block, bytes};
}

#define TRTLIKE_PACK(types) template Packed pack(const Problem&, const Tiles<types>&);
TRTLIKE_FOR_EACH_PRODUCT_TYPES(TRTLIKE_PACK)
#undef TRTLIKE_PACK

}  // namespace trtlike::kernels::matmul
