import type { Progress } from '../lib/operation.ts';
import { cleanText, formatSize } from './text.ts';

/** A redraw more often than this is not seen, and costs a write each. */
const redrawMs = 100;
const barWidth = 50;

/**
 * What is under way, a line for each id: on a terminal the lines change in place, as Docker's do (moby, pkg/jsonmessage); elsewhere each new
 * status is a line, and bytes are not shown.
 */
export class ProgressLines {
  readonly #write: (text: string) => void;
  readonly #tty: boolean;
  readonly #columns: number;
  readonly #lines = new Map<string, { row: number; status: string; drawnAt: number; text: string }>();
  #rows = 0;

  constructor(write: (text: string) => void, terminal: { tty: boolean; columns: number }) {
    this.#write = write;
    this.#tty = terminal.tty;
    this.#columns = terminal.columns;
  }

  show(progress: Progress): void {
    const text = lineOf(progress, this.#tty);
    const known = this.#lines.get(progress.id);
    if (known?.text === text) return;
    const isNews = known?.status !== progress.status;
    if (!this.#tty) {
      if (isNews && progress.total === undefined) this.#write(`${text}\n`);
      this.#lines.set(progress.id, { row: 0, status: progress.status, drawnAt: 0, text });
      return;
    }
    const now = Date.now();
    const isLast = progress.current !== undefined && progress.current === progress.total;
    if (!isNews && !isLast && now - known.drawnAt < redrawMs) return;
    if (!known) this.#write('\n');
    const row = known?.row ?? this.#rows++;
    const up = this.#rows - row;
    const shown = this.#columns > 0 ? text.slice(0, this.#columns) : text;
    this.#write(`\u001b[${up}A\u001b[2K\r${shown}\r\u001b[${up}B`);
    this.#lines.set(progress.id, { row, status: progress.status, drawnAt: now, text });
  }
}

function lineOf({ id, status, current, total }: Progress, tty: boolean): string {
  const head = id === '' ? cleanText(status) : `${cleanText(id)}: ${cleanText(status)}`;
  if (!tty || current === undefined) return head;
  if (total === undefined || total <= 0) return `${head} ${formatSize(current)}`;
  const filled = Math.min(barWidth, Math.floor((current / total) * barWidth));
  const bar = `${'='.repeat(filled)}${filled < barWidth ? '>' : ''}`.padEnd(barWidth);
  return `${head} [${bar}]  ${`${formatSize(current)}/${formatSize(total)}`}`;
}
