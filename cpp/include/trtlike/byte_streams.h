// Plans that come and go piece by piece.
#pragma once

#include <cstdint>

#include "trtlike/enums/runtime_enums.h"

namespace trtlike {

/// Gives the bytes of a plan in order.
class StreamReader {
 public:
  virtual ~StreamReader() = default;
  /// Copies at most `bytes` bytes to `destination` and returns how many; 0 at the end, less than 0
  /// on failure.
  virtual int64_t read(void* destination, int64_t bytes) noexcept = 0;
};

/// The same with a place that can be moved.
class StreamReaderV2 {
 public:
  virtual ~StreamReaderV2() = default;
  /// As StreamReader::read. `stream` is the default one.
  virtual int64_t read(void* destination, int64_t bytes, uint64_t stream) noexcept = 0;
  /// The next read begins `offset` bytes from `where`. False on failure.
  virtual bool seek(int64_t offset, SeekPosition where) noexcept = 0;
};

/// Takes the bytes of a plan in order.
class StreamWriter {
 public:
  virtual ~StreamWriter() = default;
  /// How many of the bytes were taken; the rest comes again. 0 or less is a failure.
  virtual int64_t write(const void* data, int64_t bytes) noexcept = 0;
};

}  // namespace trtlike
