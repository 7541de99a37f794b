import type { StatsWords } from '../model/stats-messages.ts';
import type { UsagePoint } from '../model/usage.ts';
import { element, setText } from './dom.ts';
import { summaryRows } from './measures.ts';

/** What the curves say, as a table: now, on average, at most. */
export class Summary {
  readonly root: HTMLTableElement;
  readonly #words: StatsWords;
  readonly #cells: HTMLTableCellElement[][];

  constructor(words: StatsWords) {
    this.#words = words;
    this.#cells = summaryRows.map(() => [0, 1, 2].map(() => element('td', {}, '–')));
    const heads = [words.measure, words.now, words.average, words.highest];
    this.root = element(
      'table',
      {},
      element('caption', {}, words.summary),
      element('thead', {}, element('tr', {}, ...heads.map((head) => element('th', { scope: 'col' }, head)))),
      element(
        'tbody',
        {},
        ...summaryRows.map((_, row) =>
          element('tr', {}, element('th', { scope: 'row' }, this.#name(row)), ...(this.#cells[row] ?? [])),
        ),
      ),
    );
  }

  show(points: readonly UsagePoint[]): void {
    const now = points.at(-1);
    if (!now) return;
    for (const [row, { measure }] of summaryRows.entries()) {
      const values = points.map((point) => measure.of(point));
      const average = values.reduce((total, value) => total + value, 0) / values.length;
      const texts = [measure.of(now), average, Math.max(...values)].map(measure.describe);
      for (const [column, text] of texts.entries()) {
        const cell = this.#cells[row]?.[column];
        if (cell) setText(cell, text);
      }
    }
  }

  /** One sentence for who can't see the curves. */
  speak(point: UsagePoint): string {
    return summaryRows
      .map(({ measure }, row) => `${this.#name(row)} ${measure.describe(measure.of(point))}`)
      .join(', ');
  }

  #name(row: number): string {
    const { measure, group } = summaryRows[row] ?? {};
    if (!measure) return '';
    return group ? `${this.#words[group]}: ${this.#words[measure.word]}` : this.#words[measure.word];
  }
}
