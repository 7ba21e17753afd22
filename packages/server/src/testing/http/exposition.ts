import assert from 'node:assert/strict';

/** One sample line. */
export interface ExposedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ExposedMetric {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly ExposedSample[];
}

/**
 * Parses metrics as a strict collector does, and fails if the text violates the format.
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
export function readExposition(text: string): ReadonlyMap<string, ExposedMetric> {
  assert.ok(text.endsWith('\n'), 'the last line ends');
  const metrics = new Map<string, ExposedMetric>();
  for (const block of text.trimEnd().split(/\n\n/)) {
    const metric = readBlock(block.split('\n'));
    assert.ok(!metrics.has(metric.name), `${metric.name} stands once`);
    metrics.set(metric.name, metric);
  }
  return metrics;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const HELP = new RegExp(`^# HELP (${NAME}) (.+)$`);
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`);
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

function readBlock([helpLine = '', typeLine = '', ...lines]: readonly string[]): ExposedMetric {
  const [, name = '', help = ''] = HELP.exec(helpLine) ?? assert.fail(helpLine);
  const [, typed, type = ''] = TYPE.exec(typeLine) ?? assert.fail(typeLine);
  assert.equal(typed, name);
  const samples = lines.map(readSample);
  const endings = type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
  for (const sample of samples) {
    assert.ok(
      endings.some((ending) => sample.name === name + ending),
      `${sample.name} of ${name}`,
    );
    if (type !== 'gauge') assert.ok(sample.value >= 0, `${sample.name} ${sample.value}`);
  }
  const lineUps = samples.map(({ name: own, labels }) => own + JSON.stringify(labels));
  assert.equal(new Set(lineUps).size, samples.length, `no value of ${name} stands twice`);
  if (type === 'histogram') assertHistogram(name, samples);
  return { name, type, help, samples };
}

function readSample(line: string): ExposedSample {
  const [, name = '', labels = '', value = ''] = SAMPLE.exec(line) ?? assert.fail(line);
  assert.match(value, /^(?:[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[+-]Inf|NaN|Nan)$/i, line);
  return { name, labels: readLabels(labels), value: numberOf(value) };
}

function readLabels(text: string): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const [, name = '', value = ''] = LABEL.exec(text) ?? assert.fail(text);
    assert.ok(!(name in labels), `${name} in ${text}`);
    labels[name] = value;
  }
  return labels;
}

function numberOf(value: string): number {
  return Number(value.replace(/inf$/i, 'Infinity'));
}

/** Buckets are cumulative; the last one contains everything and equals the count. */
function assertHistogram(name: string, samples: readonly ExposedSample[]): void {
  const series = Map.groupBy(samples, ({ labels: { le: _le, ...own } }) => JSON.stringify(own));
  for (const [labels, ofSeries] of series) {
    const buckets = ofSeries.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels: { le = '' } }) => numberOf(le));
    const values = buckets.map(({ value }) => value);
    assert.deepEqual(
      bounds,
      bounds.toSorted((a, b) => a - b),
      `${name} ${labels}`,
    );
    assert.deepEqual(
      values,
      values.toSorted((a, b) => a - b),
      `${name} ${labels}`,
    );
    assert.equal(bounds.at(-1), Infinity, `${name} ${labels}`);
    assert.equal(ofSeries.find((sample) => sample.name === `${name}_count`)?.value, values.at(-1));
    assert.ok(
      ofSeries.some((sample) => sample.name === `${name}_sum`),
      `${name} ${labels}`,
    );
  }
}
