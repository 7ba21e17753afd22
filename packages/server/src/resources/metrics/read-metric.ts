import type { Metric } from 'prom-client';

import type { MetricDefinition } from './metric-definitions.ts';
import type { Distribution, Sample } from './sample.ts';

/** A value as prom-client writes it: under the name of its metric, unless it has one of its own. */
interface WrittenValue {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/**
 * A metric whose values are kept elsewhere, and read when they are asked for. prom-client's own look their labels up each time
 * that something is counted, which is for every request; here that costs an addition.
 */
export function readMetric(
  name: string,
  { type, meaning }: MetricDefinition,
  read: () => readonly Sample[],
): Metric {
  const metric = {
    name,
    help: meaning,
    type,
    aggregator: 'sum',
    get: () => Promise.resolve({ name, help: meaning, type, values: read().flatMap(writtenValues) }),
  };
  const writtenValues = (sample: Sample): readonly WrittenValue[] => {
    return 'value' in sample ? [sample] : histogramValues(name, sample.labels, sample.distribution);
  };
  // A registry asks nothing else of a metric.
  return metric as unknown as Metric;
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/#histograms-and-summaries */
function histogramValues(
  name: string,
  labels: Readonly<Record<string, string>>,
  { bounds, counts, sum }: Distribution,
): readonly WrittenValue[] {
  let total = 0;
  const buckets = counts.map((count, index) => {
    total += count;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: bounds[index] ?? '+Inf' }, value: total };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: total },
  ];
}
