import { type Setting, settings } from '../packages/server/src/core/config.ts';
import { errorRegistry } from '../packages/server/src/core/errors.ts';
import { metricDefinitions } from '../packages/server/src/resources/metrics/metric-definitions.ts';
import { schemaFormats } from '../packages/server/src/schema/formats/schema-formats.ts';
import { readHttpApiPage } from './http-api-page.ts';

export interface ReferencePage {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/**
 * The pages that are written from the code, so that they cannot say anything else than it does; and what the code says from a
 * page, for the same reason.
 */
export function referencePages(): readonly ReferencePage[] {
  return [
    {
      path: 'docs/reference/configuration.md',
      text: page(
        'Configuration',
        'packages/server/src/core/config.ts',
        CONFIGURATION_INTRODUCTION,
        settingsTable(),
      ),
    },
    {
      path: 'docs/reference/errors.md',
      text: page('Errors', 'packages/server/src/core/errors.ts', ERRORS_INTRODUCTION, errorsTable()),
    },
    {
      path: 'docs/reference/metrics.md',
      text: page(
        'Metrics',
        'packages/server/src/resources/metrics/metric-definitions.ts',
        METRICS_INTRODUCTION,
        metricsTable(),
      ),
    },
    {
      path: 'docs/reference/schema-formats.md',
      text: page(
        'Schema formats',
        'packages/server/src/schema/formats/',
        FORMATS_INTRODUCTION,
        formatsTable(),
      ),
    },
    {
      path: 'packages/server/src/openapi/page-texts.json',
      text: `${JSON.stringify(readHttpApiPage(), null, 2)}\n`,
    },
  ];
}

function page(title: string, source: string, introduction: string, content: string): string {
  const origin = `<!-- Replayable by \`npm run docs\` from ${source}: change it there. -->`;
  return `${origin}\n\n# ${title}\n\n${introduction}\n\n${content}\n`;
}

const CONFIGURATION_INTRODUCTION =
  'Every setting is an environment variable. One that is empty counts as not set; one that cannot be used stops the start with a message that names it.';

function settingsTable(): string {
  const rows = Object.values<Setting>(settings).map((setting) => [
    `\`${setting.variable}\``,
    formOf(setting),
    setting.default === null ? 'none' : `\`${setting.default}\``,
    setting.meaning,
  ]);
  return table(['variable', 'value', 'default', 'meaning'], rows);
}

function formOf(setting: Setting): string {
  switch (setting.kind) {
    case 'text':
      return 'text';
    case 'path':
      return 'a path; a relative one is from the working folder';
    case 'url':
      return 'an `http://` or `https://` address';
    case 'secret':
      return `text of at least ${setting.minimumLength} characters`;
    case 'integer':
      return `a whole number from ${setting.minimum} to ${setting.maximum}`;
    case 'port':
      return 'a port, 0 for any free one, or `off`';
    case 'rate':
      return '`requests/seconds`, or `off`';
    case 'choice':
      return setting.choices.map((choice) => `\`${choice}\``).join(', ');
  }
}

const ERRORS_INTRODUCTION = [
  'An answer that is an error has `"ok": false`, `"data": null`, and an `error` with the `code` below, a `message` for people,',
  'and, where fields can be named, `details`: an array of `{"field", "message"}`. A program should look at `code` alone;',
  'messages may change.',
].join('\n');

function errorsTable(): string {
  const rows = Object.entries(errorRegistry).map(([code, { status, meaning }]) => [
    `\`${code}\``,
    String(status),
    meaning,
  ]);
  return table(['code', 'status', 'when'], rows);
}

const METRICS_INTRODUCTION = [
  'What `GET /metrics` tells, in the text format of Prometheus: for the admin credential, or on a port of its own',
  '([how to collect them](../guides/operations.md#metrics)). Besides these stand the usual ones of a Node.js process, `process_…` and',
  '`nodejs_…`, with the delay of the event loop among them (`nodejs_eventloop_lag_p99_seconds`). All count from the start of the',
  'service. Labels have a bounded number of values, and hold nothing that a client chose.',
].join('\n');

function metricsTable(): string {
  const rows = Object.entries(metricDefinitions).map(([name, { type, labels, meaning }]) => [
    `\`${name}\``,
    type,
    labels.length === 0 ? 'none' : labels.map((label) => `\`${label}\``).join(', '),
    meaning,
  ]);
  return table(['metric', 'type', 'labels', 'meaning'], rows);
}

const FORMATS_INTRODUCTION = [
  'What `POST /projects/{project}/export/schema` takes as `format`. The same schema gives the same bytes. A format that cannot say',
  'all that a schema may have says so at the head of its file, in the words of the last column; what a certain schema lost is named in',
  'the export’s `status_reason`. The JSON form is [described on a page of its own](schema-json.md).',
].join('\n');

function formatsTable(): string {
  const rows = schemaFormats.map(({ name, extension, contentType, purpose, losses }) => [
    `\`${name}\``,
    `\`.${extension}\`, \`${contentType}\``,
    purpose,
    losses.length === 0 ? 'nothing' : losses.join('; '),
  ]);
  return table(['format', 'file', 'what it is for', 'not in it'], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.map(escapeCell).join(' | ')} |`).join('\n');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
