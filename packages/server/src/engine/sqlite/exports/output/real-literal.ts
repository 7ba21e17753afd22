/**
 * Whether SQLite's own text of a number may be read as another number. It is not for most numbers, such as prices and coordinates: a
 * decimal of at most 15 digits that lies clearly nearest to the number.
 */
export function needsLiteral(value: number): boolean {
  if (value === 0) return Object.is(value, -0);
  for (const power of POWERS_OF_TEN) {
    const digits = Math.round(value * power);
    if (Math.abs(digits) >= MAX_SHORT) return true;
    if (digits / power === value) return !isShortClearlyNearest(value, power, digits);
  }
  return true;
}

/** As many powers as a decimal of 15 digits has places. */
const POWERS_OF_TEN = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

const MAX_SHORT = 1e15;

/** The exact product of two numbers is their rounded product and its error. */
function isShortClearlyNearest(value: number, power: number, digits: number): boolean {
  const product = value * power;
  const distance = Math.abs(digits - product - productError(value, power, product));
  VIEW.setFloat64(0, value);
  const [high, low] = [VIEW.getUint32(0), VIEW.getUint32(4)];
  const isPowerOfTwo = low === 0 && (high & 0xf_ffff) === 0;
  const unit = 2 ** (((high >>> 20) & 0x7ff) - 1_075) * power;
  return distance * 64 <= unit * (isPowerOfTwo ? 15 : 31);
}

/**
 * A REAL as an SQL literal that SQLite 3.40 and later read as the same number. The shortest decimal is not enough: 3.40 rounds a decimal
 * first to 64 bits and then to 53 (sqlite3AtoF()), which gives a neighbour if the decimal lies almost halfway between two numbers.
 */
export function realLiteral(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (!Number.isFinite(value)) return value > 0 ? '9e999' : '-9e999';
  const text = decimalLiteral(value);
  if (text !== null) return text;
  // The product with a power of two is exact.
  const [scaled, power] =
    Math.abs(value) < 1 ? [value * 2 ** SCALE, 2 ** -SCALE] : [value / 2 ** SCALE, 2 ** SCALE];
  return `${decimalLiteral(scaled) ?? ''}*${decimalLiteral(power) ?? ''}`;
}

const SCALE = 200;

/** The shortest decimal, or else the one of 17 digits; null if SQLite may not read it exactly. */
function decimalLiteral(value: number): string | null {
  const shortest = String(value);
  if (isReadExactly(shortest, value)) {
    return /[.e]/.test(shortest) ? shortest : `${shortest}.0`;
  }
  const longest = value.toExponential(MAX_DIGITS - 1);
  return isReadExactly(longest, value) ? longest : null;
}

/** Of these many digits, one decimal lies next to each number. */
const MAX_DIGITS = 17;

/** Below, SQLite 3.40 divides twice. */
const MIN_EXPONENT = -307;

function isReadExactly(text: string, value: number): boolean {
  const decimal = parse(text);
  return decimal.exponent >= MIN_EXPONENT && isClearlyNearest(decimal, value);
}

/** `digits` × 10^`exponent` */
interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

function parse(text: string): Decimal {
  const [significand = '', exponent = '0'] = text.split('e');
  const [whole = '', fraction = ''] = significand.split('.');
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

/** Whether the decimal is so close to the number that a reader which rounds to a few bits more gets this number. */
function isClearlyNearest(decimal: Decimal, value: number): boolean {
  const binary = binaryOf(value);
  // Both multiplied by the denominators of both.
  const read = timesTwos(timesTens(decimal.digits, decimal.exponent), -binary.exponent);
  const unit = timesTwos(timesTens(1n, -decimal.exponent), binary.exponent);
  const distance = read - unit * binary.significand;
  return (distance < 0n ? -distance : distance) * 64n <= unit * (binary.isPowerOfTwo ? 15n : 31n);
}

function timesTens(factor: bigint, tens: number): bigint {
  return tens > 0 ? factor * 10n ** BigInt(tens) : factor;
}

function timesTwos(factor: bigint, twos: number): bigint {
  return twos > 0 ? factor << BigInt(twos) : factor;
}

interface Binary {
  readonly significand: bigint;
  readonly exponent: number;
  /** Then the next smaller number is only half as far away. */
  readonly isPowerOfTwo: boolean;
}

function binaryOf(value: number): Binary {
  VIEW.setFloat64(0, value);
  const bits = VIEW.getBigUint64(0);
  const field = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  const significand = field === 0 ? fraction : fraction | 0x10_0000_0000_0000n;
  return {
    significand: value < 0 ? -significand : significand,
    exponent: Math.max(field, 1) - 1_075,
    isPowerOfTwo: fraction === 0n,
  };
}

/** T. J. Dekker, A floating-point technique for extending the available precision, 1971. */
function productError(a: number, b: number, product: number): number {
  const [aHigh, bHigh] = [highHalf(a), highHalf(b)];
  const [aLow, bLow] = [a - aHigh, b - bHigh];
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
}

function highHalf(value: number): number {
  const shifted = value * 134_217_729;
  return shifted - (shifted - value);
}

const VIEW = new DataView(new ArrayBuffer(8));
