/** The page of a container's stats. It asks for nothing and keeps nothing but which container it shows. */
import type { StatsMessage, StatsReply, StatsState, StatsStatus } from '../model/stats-messages.ts';
import { historySeconds, type UsagePoint } from '../model/usage.ts';
import { Chart } from './chart.ts';
import { element, setText } from './dom.ts';
import { charts } from './measures.ts';
import { Summary } from './summary.ts';

declare function acquireVsCodeApi(): {
  postMessage: (reply: StatsReply) => void;
  setState: (state: StatsState) => void;
};

/** Who can't see the curves hears of them so often, while the page has the focus. */
const speakMs = 30_000;

const vscode = acquireVsCodeApi();
let page: Page | undefined;

class Page {
  readonly #charts: Chart[];
  readonly #summary: Summary;
  readonly #status = element('p', { class: 'status', role: 'status' });
  readonly #spoken = element('p', { class: 'spoken', 'aria-live': 'polite' });
  #points: UsagePoint[];
  #spokenAt = Date.now();

  constructor({ title, words, status, points }: StatsMessage & { kind: 'begin' }) {
    this.#points = [...points];
    this.#charts = charts.map((kind) => new Chart(kind, words, (text) => setText(this.#spoken, text)));
    this.#summary = new Summary(words);
    const curves = element('div', { class: 'charts' }, ...this.#charts.map(({ root }) => root));
    document.body.replaceChildren(
      element('main', {}, element('h1', {}, title), this.#status, curves, this.#summary.root, this.#spoken),
    );
    this.setStatus(status);
    this.#show();
    new MutationObserver(() => this.#charts.forEach((chart) => chart.redraw())).observe(document.body, {
      attributeFilter: ['class'],
    });
  }

  add(point: UsagePoint): void {
    this.#points.push(point);
    this.#points = this.#points.filter(({ takenAt }) => point.takenAt - takenAt <= historySeconds * 1000);
    this.#show();
    if (!document.hasFocus() || Date.now() - this.#spokenAt < speakMs) return;
    this.#spokenAt = Date.now();
    setText(this.#spoken, this.#summary.speak(point));
  }

  setStatus({ text, live }: StatsStatus): void {
    setText(this.#status, text);
    this.#status.classList.toggle('still', !live);
  }

  #show(): void {
    for (const chart of this.#charts) chart.show(this.#points);
    this.#summary.show(this.#points);
  }
}

window.addEventListener('message', ({ data }: MessageEvent<StatsMessage>) => {
  switch (data.kind) {
    case 'begin':
      vscode.setState({ id: data.id });
      page = new Page(data);
      return;
    case 'point':
      page?.add(data.point);
      return;
    case 'status':
      page?.setStatus(data.status);
  }
});
vscode.postMessage({ kind: 'ready' });
