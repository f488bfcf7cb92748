// The choice of an instruction set, and rows without operands.
#include "kernels/epilogue/finish_rows.h"

namespace trtlike::kernels::epilogue {

FinishRows find_finish_rows(core::Isa isa) {
#if defined(__x86_64__)
  if (isa >= core::Isa::Avx512Bf16) return kFinishRowsAvx512Bf16;
  if (isa >= core::Isa::Avx512) return kFinishRowsAvx512;
  if (isa >= core::Isa::Avx2) return kFinishRowsAvx2;
#endif
  (void)isa;
  return kFinishRowsPortable;
}

std::vector<Link> prepare_links(std::vector<Link> links) {
  for (Link& link : links) {
    if (link.op == LinkOp::RoundTo) link.beta = 1 / link.alpha;
    if (link.op == LinkOp::Quantize) link.alpha = 1 / link.alpha;
  }
  return links;
}

void finish_floats(FinishRows finish, std::span<const Link> links, FloatRows sums, FloatRows out,
                   int64_t rows, int64_t columns) {
  FinishArgs args;
  args.sums = sums.data;
  args.sums_stride = sums.stride;
  args.rows = static_cast<int>(rows);
  args.columns = static_cast<int>(columns);
  args.links = links.data();
  args.num_links = static_cast<int>(links.size());
  args.out = out.data;
  args.dtype = DataType::Float;
  args.out_stride = out.stride;
  finish(args);
}

}  // namespace trtlike::kernels::epilogue
