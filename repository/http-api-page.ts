import { readFileSync } from 'node:fs';

import type { OperationText, PageTexts } from '../server/src/openapi/page-texts.ts';

/**
 * docs/reference/http-api.md, taken apart. Below a heading of the second level lie the routes of a noun; each has a heading of
 * the third level, "`METHOD /path`", its description, and its examples: a block `http` of what is sent (a body, or a query
 * that begins with `?`), and a block `json` of the data that is answered. A table says what stands for `{name}` in a path.
 */
export function readHttpApiPage(): PageTexts {
  const text = readFileSync(new URL('../docs/reference/http-api.md', import.meta.url), 'utf8');
  const [introduction = '', ...sections] = text.split(/^## /m);
  const nouns = sections.map(readNoun).filter(({ operations }) => operations.length > 0);
  return {
    introduction: descriptionOf(introduction.replace(/^# .*$/m, '')),
    tags: nouns.map(({ tag, description }) => ({ name: tag, description })),
    parameters: parametersOf(text),
    operations: nouns.flatMap(({ operations }) => operations),
  };
}

interface Noun {
  readonly tag: string;
  readonly description: string;
  readonly operations: readonly OperationText[];
}

function readNoun(section: string): Noun {
  const [head = '', ...routes] = section.split(/^### /m);
  const [tag = '', ...description] = head.split('\n');
  return {
    tag,
    description: descriptionOf(description.join('\n')),
    operations: routes.map((route) => readOperation(tag, route)),
  };
}

function readOperation(tag: string, section: string): OperationText {
  const [, method = '', path = '', text = ''] = /^`(\S+) (\S+)`\n([^]*)/.exec(section) ?? [];
  const sent = blockOf(text, 'http');
  const answered = blockOf(text, 'json');
  return {
    method,
    path,
    tag,
    description: descriptionOf(text.replaceAll(/^```(?:http|json)\n[^]*?^```$/gm, '')),
    query: sent?.startsWith('?') ? Object.fromEntries(new URLSearchParams(sent.trim())) : {},
    ...(sent !== undefined && !sent.startsWith('?') && { body: JSON.parse(sent) }),
    ...(answered !== undefined && { data: JSON.parse(answered) }),
  };
}

function blockOf(text: string, language: string): string | undefined {
  return new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'm').exec(text)?.[1];
}

/** A link to another page leads nowhere from the document: its words stay, unless it stands alone in brackets. */
function descriptionOf(markdown: string): string {
  return markdown
    .replaceAll(/\s\(\[[^\]]*\]\([^)]*\.md[^)]*\)\)/g, '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\.md[^)]*\)/g, '$1')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}

function parametersOf(text: string): PageTexts['parameters'] {
  const rows = text.matchAll(/^\| `\{(\w+)\}` *\| (.*?) *\| `(.*)` *\|$/gm);
  return [...rows].map(([, name = '', description = '', example = '']) => ({ name, description, example }));
}
