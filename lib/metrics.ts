import { Metric, type MetricProps } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC_DIMENSION, METRIC_NAMESPACE, type METRICS } from '../core/names.ts';

/** One of the functions' own metrics, of this stack. */
export const pipelineMetric = (
  stack: string,
  metricName: (typeof METRICS)[keyof typeof METRICS],
  { dimensionsMap, ...options }: Omit<MetricProps, 'namespace' | 'metricName'>,
): Metric =>
  new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { [METRIC_DIMENSION]: stack, ...dimensionsMap },
    ...options,
  });
