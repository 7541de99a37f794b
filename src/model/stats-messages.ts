/** What the panel of a container's stats and its page tell each other. Pure. */
import type { UsagePoint } from './usage.ts';

/** Every text of the page, in the language of VS Code. */
export type StatsWords = Record<
  | 'cpu'
  | 'memory'
  | 'network'
  | 'disk'
  | 'received'
  | 'sent'
  | 'read'
  | 'written'
  | 'processes'
  | 'now'
  | 'average'
  | 'highest'
  | 'measure'
  | 'limit'
  | 'summary'
  | 'chart'
  | 'waiting',
  string
>;

export type StatsStatus = {
  text: string;
  /** Whether it is being measured. */
  live: boolean;
};

/** From the panel. */
export type StatsMessage =
  | { kind: 'begin'; id: string; title: string; words: StatsWords; status: StatsStatus; points: readonly UsagePoint[] }
  | { kind: 'point'; point: UsagePoint }
  | { kind: 'status'; status: StatsStatus };

/** From the page: it is there, and knows nothing yet. */
export type StatsReply = { kind: 'ready' };

/** What the page keeps for the window's next life. */
export type StatsState = { id: string };
