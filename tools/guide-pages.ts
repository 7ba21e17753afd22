import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../docs/guides');
const INDEX = 'README.md';
/** Guides without commands for the sample project. */
const FOR_OPERATORS = ['operations.md'];

/** Commands of a page, and the answer shown below them. */
export interface GuideStep {
  readonly commands: string;
  /** The status of the last call: the number in a comment `# Answers 404`, or null for any success. */
  readonly status: number | null;
  /** Null if the page shows none. */
  readonly answer: object | null;
}

export interface GuidePage {
  readonly name: string;
  readonly steps: readonly GuideStep[];
}

/** Returns the pages of the index's numbered list, in its order. Throws if the index omits a page. */
export function readGuidePages(): readonly GuidePage[] {
  const numbered = [...readText(INDEX).matchAll(/^\d+\. \[[^\]]+\]\(([\w-]+\.md)\)/gm)].map(
    ([, name = '']) => name,
  );
  const known = [...numbered, ...FOR_OPERATORS, INDEX].toSorted();
  const present = readdirSync(folder).toSorted();
  if (known.join() !== present.join()) {
    throw new Error(`docs/guides has ${present.join()}, but the index has ${known.join()}`);
  }
  return numbered.map((name) => ({ name, steps: stepsOf(name, readText(name)) }));
}

function stepsOf(name: string, text: string): readonly GuideStep[] {
  const steps: GuideStep[] = [];
  for (const [, language, content = ''] of text.matchAll(/^```(.*)\n([^]*?)^```$/gm)) {
    const last = steps.at(-1);
    if (language === 'sh') {
      const status = /# Answers (\d{3})$/m.exec(content)?.[1];
      steps.push({ commands: content, status: status === undefined ? null : Number(status), answer: null });
    } else if (language === 'json' && last?.answer === null) {
      const { commands, status } = last;
      steps.splice(-1, 1, { commands, status, answer: JSON.parse(content) as object });
    } else throw new Error(`${name}: a block of "${language}" that is neither commands nor their answer`);
  }
  if (steps.length === 0) throw new Error(`${name} has no commands`);
  return steps;
}

function readText(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}
