import { Duration } from 'aws-cdk-lib';
import {
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IMetric,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { type FunctionName, METRICS } from '../core/names.ts';
import type { ServingDatabase } from './database.ts';
import { pipelineMetric } from './metrics.ts';
import type { Settings } from './settings.ts';

/** What a `Dashboard` shows. */
export interface DashboardProps {
  settings: Settings;
  database: ServingDatabase;
  workflow: StateMachine;
  recommending: StateMachine;
  functions: Record<FunctionName, IFunction>;
}

/** The last month at a glance: runs, what they brought, and what they cost in requests, time and errors. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    const { settings, database, workflow, recommending, functions } = props;
    const { stack } = settings;
    const day = { period: Duration.days(1) };
    const daily = (name: (typeof METRICS)[keyof typeof METRICS], statistic: string) =>
      pipelineMetric(stack, name, { ...day, statistic });
    const all = (metricOf: (handler: IFunction, label: string) => IMetric): IMetric[] =>
      Object.entries(functions).map(([label, handler]) => metricOf(handler, label));
    new CloudWatchDashboard(this, 'Dashboard', {
      dashboardName: stack,
      defaultInterval: Duration.days(30),
      widgets: [
        [
          graph('Runs', [
            workflow.metricSucceeded(day),
            workflow.metricFailed(day),
            daily(METRICS.published, Stats.SUM),
          ]),
          graph('Coverage', [daily(METRICS.coverage, Stats.MINIMUM)]),
          graph('Requests and dropped artists', [
            daily(METRICS.requests, Stats.SUM),
            daily(METRICS.dropped, Stats.MAXIMUM),
          ]),
        ],
        [
          graph('Plays', [daily(METRICS.plays, Stats.SUM)]),
          graph('Gaps in the listening', [daily(METRICS.gaps, Stats.MAXIMUM)]),
          graph('Days until the next login', [daily(METRICS.consentDaysLeft, Stats.MINIMUM)]),
        ],
        [
          graph('Recommendations', [recommending.metricSucceeded(day), recommending.metricFailed(day)]),
          graph('Recommended songs', [daily(METRICS.recommended, Stats.MINIMUM)]),
          graph('Share of the heard songs that is unknown', [daily(METRICS.unknownShare, Stats.MAXIMUM)]),
        ],
        [
          graph(
            'Longest invocation',
            all((handler, label) => handler.metricDuration({ ...day, label, statistic: Stats.MAXIMUM })),
          ),
          graph(
            'Errors',
            all((handler, label) => handler.metricErrors({ ...day, label })),
          ),
          graph('Database', [database.load.with({ period: Duration.hours(1) })]),
        ],
      ],
    });
  }
}

const graph = (title: string, left: IMetric[]): GraphWidget => new GraphWidget({ title, left, width: 8 });
