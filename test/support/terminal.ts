import type { Page } from 'playwright-core';
import { patience, until } from './wait.ts';

/** Others that were active in their groups are there, too. */
const onScreen = '.terminal-wrapper.active:visible';

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
    await this.#page.locator(`${onScreen} .xterm-screen`).first().click();
    await this.#page.locator(`${onScreen} .xterm.focus`).first().waitFor();
  }

  /**
   * Ctrl-clicks what a row of the screen says there, once it is a link whose hover says `hint`: VS Code's own come first. `between`: what
   * somebody does meanwhile.
   */
  async openLink(words: string, hint: string, between?: () => void): Promise<void> {
    const rows = this.#page.locator(`${onScreen} .xterm-rows > div`);
    // Looked for anew at each try: what is on screen comes after what the buffer has.
    const { x, y } = await until(`${words} is a link`, async () => {
      const row = rows.filter({ hasText: words }).last();
      const [place, text, size] = [await row.boundingBox(), await row.textContent(), await this.size()];
      if (!place || !size) throw new Error(`no row says ${words}`);
      const at = {
        x: place.x + ((text ?? '').indexOf(words) + 0.5) * (place.width / size.columns),
        y: place.y + place.height / 2,
      };
      // By way of a row without text. Of one with text xterm asks for links, too, and takes an answer that comes late, when the mouse is
      // here already, for this row's: then the link is VS Code's own.
      const empty = await rows.filter({ hasText: /^\s*$/ }).last().boundingBox();
      if (empty) await this.#page.mouse.move(at.x, empty.y + empty.height / 2);
      await this.#page.mouse.move(at.x, at.y);
      // The link is there when its hover is.
      await this.#page.locator('.xterm-hover', { hasText: hint }).waitFor({ timeout: patience(5000) });
      return at;
    });
    between?.();
    await this.#page.keyboard.down('Control');
    await this.#page.mouse.click(x, y);
    await this.#page.keyboard.up('Control');
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
