// Fourier transforms of one line of complex numbers, in double precision and O(n log n) steps for
// every length.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace trtlike::ops {

struct Complex {
  double real = 0;
  double imaginary = 0;
};

/// What transforms of one length share: roots of unity and the way to cut the length up.
class FourierTransform {
 public:
  /// `length` is at least 1.
  explicit FourierTransform(size_t length);

  /// line[k] = sum over j of line[j] exp(-2 pi i j k / length), in place. `line` has `length`
  /// elements.
  void run(std::vector<Complex>& line) const;
  /// The inverse: the same with the other sign, divided by the length.
  void run_inverse(std::vector<Complex>& line) const;

 private:
  void run_stages(std::vector<Complex>& line) const;
  void run_as_convolution(std::vector<Complex>& line) const;
  void make_chirp();

  size_t length_;
  /// exp(-2 pi i k / length).
  std::vector<Complex> roots_;
  /// Small factors whose product is the length; none where the length has a large one.
  std::vector<size_t> factors_;
  /// exp(-pi i k^2 / length) and the transform of its conjugate, for lengths with a large factor:
  /// jk = (j^2 + k^2 - (j - k)^2) / 2 makes the transform a convolution, which is done at a power
  /// of 2.
  std::vector<Complex> chirp_;
  std::vector<Complex> filter_;
  std::unique_ptr<FourierTransform> padded_;
};

}  // namespace trtlike::ops
