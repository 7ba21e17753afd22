/** Device names, which Windows reserves with any extension. https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file */
const DEVICE = /^(?:con|prn|aux|nul|(?:com|lpt)[\d¹²³])(?:\.|$)/i;
const MAX_BYTES = 150;

/**
 * A file name for each table that is valid on every operating system. Names are unique even where case and Unicode normalization are
 * ignored.
 */
export function archiveNames(tables: readonly string[], extension: string): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  const names = new Map<string, string>();
  for (const table of tables) {
    const stem = safeStem(table);
    let name = stem;
    for (let count = 2; taken.has(name.toLowerCase()); count++) name = `${stem}-${count}`;
    taken.add(name.toLowerCase());
    names.set(table, `${name}.${extension}`);
  }
  return names;
}

function safeStem(table: string): string {
  const plain = table
    .normalize('NFC')
    .toWellFormed()
    .replaceAll(/[<>:"/\\|?*]|\p{C}|[\u2028\u2029\ufffd]/gu, '_')
    .replaceAll(/^[.\s~-]+|(?<![.\s])[.\s]+$/gu, (edge) => '_'.repeat(edge.length));
  const stem = shortened(plain);
  return stem === '' || DEVICE.test(stem) ? `_${stem}` : stem;
}

/** Cuts the text to the maximum of bytes, at a character boundary. */
function shortened(text: string): string {
  let bytes = 0;
  let kept = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > MAX_BYTES) return kept;
    kept += character;
  }
  return kept;
}
