/** What is measured of a container, in the order of the page. Pure. */
import { describeSize } from '../model/sizes.ts';
import type { StatsWords } from '../model/stats-messages.ts';
import { describePercent, type UsagePoint } from '../model/usage.ts';

type Quantity = 'cpu' | 'memory' | 'received' | 'sent' | 'read' | 'written' | 'processes';

export type Measure = {
  word: Quantity;
  of: (point: UsagePoint) => number;
  describe: (value: number) => string;
};

const perSecond = (value: number): string => `${describeSize(value)}/s`;

const cpu: Measure = { word: 'cpu', of: ({ cpu: percent }) => percent, describe: describePercent };
const memory: Measure = { word: 'memory', of: ({ memory: bytes }) => bytes, describe: describeSize };
const received: Measure = { word: 'received', of: ({ received: rate }) => rate, describe: perSecond };
const sent: Measure = { word: 'sent', of: ({ sent: rate }) => rate, describe: perSecond };
const read: Measure = { word: 'read', of: ({ read: rate }) => rate, describe: perSecond };
const written: Measure = { word: 'written', of: ({ written: rate }) => rate, describe: perSecond };
const processes: Measure = { word: 'processes', of: ({ pids }) => pids, describe: (count) => `${Math.round(count)}` };

export type ChartKind = {
  word: keyof StatsWords;
  measures: Measure[];
  /** The curve's height at least, so that next to nothing looks like it. */
  least: number;
};

export const charts: ChartKind[] = [
  { word: 'cpu', measures: [cpu], least: 5 },
  { word: 'memory', measures: [memory], least: 1_000_000 },
  { word: 'network', measures: [received, sent], least: 1000 },
  { word: 'disk', measures: [read, written], least: 1000 },
];

/** The rows of the summary; `group` is put before what means nothing alone. */
export const summaryRows: { measure: Measure; group?: keyof StatsWords }[] = [
  { measure: cpu },
  { measure: memory },
  { measure: received, group: 'network' },
  { measure: sent, group: 'network' },
  { measure: read, group: 'disk' },
  { measure: written, group: 'disk' },
  { measure: processes },
];
