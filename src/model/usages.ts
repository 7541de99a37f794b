/** What containers use, for their rows. */
import type { UsageLine } from '../../runtime-helper/protocol/types.ts';
import { Listeners, type Subscription } from './listeners.ts';
import { describeSize } from './sizes.ts';
import { describePercent, UsageHistory } from './usage.ts';

export const usageDisplays = ['off', 'text', 'sparkline'] as const;
/** Whether, and how, rows say it. */
export type UsageDisplay = (typeof usageDisplays)[number];

export class Usages {
  readonly #histories = new Map<string, UsageHistory>();
  readonly #changed = new Listeners<void>();
  #display: UsageDisplay = 'off';

  get display(): UsageDisplay {
    return this.#display;
  }

  setDisplay(display: UsageDisplay): void {
    this.#display = display;
    this.#changed.fire();
  }

  /** Called with each measurement. */
  onChanged(listener: () => void): Subscription {
    return this.#changed.add(listener);
  }

  measured({ takenAt, usages }: UsageLine): void {
    const running = new Set(usages.map(({ id }) => id));
    for (const id of this.#histories.keys()) if (!running.has(id)) this.#histories.delete(id);
    for (const usage of usages) {
      let history = this.#histories.get(usage.id);
      if (!history) this.#histories.set(usage.id, (history = new UsageHistory()));
      history.add(usage, takenAt);
    }
    this.#changed.fire();
  }

  /** Nobody looks any more, and what was measured last will not be true when somebody does. */
  forget(): void {
    this.#histories.clear();
  }

  /** "12% · 34.1 MB"; absent: it is not known, or not to be said. */
  describe(id: string): string | undefined {
    const points = this.#histories.get(id)?.points ?? [];
    const now = points.at(-1);
    if (this.#display === 'off' || !now) return undefined;
    const curve = this.#display === 'sparkline' ? `${sparkline(points.slice(-barsShown).map(({ cpu }) => cpu))} ` : '';
    return `${curve}${describePercent(now.cpu)} · ${describeSize(now.memory)}`;
  }
}

const bars = '▁▂▃▄▅▆▇█';
const barsShown = 8;

/** A curve of letters, from nothing to the highest value, which is a whole processor at least. */
export function sparkline(percents: readonly number[]): string {
  const highest = Math.max(100, ...percents);
  return percents.map((percent) => bars[Math.round((percent / highest) * (bars.length - 1))] ?? '').join('');
}
