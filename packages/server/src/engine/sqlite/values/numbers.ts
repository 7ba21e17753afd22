/** The 64-bit integer that a text of digits is; null for any other text. */
export function integerOf(text: string): bigint | null {
  if (!/^-?\d{1,19}$/.test(text)) return null;
  const integer = BigInt(text);
  return BigInt.asIntN(64, integer) === integer ? integer : null;
}

/** The integer beyond ±(2^53−1) that plain answers show as this text; null for any other text. */
export function longIntegerOf(text: string): bigint | null {
  const integer = integerOf(text);
  const isShown = integer !== null && String(integer) === text && !Number.isSafeInteger(Number(integer));
  return isShown ? integer : null;
}

/** The REAL that JavaScript writes as this integer, such as 1e20; null if there is none. */
export function realWrittenAs(integer: bigint): number | null {
  const real = Number(integer);
  return String(real) === String(integer) ? real : null;
}

/** The infinity that a text names; null for any other text. */
export function infinityOf(text: string): number | null {
  return text === 'Infinity' || text === '-Infinity' ? Number(text) : null;
}
