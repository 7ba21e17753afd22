/** The encodings of answers. The fastest comes first, and is chosen of those with equal weights. */
const ENCODINGS = ['zstd', 'gzip', 'br'] as const;

export type Encoding = (typeof ENCODINGS)[number];

export interface ChosenEncoding {
  /** The encoding of a long answer; null for none. */
  readonly encoding: Encoding | null;
  /** Whether the client accepts an answer without compression. */
  readonly takesPlain: boolean;
}

const PLAIN: ChosenEncoding = { encoding: null, takesPlain: true };

/**
 * Returns the encoding with the highest weight in an `Accept-Encoding`, and of several the fastest. A client that accepts no
 * encoding of ours gets the plain answer, even if it refuses that too, because its write has had its effect.
 * https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3
 */
export function chosenEncoding(header: string | undefined): ChosenEncoding {
  if (header === undefined || header.trim() === '') return PLAIN;
  const weights = weightsOf(header);
  const any = weights.get('*');
  const plain = weights.get('identity') ?? any ?? UNNAMED_PLAIN;
  const named = bestOf(ENCODINGS, (encoding) => weights.get(encoding) ?? 0);
  // For `*`, gzip comes first, because every client knows it.
  const unnamed = bestOf(['gzip', 'zstd', 'br'], (encoding) => (weights.has(encoding) ? 0 : (any ?? 0)));
  const best = unnamed.weight > named.weight ? unnamed : named;
  return best.weight === 0 || best.weight < plain
    ? PLAIN
    : { encoding: best.encoding, takesPlain: plain > 0 };
}

/** If `identity` is not named, it is accepted with the lowest weight. */
const UNNAMED_PLAIN = Number.MIN_VALUE;

function bestOf(
  encodings: readonly [Encoding, ...Encoding[]],
  weightOf: (encoding: Encoding) => number,
): { readonly encoding: Encoding; readonly weight: number } {
  const [first] = encodings;
  let best = { encoding: first, weight: weightOf(first) };
  for (const encoding of encodings) {
    const weight = weightOf(encoding);
    if (weight > best.weight) best = { encoding, weight };
  }
  return best;
}

/** Returns the weight of each name, in lower case. An element with an invalid weight is ignored. */
function weightsOf(header: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const element of header.toLowerCase().split(',')) {
    const [, name, weight = '1'] = ELEMENT.exec(element.trim()) ?? [];
    if (name !== undefined) weights.set(name === 'x-gzip' ? 'gzip' : name, Number(weight));
  }
  return weights;
}

const ELEMENT = /^([!#$%&'*+\-.^_`|~\da-z]+)(?:[ \t]*;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/;
