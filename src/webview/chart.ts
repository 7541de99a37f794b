import uPlot from 'uplot';
import { describeSize } from '../model/sizes.ts';
import type { StatsWords } from '../model/stats-messages.ts';
import { historySeconds, type UsagePoint } from '../model/usage.ts';
import { element, setText } from './dom.ts';
import type { ChartKind } from './measures.ts';

const height = 150;
/** Two measurements further apart are not joined by a line: nobody looked between them. */
const mostGapMs = 3500;

const color = (name: string): string => getComputedStyle(document.body).getPropertyValue(name).trim() || 'gray';

/** One or two curves under a heading, with their values of now, or of the moment that is pointed to. */
export class Chart {
  readonly root: HTMLElement;
  readonly #kind: ChartKind;
  readonly #words: StatsWords;
  readonly #say: (text: string) => void;
  readonly #values: HTMLElement[];
  readonly #place: HTMLElement;
  readonly #plot: uPlot;
  #points: readonly UsagePoint[] = [];
  /** Where in `#points` each column of the plot is; null: a gap. */
  #columns: (UsagePoint | null)[] = [];
  #chosen: number | undefined;

  /** `say` tells a screen reader. */
  constructor(kind: ChartKind, words: StatsWords, say: (text: string) => void) {
    this.#kind = kind;
    this.#words = words;
    this.#say = say;
    this.#values = kind.measures.map(() => element('span', {}, words.waiting));
    const label = words.chart.replace('{0}', words[kind.word]);
    this.#place = element('div', { class: 'plot', tabindex: '0', role: 'group', 'aria-label': label });
    const legend = kind.measures.map((measure, index) => {
      const name = kind.measures.length > 1 ? `${words[measure.word]} ` : '';
      const line = element('span', { class: index === 0 ? 'line' : 'line second', 'aria-hidden': 'true' });
      return element('span', {}, line, name, this.#values[index] ?? '');
    });
    const head = element(
      'div',
      { class: 'head' },
      element('h2', {}, words[kind.word]),
      element('div', { class: 'values' }, ...legend),
    );
    this.root = element('section', { class: 'card' }, head, this.#place);
    this.#plot = new uPlot(this.#options(), this.#data(), this.#place);
    this.#place.addEventListener('keydown', (event) => this.#pressed(event));
    this.#place.addEventListener('blur', () => this.#choose(undefined));
    // Its size is known when it is on the page, and changes with the window.
    new ResizeObserver(() => this.#plot.setSize({ width: this.#place.clientWidth, height })).observe(this.#place);
  }

  show(points: readonly UsagePoint[]): void {
    this.#points = points;
    this.#columns = points.flatMap((point, index) => {
      const before = points[index - 1];
      return before && point.takenAt - before.takenAt > mostGapMs ? [null, point] : [point];
    });
    this.#plot.setData(this.#data());
    this.#showValues();
  }

  /** The theme has changed. */
  redraw(): void {
    this.#plot.redraw(false);
  }

  #data(): uPlot.AlignedData {
    const columns = this.#columns;
    // A gap lies right after the moment before it.
    const times = columns.map((point, index) => (point?.takenAt ?? (columns[index - 1]?.takenAt ?? 0) + 1) / 1000);
    return [times, ...this.#kind.measures.map(({ of }) => columns.map((point) => point && of(point)))];
  }

  #options(): uPlot.Options {
    const { measures, least } = this.#kind;
    const describe = measures[0]?.describe ?? describeSize;
    const text = (): string => color('--vscode-foreground');
    const grid = { stroke: () => color('--grid'), width: 1 };
    const family = getComputedStyle(document.body).fontFamily;
    const axis: uPlot.Axis = { stroke: text, grid, ticks: { show: false }, font: `11px ${family}` };
    return {
      width: 300,
      height,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, sync: { key: 'stats' }, points: { size: 6 } },
      scales: {
        x: { time: false, range: (_, __, newest) => [(newest ?? 0) - historySeconds, newest ?? 0] },
        y: { range: (_, __, highest) => [0, Math.max(least, (highest ?? 0) * 1.15)] },
      },
      series: [
        {},
        ...measures.map((measure, index): uPlot.Series => ({
          label: this.#words[measure.word],
          stroke: () => color(index === 0 ? '--first' : '--second'),
          // Told apart without colours, too.
          ...(index === 0 ? {} : { dash: [5, 4] }),
          width: 1.5,
          points: { show: false },
        })),
      ],
      axes: [
        {
          ...axis,
          size: 24,
          splits: (_, __, from, to) => [from, (from + to) / 2, to],
          values: (_, splits) =>
            splits.map((at, index) => (index === 2 ? '0 s' : `−${Math.round((splits[2] ?? at) - at)} s`)),
        },
        { ...axis, size: 74, values: (_, splits) => splits.map(describe) },
      ],
      hooks: { setCursor: [(plot) => this.#pointed(plot.cursor.idx ?? undefined)] },
    };
  }

  #pointed(column: number | undefined): void {
    this.#chosen = column;
    this.#showValues();
  }

  #showValues(): void {
    const point = (this.#chosen === undefined ? undefined : this.#columns[this.#chosen]) ?? this.#points.at(-1);
    if (!point) return;
    for (const [index, { word, of, describe }] of this.#kind.measures.entries()) {
      const value = this.#values[index];
      const text = describe(of(point));
      const whole = word === 'memory' ? limited(this.#words.limit, text, describe(point.memoryLimit)) : text;
      if (value) setText(value, whole);
    }
  }

  /** The arrow keys go from moment to moment, and what was there is read out. */
  #pressed(event: KeyboardEvent): void {
    const last = this.#columns.length - 1;
    const at = this.#chosen ?? last;
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last, Escape: undefined };
    if (!(event.key in to) || last < 0) return;
    event.preventDefault();
    const next = to[event.key as keyof typeof to];
    this.#choose(next === undefined ? undefined : Math.min(last, Math.max(0, next)));
    const point = next === undefined ? undefined : this.#columns[this.#chosen ?? last];
    if (point) this.#say(this.#speak(point));
  }

  #choose(column: number | undefined): void {
    const time = column === undefined ? undefined : this.#plot.data[0][column];
    const left = time === undefined ? -10 : this.#plot.valToPos(time, 'x');
    this.#plot.setCursor({ left, top: 0 });
    this.#pointed(column);
  }

  #speak(point: UsagePoint): string {
    const seconds = Math.round(((this.#points.at(-1)?.takenAt ?? point.takenAt) - point.takenAt) / 1000);
    const values = this.#kind.measures.map(({ word, of, describe }) => `${this.#words[word]} ${describe(of(point))}`);
    return `−${seconds} s: ${values.join(', ')}`;
  }
}

const limited = (words: string, used: string, limit: string): string =>
  words.replace('{0}', used).replace('{1}', limit);
