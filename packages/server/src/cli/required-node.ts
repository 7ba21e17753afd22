// An older Node.js runs this file to refuse itself. It imports nothing, and uses no syntax newer than ES2017.

/**
 * Returns one line that says which Node.js is needed, or null if the version is new enough.
 * @param required as in `engines` of package.json: `>=24.16`.
 */
export function unsupportedNode(version: string, required: string): string | null {
  const [major, minor] = numbersOf(version);
  const [oldestMajor, oldestMinor] = numbersOf(required);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return null;
  return `Node.js ${oldestMajor}.${oldestMinor} or newer is required, but this is Node.js ${version}`;
}

function numbersOf(version: string): readonly [major: number, minor: number] {
  const [major, minor] = version.replace('>=', '').split('.');
  return [Number(major), Number(minor)];
}
