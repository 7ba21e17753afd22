import { readFileSync } from 'node:fs';

import type { OperationText, PageTexts } from '../packages/server/src/openapi/page-texts.ts';

/**
 * docs/reference/http-api.md, taken apart. Below a heading of the second level lie the routes of a noun; each has a heading of
 * the third level, "`METHOD /path`", its description, and its examples: a block `http` of what is sent (a body, or a query
 * that begins with `?`), and a block `json` of the data that is answered. A route's first example is the one that programs
 * see; others stay in its description. A table says what stands for `{name}` in a path. The marks `[R]` and their legend are
 * for readers of the page: the texts are without them.
 */
export function readHttpApiPage(): PageTexts {
  const [introduction = ''] = readPage().split(SECTION);
  const nouns = readNouns();
  return {
    introduction: descriptionOf(introduction.replace(/^# .*$/m, '')),
    tags: nouns.map(({ tag, description }) => ({ name: tag, description })),
    parameters: parametersOf(readPage()),
    operations: nouns.flatMap(({ routes }) => routes.flatMap(([first]) => first)),
  };
}

/** Every example of every route, in the order of the page. */
export function readHttpApiExamples(): readonly OperationText[] {
  return readNouns().flatMap(({ routes }) => routes.flat());
}

/** The marks `[R]` of a route: in its heading, and the number of them in its description. */
export interface RouteMarks {
  /** `GET /projects/{project}` */
  readonly route: string;
  readonly isDocumented: boolean;
  readonly statements: number;
}

export function readHttpApiMarks(): readonly RouteMarks[] {
  const [, ...sections] = readPage().split(ROUTE);
  return sections.map((section) => {
    const [, route = '', mark, text = ''] = HEADING.exec(section) ?? [];
    return {
      route,
      isDocumented: mark !== undefined,
      statements: text.split(SECTION).slice(0, 1).join('').split(MARK).length - 1,
    };
  });
}

/** Returns the words between backticks in the legend of the marks. */
export function readHttpApiLegend(): readonly string[] {
  const [legend = ''] = LEGEND.exec(readPage()) ?? [];
  return [...legend.matchAll(/`(\w+)`/g)].map(([, word = '']) => word);
}

const SECTION = /^## /m;
const ROUTE = /^### /m;
const HEADING = /^`(\S+ \S+)`( \[R\])?\n([^]*)/;
const MARK = ' [R]';
const LEGEND = /^(?:> .*\n)+/m;

function readPage(): string {
  return readFileSync(new URL('../docs/reference/http-api.md', import.meta.url), 'utf8');
}

interface Noun {
  readonly tag: string;
  readonly description: string;
  /** Of each route, what its examples say of it. */
  readonly routes: readonly RouteExamples[];
}

type RouteExamples = readonly [OperationText, ...OperationText[]];

function readNouns(): readonly Noun[] {
  const [, ...sections] = readPage().split(SECTION);
  return sections.map(readNoun).filter(({ routes }) => routes.length > 0);
}

function readNoun(section: string): Noun {
  const [head = '', ...routes] = section.split(ROUTE);
  const [tag = '', ...description] = head.split('\n');
  return {
    tag,
    description: descriptionOf(description.join('\n')),
    routes: routes.map((route) => readRoute(tag, route)),
  };
}

function readRoute(tag: string, section: string): RouteExamples {
  const [, heading = '', , text = ''] = HEADING.exec(section) ?? [];
  const [method = '', path = ''] = heading.split(' ');
  const [first, ...others] = [...text.matchAll(EXAMPLE)];
  const description = descriptionOf(first === undefined ? text : text.replace(first[0], () => ''));
  const route = { method, path, tag, description };
  return [withExample(route, first ?? []), ...others.map((example) => withExample(route, example))];
}

/** What is sent, where anything is, and then what is answered, where that is JSON. */
const EXAMPLE = /^```http\n([^]*?)^```$(?:\s+^```json\n([^]*?)^```$)?|^```json\n([^]*?)^```$/gm;

function withExample(
  route: Omit<OperationText, 'query'>,
  [, sent, answered, answeredAlone]: readonly (string | undefined)[],
): OperationText {
  const data = answered ?? answeredAlone;
  return {
    ...route,
    query: sent?.startsWith('?') ? Object.fromEntries(new URLSearchParams(sent.trim())) : {},
    ...(sent !== undefined && !sent.startsWith('?') && { body: JSON.parse(sent) }),
    ...(data !== undefined && { data: JSON.parse(data) }),
  };
}

/** A link to another page leads nowhere from the document: its words stay, unless it stands alone in brackets. */
function descriptionOf(markdown: string): string {
  return markdown
    .replace(LEGEND, '')
    .replaceAll(MARK, '')
    .replaceAll(/\s\(\[[^\]]*\]\([^)]*\.md[^)]*\)\)/g, '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\.md[^)]*\)/g, '$1')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}

function parametersOf(text: string): PageTexts['parameters'] {
  const rows = text.matchAll(/^\| `\{(\w+)\}` *\| (.*?) *\| `(.*)` *\|$/gm);
  return [...rows].map(([, name = '', description = '', example = '']) => ({ name, description, example }));
}
