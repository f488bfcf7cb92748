// Stages of small factors where the length has such only, else a convolution with a chirp.
#include "ops/shapes/fourier.h"

#include <bit>
#include <cmath>
#include <numbers>

namespace trtlike::ops {
namespace {

/// A stage costs its factor for each element.
constexpr size_t kLargestFactor = 31;

Complex operator+(Complex a, Complex b) { return {a.real + b.real, a.imaginary + b.imaginary}; }
Complex operator*(Complex a, Complex b) {
  return {a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real};
}
Complex operator-(Complex a, Complex b) { return {a.real - b.real, a.imaginary - b.imaginary}; }
Complex conjugate(Complex a) { return {a.real, -a.imaginary}; }

/// exp(-2 pi i k / n), from an angle of at most an eighth of the circle.
Complex root_of_unity(size_t k, size_t n) {
  const size_t eighths = 8 * k / n;
  const auto angle = [&](size_t numerator) {
    return 2 * std::numbers::pi * static_cast<double>(numerator) / static_cast<double>(4 * n);
  };
  // Distance to the nearest multiple of a quarter, in units of 1 / (4 n) of the circle.
  const size_t quarter = (eighths + 1) / 2, at = 4 * k, turn = quarter * n;
  const double sign = at >= turn ? 1 : -1;
  const double theta = angle(at >= turn ? at - turn : turn - at);
  const double cosine = std::cos(theta), sine = sign * std::sin(theta);
  switch (quarter % 4) {
    case 0:
      return {cosine, -sine};
    case 1:
      return {-sine, -cosine};
    case 2:
      return {-cosine, sine};
    default:
      return {sine, cosine};
  }
}

/// Empty where a prime factor is too large.
std::vector<size_t> small_factors(size_t length) {
  std::vector<size_t> factors;
  for (size_t factor : {size_t{4}, size_t{2}})
    for (; length % factor == 0; length /= factor) factors.push_back(factor);
  for (size_t factor = 3; factor <= kLargestFactor; factor += 2)
    for (; length % factor == 0; length /= factor) factors.push_back(factor);
  return length == 1 ? factors : std::vector<size_t>{};
}

/// Stockham's order: a stage cuts the lines that are left, a stride of them side by side, into as
/// many shorter ones as its factor says, and leaves the results in place.
struct Stage {
  const std::vector<Complex>& roots;
  size_t part;    ///< the length of the shorter lines
  size_t stride;  ///< how many lines there are

  void run(size_t factor, const Complex* from, Complex* to) const;
  void run_2(const Complex* from, Complex* to) const;
  void run_4(const Complex* from, Complex* to) const;
};

void Stage::run(size_t factor, const Complex* from, Complex* to) const {
  std::vector<Complex> weights;
  for (size_t k = 0; k < factor; ++k)
    for (size_t r = 0; r < factor; ++r)
      weights.push_back(roots[r * k % factor * (roots.size() / factor)]);
  for (size_t j = 0; j < part; ++j) {
    for (size_t k = 0; k < factor; ++k) {
      const Complex twist = roots[j * k * stride];
      const Complex* weight = &weights[k * factor];
      for (size_t q = 0; q < stride; ++q) {
        Complex sum;
        for (size_t r = 0; r < factor; ++r)
          sum = sum + from[q + stride * (j + part * r)] * weight[r];
        to[q + stride * (factor * j + k)] = sum * twist;
      }
    }
  }
}

void Stage::run_2(const Complex* from, Complex* to) const {
  for (size_t j = 0; j < part; ++j) {
    const Complex twist = roots[j * stride];
    const Complex *a = from + stride * j, *b = a + stride * part;
    Complex* out = to + stride * 2 * j;
    for (size_t q = 0; q < stride; ++q) {
      out[q] = a[q] + b[q];
      out[q + stride] = (a[q] - b[q]) * twist;
    }
  }
}

/// The weights are 1, -i, -1 and i.
void Stage::run_4(const Complex* from, Complex* to) const {
  for (size_t j = 0; j < part; ++j) {
    const Complex twists[] = {roots[j * stride], roots[2 * j * stride], roots[3 * j * stride]};
    const Complex *a = from + stride * j, *b = a + stride * part;
    const Complex *c = b + stride * part, *d = c + stride * part;
    Complex* out = to + stride * 4 * j;
    for (size_t q = 0; q < stride; ++q) {
      const Complex even = a[q] + c[q], odd = b[q] + d[q];
      const Complex difference = a[q] - c[q], other = b[q] - d[q];
      const Complex turned{-other.imaginary, other.real};
      out[q] = even + odd;
      out[q + stride] = (difference - turned) * twists[0];
      out[q + 2 * stride] = (even - odd) * twists[1];
      out[q + 3 * stride] = (difference + turned) * twists[2];
    }
  }
}

}  // namespace

FourierTransform::FourierTransform(size_t length)
    : length_(length), factors_(small_factors(length)) {
  if (length > 1 && factors_.empty()) {
    make_chirp();
    return;
  }
  for (size_t k = 0; k < length; ++k) roots_.push_back(root_of_unity(k, length));
}

void FourierTransform::make_chirp() {
  const size_t padded = std::bit_ceil(2 * length_ - 1);
  filter_.resize(padded);
  for (size_t k = 0; k < length_; ++k) {
    chirp_.push_back(root_of_unity(k * k % (2 * length_), 2 * length_));
    filter_[k] = filter_[(padded - k) % padded] = conjugate(chirp_[k]);
  }
  padded_ = std::make_unique<FourierTransform>(padded);
  padded_->run(filter_);
}

void FourierTransform::run_stages(std::vector<Complex>& line) const {
  std::vector<Complex> other(line.size());
  size_t left = length_, stride = 1;
  for (const size_t factor : factors_) {
    left /= factor;
    const Stage stage{roots_, left, stride};
    if (factor == 2)
      stage.run_2(line.data(), other.data());
    else if (factor == 4)
      stage.run_4(line.data(), other.data());
    else
      stage.run(factor, line.data(), other.data());
    line.swap(other);
    stride *= factor;
  }
}

void FourierTransform::run_as_convolution(std::vector<Complex>& line) const {
  std::vector<Complex> wide(filter_.size());
  for (size_t k = 0; k < length_; ++k) wide[k] = line[k] * chirp_[k];
  padded_->run(wide);
  for (size_t k = 0; k < wide.size(); ++k) wide[k] = wide[k] * filter_[k];
  padded_->run_inverse(wide);
  for (size_t k = 0; k < length_; ++k) line[k] = wide[k] * chirp_[k];
}

void FourierTransform::run(std::vector<Complex>& line) const {
  if (padded_)
    run_as_convolution(line);
  else
    run_stages(line);
}

void FourierTransform::run_inverse(std::vector<Complex>& line) const {
  for (Complex& element : line) element = conjugate(element);
  run(line);
  const auto scale = static_cast<double>(length_);
  for (Complex& element : line) element = {element.real / scale, -element.imaginary / scale};
}

}  // namespace trtlike::ops
