/** A floating-point number without a float: mantissa, exponent of 2, sign. The interface has it so that values can be compared. */
export type DecomposedFloat = [mantissa: bigint, exponent: number, sign: number];

interface Format {
  readonly mantissaBits: number;
  readonly exponentMask: number;
  /** Of the lowest bit of the mantissa, at an exponent of 0. */
  readonly bias: number;
  bitsOf(value: number): bigint;
}

const view = new DataView(new ArrayBuffer(8));

const single: Format = {
  mantissaBits: 23,
  exponentMask: 0xff,
  bias: 127 + 23,
  bitsOf(value) {
    view.setFloat32(0, value);
    return BigInt(view.getUint32(0));
  },
};

const double: Format = {
  mantissaBits: 52,
  exponentMask: 0x7ff,
  bias: 1023 + 52,
  bitsOf(value) {
    view.setFloat64(0, value);
    return view.getBigUint64(0);
  },
};

/** As `integer_decode` of Rust's num-traits has it, which infinities and NaN have a form in, too. */
export function decomposeFloat(value: number, precision: 4 | 8): DecomposedFloat {
  const { mantissaBits, exponentMask, bias, bitsOf } = precision === 4 ? single : double;
  const bits = bitsOf(value);
  const exponent = Number(bits >> BigInt(mantissaBits)) & exponentMask;
  const fraction = bits & ((1n << BigInt(mantissaBits)) - 1n);
  const mantissa = exponent === 0 ? fraction << 1n : fraction | (1n << BigInt(mantissaBits));
  return [mantissa, exponent - bias, Object.is(value, -0) || value < 0 ? -1 : 1];
}

/** Of either precision. */
export function composeFloat([mantissa, exponent, sign]: DecomposedFloat, precision: 4 | 8): number {
  const { mantissaBits, exponentMask, bias } = precision === 4 ? single : double;
  if (exponent >= exponentMask - bias) {
    return mantissa === 1n << BigInt(mantissaBits) ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  }
  const magnitude =
    exponent < -1022
      ? Number(mantissa) * 2 ** (exponent + 1074) * Number.MIN_VALUE
      : Number(mantissa) * 2 ** exponent;
  return sign * magnitude;
}

/** As PostgreSQL writes and reads it. */
export function floatText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
