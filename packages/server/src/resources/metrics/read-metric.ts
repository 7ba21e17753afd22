import type { Metric } from 'prom-client';

import type { MetricDefinition } from './metric-definitions.ts';
import type { Distribution, Sample } from './sample.ts';

/** A value for prom-client, with its own name or the name of its metric. */
interface WrittenValue {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/**
 * Creates a metric whose values are stored elsewhere and read on request. prom-client's own metrics look up their labels on
 * each increment, which would be in every request. Here, counting is an addition.
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
  // A registry uses no other property of a metric.
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
