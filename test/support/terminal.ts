import type { Page } from 'playwright-core';
import { until } from './wait.ts';

/** The terminal on screen. Text is read from xterm's own buffer, so the renderer and the scroll position don't matter. */
export class Terminal {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** The whole buffer, scrollback included, wrapped lines joined; empty when no terminal is on screen. */
  async text(): Promise<string> {
    return this.#page.evaluate(readTerminal);
  }

  async waitFor(text: RegExp, limit?: number): Promise<string> {
    return until(
      `the terminal shows ${String(text)}`,
      async () => {
        const now = await this.text();
        if (text.test(now)) return { now };
        throw new Error(`it shows ${JSON.stringify(now.slice(-600))}`);
      },
      limit,
    ).then(({ now }) => now);
  }

  /** Types into it key by key; '\n' is Enter. */
  async type(text: string): Promise<void> {
    await this.focus();
    for (const [index, line] of text.split('\n').entries()) {
      if (index > 0) await this.#page.keyboard.press('Enter');
      if (line !== '') await this.#page.keyboard.type(line, { delay: 5 });
    }
  }

  /** Presses a key in it, in Playwright's spelling: `Control+C`. */
  async press(key: string): Promise<void> {
    await this.focus();
    await this.#page.keyboard.press(key);
  }

  async focus(): Promise<void> {
    await this.#page.locator('.terminal-wrapper.active .xterm-screen').first().click();
    await this.#page.locator('.terminal-wrapper.active .xterm.focus').first().waitFor();
  }

  /** Names of the terminals that are open. */
  async tabs(): Promise<string[]> {
    const tabs = await this.#page.locator('.terminal-tabs-entry .label-name').allTextContents();
    // A single terminal has no list: its name is in the panel's title.
    const names =
      tabs.length > 0 ? tabs : await this.#page.locator('.part.panel .single-terminal-tab').allTextContents();
    return names.map((name) => name.trim());
  }

  async size(): Promise<{ columns: number; rows: number } | undefined> {
    return this.#page.evaluate(readSize);
  }
}

type Line = { isWrapped: boolean; translateToString: (trimRight: boolean) => string };
type Xterm = {
  cols: number;
  rows: number;
  buffer: { active: { length: number; getLine: (y: number) => Line | undefined } };
};
type Wrapper = { xterm?: Xterm; offsetParent: unknown; offsetWidth: number };
type PageWindow = { document: { querySelectorAll: (selector: string) => Iterable<Wrapper> } };

// What follows runs in the page: nothing of this module is there.
function readTerminal(): string {
  const { document } = globalThis as unknown as PageWindow;
  for (const { xterm, offsetParent, offsetWidth } of document.querySelectorAll('.terminal-wrapper')) {
    if (xterm === undefined || offsetParent === null || offsetWidth === 0) continue;
    const buffer = xterm.buffer.active;
    const lines: string[] = [];
    for (let y = 0; y < buffer.length; y += 1) {
      const line = buffer.getLine(y);
      const text = line?.translateToString(true) ?? '';
      if (line?.isWrapped === true && lines.length > 0) lines[lines.length - 1] += text;
      else lines.push(text);
    }
    return lines.join('\n').trimEnd();
  }
  return '';
}

function readSize(): { columns: number; rows: number } | undefined {
  const { document } = globalThis as unknown as PageWindow;
  for (const { xterm } of document.querySelectorAll('.terminal-wrapper.active'))
    if (xterm !== undefined) return { columns: xterm.cols, rows: xterm.rows };
  return undefined;
}
