package dev.bearhug.tensor.backend.cpu;

import static dev.bearhug.tensor.backend.cpu.FloatLanes.broadcast;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Elementary functions of float vectors.
 *
 * <p>Error bounds over all floats, checked against double precision: exp, log 2 ulp; tanh, erf,
 * sigmoid, softplus, expm1, log1p, log2 3 ulp; silu 5 ulp; mish 6 ulp; gelu 1e-7 plus 5e-7 of the
 * value; GELU in tanh form, quick GELU and derivatives 1e-6 absolute or relative, whichever is
 * larger. Except for exp, results below 2e-36 may become zero, and gelu below -6. Infinities give
 * the limit, NaN gives NaN. Polynomials interpolate at Chebyshev nodes.
 */
final class VectorMath {

  // Constants are whole vectors: broadcasting inside a function costs the compiler so many nodes
  // that
  // it gives up inlining, and a function that is not inlined leaves its vectors on the heap.

  /** Adding 1.5 * 2^23 rounds to an integer that then sits in the low bits. */
  private static final FloatVector ROUNDER = broadcast(12582912f);

  private static final IntVector ROUNDER_BITS = ints(0x4B400000);

  /** Beyond this 1 - erf(x) is zero in float. */
  private static final FloatVector ERF_END = broadcast(10f);

  /** Beyond this the lower tail of GELU is below 6e-9 and counts as zero. */
  private static final FloatVector GELU_END = broadcast(6f);

  /** Beyond this the derivative of GELU has its limit within 2e-7. */
  private static final FloatVector GELU_SLOPE_END = broadcast(5.8f);

  /** Beyond this x sigmoid(x) has reached its limit in float. */
  private static final FloatVector SIGMOID_END = broadcast(200f);

  private static final FloatVector MINUS_SIGMOID_END = broadcast(-200f);

  private static final FloatVector TANH_END = broadcast(10f);
  private static final IntVector SIGN_BIT = ints(0x80000000);
  private static final IntVector MANTISSA = ints(0x007FFFFF);
  private static final IntVector BIAS = ints(127);
  private static final IntVector ONE_BITS = ints(0x3F800000);
  private static final IntVector HALF_BITS = ints(0x3F000000);

  /** Bits of sqrt(1/2): mantissas are taken from [sqrt(1/2), sqrt(2)). */
  private static final IntVector SQRT_HALF_BITS = ints(0x3F3504F3);

  private static final IntVector ONE_OVER_SQRT_HALF = ints(0x3F800000 - 0x3F3504F3);
  private static final IntVector EXPONENT_BIAS = ints(0x4B400000 - 127);

  private static final FloatVector LOG2_E = broadcast(1.44269504f);
  private static final FloatVector LN2_LOW = broadcast(-2.12194440e-4f);
  private static final FloatVector LN2_HIGH = broadcast(0.693359375f);
  private static final FloatVector MINUS_LN2_HIGH = broadcast(-0.693359375f);
  private static final FloatVector MINUS_LN2_LOW = broadcast(2.12194440e-4f);
  private static final FloatVector EXP_OVERFLOW = broadcast(88.8f);
  private static final FloatVector EXP_UNDERFLOW = broadcast(-104f);
  private static final FloatVector EXP_FLUSH = broadcast(-87f);
  private static final FloatVector SQRT_2 = broadcast(1.41421356f);
  private static final FloatVector QUICK_SLOPE = broadcast(1.702f);
  private static final FloatVector TAIL_SCALE = broadcast(0.45f);
  private static final FloatVector GELU_LINEAR = broadcast((float) (2 * ScalarMath.GELU_SLOPE));
  private static final FloatVector GELU_CUBIC =
      broadcast((float) (2 * ScalarMath.GELU_SLOPE * ScalarMath.GELU_CUBIC));
  private static final FloatVector GELU_CUBIC_3 =
      broadcast((float) (6 * ScalarMath.GELU_SLOPE * ScalarMath.GELU_CUBIC));
  private static final FloatVector ZERO = broadcast(0f);
  private static final FloatVector ONE = broadcast(1f);
  private static final FloatVector TWO = broadcast(2f);
  private static final FloatVector MINUS_ONE = broadcast(-1f);
  private static final FloatVector MINUS_TWO = broadcast(-2f);
  private static final FloatVector HALF = broadcast(0.5f);
  private static final FloatVector MINUS_HALF = broadcast(-0.5f);
  private static final FloatVector SIX = broadcast(6f);
  private static final FloatVector THREE = broadcast(3f);
  private static final FloatVector MINUS_THREE = broadcast(-3f);
  private static final FloatVector FOUR = broadcast(4f);
  private static final FloatVector SIXTH = broadcast(1 / 6f);
  private static final FloatVector THIRD = broadcast(1 / 3f);

  /** Beyond this e^x - 1 is -1 in float. */
  private static final FloatVector EXPM1_END = broadcast(-30f);

  /** sqrt(2) - 1: up to here 1 + f is in the range of the polynomial of the logarithm. */
  private static final FloatVector LOG1P_SPLIT = broadcast(0.41421354f);

  private static final FloatVector MANTISSA_BITS = broadcast(23f);
  private static final FloatVector TWO_TO_23 = broadcast(0x1p23f);
  private static final FloatVector MIN_NORMAL = broadcast(Float.MIN_NORMAL);
  private static final FloatVector INFINITY = broadcast(Float.POSITIVE_INFINITY);
  private static final FloatVector MINUS_INFINITY = broadcast(Float.NEGATIVE_INFINITY);
  private static final FloatVector NAN = broadcast(Float.NaN);

  // Coefficients of (log(1 + f) - f + f^2/2) / f^3.
  private static final FloatVector LOG_0 = broadcast(0.3333333134651184f);
  private static final FloatVector LOG_1 = broadcast(-0.2499999701976776f);
  private static final FloatVector LOG_2 = broadcast(0.20000715553760529f);
  private static final FloatVector LOG_3 = broadcast(-0.1666780263185501f);
  private static final FloatVector LOG_4 = broadcast(0.14249058067798615f);
  private static final FloatVector LOG_5 = broadcast(-0.12425687164068222f);
  private static final FloatVector LOG_6 = broadcast(0.11685419827699661f);
  private static final FloatVector LOG_7 = broadcast(-0.11479733884334564f);
  private static final FloatVector LOG_8 = broadcast(0.06971611827611923f);

  // Coefficients of erf(x) / x - 1 in x^2.
  private static final FloatVector ERF_0 = broadcast(0.12837916f);
  private static final FloatVector ERF_1 = broadcast(-0.3761262595653534f);
  private static final FloatVector ERF_2 = broadcast(0.11283594369888306f);
  private static final FloatVector ERF_3 = broadcast(-0.02685421146452427f);
  private static final FloatVector ERF_4 = broadcast(0.005189087241888046f);
  private static final FloatVector ERF_5 = broadcast(-0.000801686430349946f);
  private static final FloatVector ERF_6 = broadcast(7.875874871388078e-05f);

  // Coefficients of the scaled normal tail in s.
  private static final FloatVector TAIL_0 = broadcast(-0.38653841614723206f);
  private static final FloatVector TAIL_1 = broadcast(-0.03851138800382614f);
  private static final FloatVector TAIL_2 = broadcast(0.08486123383045197f);
  private static final FloatVector TAIL_3 = broadcast(0.04673092067241669f);
  private static final FloatVector TAIL_4 = broadcast(0.009442427195608616f);
  private static final FloatVector TAIL_5 = broadcast(-0.060358189046382904f);
  private static final FloatVector TAIL_6 = broadcast(0.08951535820960999f);
  private static final FloatVector TAIL_7 = broadcast(-0.15210604667663574f);
  private static final FloatVector TAIL_8 = broadcast(0.11704405397176743f);
  private static final FloatVector TAIL_9 = broadcast(-0.0305471234023571f);

  // Coefficients of (log2(Phi(-x)) + 1) / x in x, for x in [0, 6].
  private static final FloatVector GELU_0 = broadcast(-1.1511085033416748f);
  private static final FloatVector GELU_1 = broadcast(-0.4591805934906006f);
  private static final FloatVector GELU_2 = broadcast(-0.052567008882761f);
  private static final FloatVector GELU_3 = broadcast(0.0071326568722724915f);
  private static final FloatVector GELU_4 = broadcast(-0.00015017142868600786f);
  private static final FloatVector GELU_5 = broadcast(-0.00020843849051743746f);
  private static final FloatVector GELU_6 = broadcast(5.614584370050579e-05f);
  private static final FloatVector GELU_7 = broadcast(-7.546840606664773e-06f);
  private static final FloatVector GELU_8 = broadcast(5.458179543893493e-07f);
  private static final FloatVector GELU_9 = broadcast(-1.6844600381205055e-08f);

  // Coefficients of (2^f - 1) / f, for |f| up to 1/2.
  private static final FloatVector EXP2_0 = broadcast(0.6931470036506653f);
  private static final FloatVector EXP2_1 = broadcast(0.24022242426872253f);
  private static final FloatVector EXP2_2 = broadcast(0.05550733581185341f);
  private static final FloatVector EXP2_3 = broadcast(0.009671512991189957f);
  private static final FloatVector EXP2_4 = broadcast(0.001326472731307149f);

  // Numerator and denominator of (Phi(x) + x phi(x) - 1/2) / x in x^2, for |x| up to 5.8.
  private static final FloatVector SLOPE_0 = broadcast(0.7978845238685608f);
  private static final FloatVector SLOPE_1 = broadcast(-0.02600453421473503f);
  private static final FloatVector SLOPE_2 = broadcast(0.01400041300803423f);
  private static final FloatVector SLOPE_3 = broadcast(0.00013717431284021586f);
  private static final FloatVector SLOPE_4 = broadcast(3.407373878872022e-05f);
  private static final FloatVector SLOPE_5 = broadcast(7.502188168473367e-07f);
  private static final FloatVector SLOPE_6 = broadcast(1.5829410671130972e-08f);
  private static final FloatVector SLOPE_UNDER_1 = broadcast(0.3007412552833557f);
  private static final FloatVector SLOPE_UNDER_2 = broadcast(0.04279467463493347f);
  private static final FloatVector SLOPE_UNDER_3 = broadcast(0.0037850693333894014f);
  private static final FloatVector SLOPE_UNDER_4 = broadcast(0.0002289879193995148f);
  private static final FloatVector SLOPE_UNDER_5 = broadcast(9.452784070163034e-06f);
  private static final FloatVector SLOPE_UNDER_6 = broadcast(2.9245109089970356e-07f);
  private static final FloatVector SLOPE_UNDER_7 = broadcast(1.2864652676469746e-09f);

  // Coefficients of (exp(r) - 1 - r - r^2/2) / r^3.
  private static final FloatVector EXP_0 = broadcast(0.16666573286056519f);
  private static final FloatVector EXP_1 = broadcast(0.04166654869914055f);
  private static final FloatVector EXP_2 = broadcast(0.008363774046301842f);
  private static final FloatVector EXP_3 = broadcast(0.0013926926767453551f);

  private VectorMath() {}

  private static IntVector ints(int value) {
    return IntVector.broadcast(FloatLanes.INTS, value);
  }

  /** e to the power x. */
  static FloatVector exp(FloatVector x) {
    FloatVector shifted = x.fma(LOG2_E, ROUNDER);
    FloatVector p = expOfRemainder(x, shifted.sub(ROUNDER)).add(ONE);
    // Two factors reach 2^128 and the denormals with a single rounding at the end.
    IntVector k = shifted.reinterpretAsInts().sub(ROUNDER_BITS);
    IntVector half = k.lanewise(VectorOperators.ASHR, 1);
    FloatVector y = p.mul(powerOfTwo(half)).mul(powerOfTwo(k.sub(half)));
    return y.blend(INFINITY, x.compare(VectorOperators.GT, EXP_OVERFLOW))
        .blend(ZERO, x.compare(VectorOperators.LT, EXP_UNDERFLOW));
  }

  /** e to the power x for x that are not positive; results below 2e-38 become zero. */
  static FloatVector expOfNonPositive(FloatVector x) {
    FloatVector shifted = x.fma(LOG2_E, ROUNDER);
    FloatVector p = expOfRemainder(x, shifted.sub(ROUNDER)).add(ONE);
    return p.mul(scaleOf(shifted)).blend(ZERO, x.compare(VectorOperators.LT, EXP_FLUSH));
  }

  /** Natural logarithm. */
  static FloatVector log(FloatVector x) {
    VectorMask<Float> small = x.compare(VectorOperators.LT, MIN_NORMAL);
    FloatVector scaled = x.blend(x.mul(TWO_TO_23), small);
    IntVector bits = scaled.reinterpretAsInts().add(ONE_OVER_SQRT_HALF);
    IntVector exponent = bits.lanewise(VectorOperators.ASHR, 23).add(EXPONENT_BIAS);
    FloatVector k = exponent.reinterpretAsFloats().sub(ROUNDER);
    k = k.blend(k.sub(MANTISSA_BITS), small);
    FloatVector f = bits.and(MANTISSA).add(SQRT_HALF_BITS).reinterpretAsFloats().sub(ONE);
    FloatVector square = f.mul(f);
    FloatVector rest = logPolynomial(f).mul(f).mul(square);
    rest = k.fma(LN2_LOW, rest);
    rest = square.fma(MINUS_HALF, rest);
    FloatVector y = k.fma(LN2_HIGH, f.add(rest));
    y = y.blend(x, x.compare(VectorOperators.EQ, INFINITY));
    y = y.blend(MINUS_INFINITY, x.compare(VectorOperators.EQ, ZERO));
    y = y.blend(NAN, x.compare(VectorOperators.LT, ZERO));
    return y.blend(x, x.compare(VectorOperators.NE, x));
  }

  /** (log(1 + f) - f + f^2/2) / f^3; apart because the compiler inlines small methods only. */
  private static FloatVector logPolynomial(FloatVector f) {
    FloatVector q = LOG_8;
    q = q.fma(f, LOG_7);
    q = q.fma(f, LOG_6);
    q = q.fma(f, LOG_5);
    q = q.fma(f, LOG_4);
    q = q.fma(f, LOG_3);
    q = q.fma(f, LOG_2);
    q = q.fma(f, LOG_1);
    return q.fma(f, LOG_0);
  }

  /** Hyperbolic tangent, (e^2x - 1) / (e^2x + 1) without cancellation. */
  static FloatVector tanh(FloatVector x) {
    FloatVector twice = clampAbove(x.abs(), TANH_END).mul(TWO);
    FloatVector shifted = twice.fma(LOG2_E, ROUNDER);
    FloatVector p = expOfRemainder(twice, shifted.sub(ROUNDER));
    FloatVector scale = powerOfTwo(shifted.reinterpretAsInts().sub(ROUNDER_BITS));
    FloatVector expm1 = p.fma(scale, scale.sub(ONE));
    return withSignOf(expm1.div(expm1.add(TWO)), x);
  }

  /** 1 / (1 + exp(-x)). */
  static FloatVector sigmoid(FloatVector x) {
    FloatVector e = expOfNonPositive(x.abs().neg());
    FloatVector numerator = e.blend(ONE, x.compare(VectorOperators.GE, ZERO));
    return numerator.div(e.add(ONE));
  }

  /** The error function, given {@link #errorTail} of x. */
  static FloatVector erf(FloatVector x, FloatVector tail) {
    FloatVector magnitude = clampAbove(x.abs(), ERF_END);
    FloatVector square = magnitude.mul(magnitude);
    FloatVector p = ERF_6;
    p = p.fma(square, ERF_5);
    p = p.fma(square, ERF_4);
    p = p.fma(square, ERF_3);
    p = p.fma(square, ERF_2);
    p = p.fma(square, ERF_1);
    p = p.fma(square, ERF_0);
    FloatVector near = p.fma(magnitude, magnitude);
    FloatVector density = expOfNonPositive(square.neg());
    FloatVector far = density.mul(tail).fma(MINUS_TWO, ONE);
    return withSignOf(far.blend(near, magnitude.compare(VectorOperators.LT, ONE)), x);
  }

  /** The normal tail at sqrt(2) |x| over its bell, for {@link #erf}. */
  static FloatVector errorTail(FloatVector x) {
    return scaledTail(clampAbove(x.abs(), ERF_END).mul(SQRT_2));
  }

  /** x Phi(x) with the normal distribution function Phi. */
  static FloatVector gelu(FloatVector x) {
    FloatVector magnitude = x.abs();
    FloatVector lower = exp2(lowerTailExponent(magnitude)).mul(magnitude);
    return relu(x).sub(lower.blend(ZERO, magnitude.compare(VectorOperators.GT, GELU_END)));
  }

  /** The logarithm to base 2 of Phi(-x), for x in [0, 6]. */
  private static FloatVector lowerTailExponent(FloatVector x) {
    FloatVector p = GELU_9;
    p = p.fma(x, GELU_8);
    p = p.fma(x, GELU_7);
    p = p.fma(x, GELU_6);
    p = p.fma(x, GELU_5);
    p = p.fma(x, GELU_4);
    p = p.fma(x, GELU_3);
    p = p.fma(x, GELU_2);
    p = p.fma(x, GELU_1);
    p = p.fma(x, GELU_0);
    return p.fma(x, MINUS_ONE);
  }

  /** 2^x for x in [-126, 127]. */
  private static FloatVector exp2(FloatVector x) {
    FloatVector shifted = x.add(ROUNDER);
    FloatVector f = x.sub(shifted.sub(ROUNDER));
    FloatVector p = EXP2_4;
    p = p.fma(f, EXP2_3);
    p = p.fma(f, EXP2_2);
    p = p.fma(f, EXP2_1);
    p = p.fma(f, EXP2_0);
    return p.fma(f, ONE).mul(scaleOf(shifted));
  }

  /** gy (Phi(x) + x phi(x)), the gradient of {@link #gelu}. */
  static FloatVector geluGrad(FloatVector gy, FloatVector x) {
    FloatVector square = x.mul(x);
    FloatVector slope = slopeOver(square).div(slopeUnder(square)).fma(x, HALF);
    FloatVector limit = ZERO.blend(ONE, x.compare(VectorOperators.GT, ZERO));
    return gy.mul(slope.blend(limit, x.abs().compare(VectorOperators.GT, GELU_SLOPE_END)));
  }

  private static FloatVector slopeOver(FloatVector square) {
    FloatVector p = SLOPE_6;
    p = p.fma(square, SLOPE_5);
    p = p.fma(square, SLOPE_4);
    p = p.fma(square, SLOPE_3);
    p = p.fma(square, SLOPE_2);
    p = p.fma(square, SLOPE_1);
    return p.fma(square, SLOPE_0);
  }

  private static FloatVector slopeUnder(FloatVector square) {
    FloatVector p = SLOPE_UNDER_7;
    p = p.fma(square, SLOPE_UNDER_6);
    p = p.fma(square, SLOPE_UNDER_5);
    p = p.fma(square, SLOPE_UNDER_4);
    p = p.fma(square, SLOPE_UNDER_3);
    p = p.fma(square, SLOPE_UNDER_2);
    p = p.fma(square, SLOPE_UNDER_1);
    return p.fma(square, ONE);
  }

  /** GELU with the tanh approximation. */
  static FloatVector geluTanh(FloatVector x) {
    FloatVector factor = x.mul(x).fma(GELU_CUBIC, GELU_LINEAR);
    return clampBelow(x, MINUS_SIGMOID_END).mul(sigmoid(x.mul(factor)));
  }

  /** The derivative of {@link #geluTanh}. */
  static FloatVector geluTanhDerivative(FloatVector x) {
    FloatVector bounded = clampBelow(clampAbove(x, SIGMOID_END), MINUS_SIGMOID_END);
    FloatVector square = bounded.mul(bounded);
    FloatVector factor = square.fma(GELU_CUBIC, GELU_LINEAR);
    FloatVector slope = square.fma(GELU_CUBIC_3, GELU_LINEAR);
    return sigmoidAndSlope(bounded.mul(factor), bounded.mul(slope));
  }

  /** x sigmoid(x). */
  static FloatVector silu(FloatVector x) {
    return clampBelow(x, MINUS_SIGMOID_END).mul(sigmoid(x));
  }

  /** The derivative of {@link #silu}. */
  static FloatVector siluDerivative(FloatVector x) {
    FloatVector bounded = clampBelow(clampAbove(x, SIGMOID_END), MINUS_SIGMOID_END);
    return sigmoidAndSlope(bounded, bounded);
  }

  /** max(x, 0); NaN stays. */
  static FloatVector relu(FloatVector x) {
    return x.blend(ZERO, x.compare(VectorOperators.LT, ZERO));
  }

  /** x sigmoid(1.702 x). */
  static FloatVector quickGelu(FloatVector x) {
    return clampBelow(x, MINUS_SIGMOID_END).mul(sigmoid(x.mul(QUICK_SLOPE)));
  }

  /** log(1 + exp(x)). */
  static FloatVector softplus(FloatVector x) {
    return relu(x).add(log1pOfUnit(expOfNonPositive(x.abs().neg())));
  }

  /** log(sigmoid(x)). */
  static FloatVector logSigmoid(FloatVector x) {
    return clampAbove(x, ZERO).sub(log1pOfUnit(expOfNonPositive(x.abs().neg())));
  }

  /** log(1 + e) for e in [0, 1]. */
  private static FloatVector log1pOfUnit(FloatVector e) {
    // Above sqrt(2) the sum is halved, and the logarithm of 2 comes back at the end.
    VectorMask<Float> large = e.compare(VectorOperators.GT, LOG1P_SPLIT);
    FloatVector f = e.blend(e.sub(ONE).mul(HALF), large);
    FloatVector square = f.mul(f);
    FloatVector rest = logPolynomial(f).mul(f).mul(square);
    rest = square.fma(MINUS_HALF, rest).add(ZERO.blend(LN2_LOW, large));
    return f.add(rest).add(ZERO.blend(LN2_HIGH, large));
  }

  /** log(1 + x). */
  static FloatVector log1p(FloatVector x) {
    FloatVector sum = x.add(ONE);
    // What the sum lost to rounding comes back to first order.
    FloatVector lost = x.sub(sum.sub(ONE)).div(sum);
    VectorMask<Float> finite =
        sum.compare(VectorOperators.GT, ZERO).and(x.compare(VectorOperators.LT, INFINITY));
    return log(sum).add(ZERO.blend(lost, finite));
  }

  /** Logarithm of base 2. */
  static FloatVector log2(FloatVector x) {
    return log(x).mul(LOG2_E);
  }

  /** e to the power x, minus 1. */
  static FloatVector expm1(FloatVector x) {
    FloatVector bounded = clampAbove(clampBelow(x, EXPM1_END), EXP_OVERFLOW);
    FloatVector shifted = bounded.fma(LOG2_E, ROUNDER);
    FloatVector p = expOfRemainder(bounded, shifted.sub(ROUNDER));
    // Half of the power of two, because the whole one may be 2^128.
    FloatVector scale = halfPowerOfTwo(shifted);
    FloatVector y = p.fma(scale, scale.sub(HALF));
    return y.add(y);
  }

  /** 2^(k - 1) for k in [-125, 128], from k + ROUNDER. */
  private static FloatVector halfPowerOfTwo(FloatVector shifted) {
    IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
    return exponent.add(HALF_BITS).reinterpretAsFloats();
  }

  /** x tanh(softplus(x)), as a ratio of polynomials in exp(-|x|). */
  static FloatVector mish(FloatVector x) {
    FloatVector e = expOfNonPositive(x.abs().neg());
    VectorMask<Float> positive = x.compare(VectorOperators.GE, ZERO);
    FloatVector numerator = mishNumerator(e, positive);
    return clampBelow(x, MINUS_SIGMOID_END)
        .mul(numerator)
        .div(mishDenominator(e, numerator, positive));
  }

  /** With w = exp(x): w (w + 2), or 1 + 2 / w where x is positive. */
  private static FloatVector mishNumerator(FloatVector e, VectorMask<Float> positive) {
    return e.mul(e.add(TWO)).blend(e.fma(TWO, ONE), positive);
  }

  /** With w = exp(x): w (w + 2) + 2, or that over w^2 where x is positive. */
  private static FloatVector mishDenominator(
      FloatVector e, FloatVector numerator, VectorMask<Float> positive) {
    return numerator.add(TWO.blend(e.mul(e).mul(TWO), positive));
  }

  /** gy times the derivative of {@link #mish}. */
  static FloatVector mishGrad(FloatVector gy, FloatVector x) {
    FloatVector bounded = clampBelow(clampAbove(x, SIGMOID_END), MINUS_SIGMOID_END);
    FloatVector e = expOfNonPositive(bounded.abs().neg());
    VectorMask<Float> positive = x.compare(VectorOperators.GE, ZERO);
    FloatVector numerator = mishNumerator(e, positive);
    FloatVector factor = ONE.div(mishDenominator(e, numerator, positive));
    // t = w (w + 2) / (w (w + 2) + 2) has the slope 4 w (w + 1) / (w (w + 2) + 2)^2.
    FloatVector slope = e.mul(e.add(ONE)).mul(FOUR).mul(factor).mul(factor);
    slope = slope.blend(slope.mul(e), positive);
    return gy.mul(bounded.fma(slope, numerator.mul(factor)));
  }

  /** gy sigmoid(x), the gradient of softplus. */
  static FloatVector softplusGrad(FloatVector gy, FloatVector x) {
    return gy.mul(sigmoid(x));
  }

  /** gy sigmoid(-x), the gradient of log(sigmoid(x)). */
  static FloatVector logSigmoidGrad(FloatVector gy, FloatVector x) {
    return gy.mul(sigmoid(x.neg()));
  }

  /** gy times the derivative of {@link #quickGelu}. */
  static FloatVector quickGeluGrad(FloatVector gy, FloatVector x) {
    FloatVector bounded = clampBelow(clampAbove(x, SIGMOID_END), MINUS_SIGMOID_END);
    FloatVector scaled = bounded.mul(QUICK_SLOPE);
    return gy.mul(sigmoidAndSlope(scaled, scaled));
  }

  /** min(max(x, 0), 6); NaN stays. */
  static FloatVector relu6(FloatVector x) {
    return clampAbove(relu(x), SIX);
  }

  /** gy where x is inside of (0, 6), else 0. */
  static FloatVector relu6Grad(FloatVector gy, FloatVector x) {
    return ZERO.blend(
        gy, x.compare(VectorOperators.GT, ZERO).and(x.compare(VectorOperators.LT, SIX)));
  }

  /** x min(max(x + 3, 0), 6) / 6; x from 3 on and 0 up to -3. */
  static FloatVector hardswish(FloatVector x) {
    FloatVector y = x.mul(x.add(THREE)).div(SIX);
    return y.blend(x, x.compare(VectorOperators.GE, THREE))
        .blend(ZERO, x.compare(VectorOperators.LE, MINUS_THREE));
  }

  /** gy times the derivative of {@link #hardswish}. */
  static FloatVector hardswishGrad(FloatVector gy, FloatVector x) {
    FloatVector slope = x.fma(THIRD, HALF);
    slope = slope.blend(ONE, x.compare(VectorOperators.GT, THREE));
    slope = slope.blend(ZERO, x.compare(VectorOperators.LT, MINUS_THREE));
    return gy.mul(slope);
  }

  /** min(max(x + 3, 0), 6) / 6; NaN stays. */
  static FloatVector hardsigmoid(FloatVector x) {
    return clampAbove(relu(x.add(THREE)), SIX).div(SIX);
  }

  /** gy / 6 where x is inside of (-3, 3), else 0. */
  static FloatVector hardsigmoidGrad(FloatVector gy, FloatVector x) {
    VectorMask<Float> inside =
        x.compare(VectorOperators.GT, MINUS_THREE).and(x.compare(VectorOperators.LT, THREE));
    return ZERO.blend(gy.mul(SIXTH), inside);
  }

  /** gy with the sign of x, 0 where x is; NaN stays. */
  static FloatVector absGrad(FloatVector gy, FloatVector x) {
    FloatVector sign = x.blend(ONE, x.compare(VectorOperators.GT, ZERO));
    return gy.mul(sign.blend(ONE.neg(), x.compare(VectorOperators.LT, ZERO)));
  }

  /** factor x where x is positive, else depth (exp(slope x) - 1). */
  static FloatVector elu(FloatVector x, FloatVector factor, FloatVector depth, FloatVector slope) {
    FloatVector lower = expm1OfNonPositive(clampAbove(x, ZERO).mul(slope)).mul(depth);
    return lower.blend(x.mul(factor), x.compare(VectorOperators.GT, ZERO));
  }

  /** The derivative of {@link #elu}, with the product of depth and slope given. */
  static FloatVector eluDerivative(
      FloatVector x, FloatVector factor, FloatVector steepness, FloatVector slope) {
    FloatVector lower = expOfNonPositive(clampAbove(x, ZERO).mul(slope)).mul(steepness);
    return lower.blend(factor, x.compare(VectorOperators.GT, ZERO));
  }

  /** e to the power x, minus 1, for x that are not positive. */
  private static FloatVector expm1OfNonPositive(FloatVector x) {
    FloatVector bounded = clampBelow(x, EXPM1_END);
    FloatVector shifted = bounded.fma(LOG2_E, ROUNDER);
    FloatVector p = expOfRemainder(bounded, shifted.sub(ROUNDER));
    FloatVector scale = scaleOf(shifted);
    return p.fma(scale, scale.sub(ONE));
  }

  /** gy (1 - y^2), the gradient of tanh. */
  static FloatVector tanhGrad(FloatVector gy, FloatVector y) {
    return gy.mul(y.neg().fma(y, ONE));
  }

  /** gy y (1 - y), the gradient of the sigmoid. */
  static FloatVector sigmoidGrad(FloatVector gy, FloatVector y) {
    return gy.mul(y).mul(ONE.sub(y));
  }

  /** gy where x is positive or NaN, else 0. */
  static FloatVector reluGrad(FloatVector gy, FloatVector x) {
    return gy.blend(ZERO, x.compare(VectorOperators.LE, ZERO));
  }

  /** gy times {@link #geluTanhDerivative}. */
  static FloatVector geluTanhGrad(FloatVector gy, FloatVector x) {
    return gy.mul(geluTanhDerivative(x));
  }

  /** gy times {@link #siluDerivative}. */
  static FloatVector siluGrad(FloatVector gy, FloatVector x) {
    return gy.mul(siluDerivative(x));
  }

  /** s + factor s (1 - s) with s = sigmoid(x). */
  private static FloatVector sigmoidAndSlope(FloatVector x, FloatVector factor) {
    FloatVector e = expOfNonPositive(x.abs().neg());
    FloatVector upper = ONE.div(e.add(ONE));
    FloatVector lower = e.mul(upper);
    FloatVector s = lower.blend(upper, x.compare(VectorOperators.GE, ZERO));
    return factor.mul(upper).fma(lower, s);
  }

  /**
   * exp(x^2 / 2) (1 - Phi(x)) for x in [0, 14.2]: t (1/2 + s P(s)) with t = 1 / (1 + 0.45 x) and s
   * = 1 - t, exact at zero.
   */
  private static FloatVector scaledTail(FloatVector x) {
    FloatVector scaled = x.mul(TAIL_SCALE);
    FloatVector t = ONE.div(scaled.add(ONE));
    FloatVector s = scaled.mul(t);
    FloatVector p = TAIL_9;
    p = p.fma(s, TAIL_8);
    p = p.fma(s, TAIL_7);
    p = p.fma(s, TAIL_6);
    p = p.fma(s, TAIL_5);
    p = p.fma(s, TAIL_4);
    p = p.fma(s, TAIL_3);
    p = p.fma(s, TAIL_2);
    p = p.fma(s, TAIL_1);
    p = p.fma(s, TAIL_0);
    return p.fma(s, HALF).mul(t);
  }

  /** exp(x - k ln 2) - 1, where k is x / ln 2 rounded to an integer. */
  private static FloatVector expOfRemainder(FloatVector x, FloatVector k) {
    FloatVector r = k.fma(MINUS_LN2_HIGH, x);
    return expOfSmall(k.fma(MINUS_LN2_LOW, r));
  }

  /** exp(r) - 1 for |r| up to half of ln 2. */
  private static FloatVector expOfSmall(FloatVector r) {
    FloatVector p = EXP_3;
    p = p.fma(r, EXP_2);
    p = p.fma(r, EXP_1);
    p = p.fma(r, EXP_0);
    p = p.fma(r, HALF);
    return p.fma(r.mul(r), r);
  }

  /** 2^k for k in [-126, 127], from k + ROUNDER. */
  private static FloatVector scaleOf(FloatVector shifted) {
    // The shift drops the bits of ROUNDER and leaves k in the exponent field.
    IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
    return exponent.add(ONE_BITS).reinterpretAsFloats();
  }

  /** 2^k for k in [-126, 127]. */
  private static FloatVector powerOfTwo(IntVector k) {
    return k.add(BIAS).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
  }

  /** The smaller of x and a limit; NaN stays. */
  private static FloatVector clampAbove(FloatVector x, FloatVector limit) {
    return x.blend(limit, x.compare(VectorOperators.GT, limit));
  }

  /** The larger of x and a limit; NaN stays. */
  private static FloatVector clampBelow(FloatVector x, FloatVector limit) {
    return x.blend(limit, x.compare(VectorOperators.LT, limit));
  }

  /** Gives a vector without sign bits the signs of another. */
  private static FloatVector withSignOf(FloatVector magnitude, FloatVector sign) {
    return magnitude
        .reinterpretAsInts()
        .or(sign.reinterpretAsInts().and(SIGN_BIT))
        .reinterpretAsFloats();
  }
}
