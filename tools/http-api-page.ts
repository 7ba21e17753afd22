import { readFileSync } from 'node:fs';

import type { OperationText, PageTexts } from '../packages/server/src/openapi/page-texts.ts';

/**
 * Parses docs/reference/http-api.md. The routes of a resource follow a heading of the second level. Each route has a heading of the third
 * level, "`METHOD /path`", a description, and examples: a block `http` with the request (a body, or a query that begins with `?`), and a
 * block `json` with the data of the answer. The first example of a route goes into the OpenAPI document; others stay in the description.
 * A table defines the values of `{name}` in paths. The marks `[R]` and their legend are not part of the OpenAPI texts.
 */
export function readHttpApiPage(): PageTexts {
  const [introduction = ''] = readPage().split(SECTION);
  const sections = readSections();
  return {
    introduction: descriptionOf(introduction.replace(/^# .*$/m, '')),
    tags: sections.map(({ tag, description }) => ({ name: tag, description })),
    parameters: parametersOf(readPage()),
    operations: sections.flatMap(({ routes }) => routes.flatMap(([first]) => first)),
  };
}

/** Every example of every route, in the order of the page. */
export function readHttpApiExamples(): readonly OperationText[] {
  return readSections().flatMap(({ routes }) => routes.flat());
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

interface Section {
  readonly tag: string;
  readonly description: string;
  /** The examples of each route. */
  readonly routes: readonly RouteExamples[];
}

type RouteExamples = readonly [OperationText, ...OperationText[]];

function readSections(): readonly Section[] {
  const [, ...sections] = readPage().split(SECTION);
  return sections.map(readSection).filter(({ routes }) => routes.length > 0);
}

function readSection(section: string): Section {
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

/** The request, if it has a body or a query, and then the answer, if it is JSON. */
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

/** Links to other pages do not work in the document: a link is replaced with its text, or removed if it is alone in parentheses. */
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
