// The choice of an instruction set, and rows without operands.
#include "kernels/epilogue/finish_rows.h"

namespace trtlike::kernels::epilogue {

FinishRows find_finish_rows(core::Isa isa) {
#if defined(__x86_64__)
  if (isa >= core::Isa::Avx512Bf16) return finish_rows_avx512_bf16;
  if (isa >= core::Isa::Avx512) return finish_rows_avx512;
  if (isa >= core::Isa::Avx2) return finish_rows_avx2;
#endif
  (void)isa;
  return finish_rows_portable;
}

void finish_in_place(FinishRows finish, std::span<const Link> links, float* elements,
                     int64_t stride, int64_t rows, int64_t columns) {
  FinishArgs args;
  args.sums = elements;
  args.sums_stride = stride;
  args.rows = static_cast<int>(rows);
  args.columns = static_cast<int>(columns);
  args.links = links.data();
  args.num_links = static_cast<int>(links.size());
  args.out = elements;
  args.dtype = DataType::Float;
  args.out_stride = stride;
  finish(args);
}

}  // namespace trtlike::kernels::epilogue
