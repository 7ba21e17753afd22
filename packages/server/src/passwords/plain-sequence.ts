/**
 * Returns whether a text is one run through the alphabet, the digits, another part of Unicode or a keyboard, forwards or
 * backwards: `12345678`, `zyxwvuts`, `абвгдежз`, `qwertyui`. Case is ignored.
 */
export function isPlainSequence(text: string): boolean {
  const characters = Array.from(text.toLowerCase());
  const codes = characters.map((character) => character.codePointAt(0) ?? 0);
  if (isRun(codes, null)) return true;
  return ROWS.some((row) => {
    const places = characters.map((character) => row.indexOf(character));
    return !places.includes(-1) && isRun(places, row.length);
  });
}

/** Each continues at its start. */
const ROWS: readonly string[] = [
  '0123456789',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
  'йцукенгшщзхъфывапролджэячсмитьбю',
];

/** `length`: of a row that continues at its start; null for numbers that do not. */
function isRun(numbers: readonly number[], length: number | null): boolean {
  const steps = numbers.slice(1).map((number, index) => number - (numbers[index] ?? 0));
  const isEach = (step: number) =>
    steps.every((each) => each === step || (length !== null && each === step - Math.sign(step) * length));
  return isEach(1) || isEach(-1);
}
