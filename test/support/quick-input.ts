import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { clickOn, tryClick } from './click.ts';
import { exactly, type PageElement } from './dom.ts';
import { patience, until } from './wait.ts';

/** The palette, quick picks and input boxes: VS Code has one of them at a time. */
export class QuickInput {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  get #widget(): Locator {
    return this.#page.locator('.quick-input-widget');
  }

  get #input(): Locator {
    return this.#widget.locator('.quick-input-filter input');
  }

  #row(label: string): Locator {
    return this.#widget
      .locator('.quick-input-list .monaco-list-row')
      .filter({
        has: this.#page
          .locator('.quick-input-list-row')
          .first()
          .locator('.label-name', { hasText: exactly(label) }),
      })
      .first();
  }

  /** Runs a command from the palette by its exact title, "Category: Title". */
  async runCommand(title: string): Promise<void> {
    // What has just been clicked may still take the focus, and with it the palette away: then it is opened again.
    await until(`the palette offers ${title}`, async () => {
      // Another one, which may be going by itself.
      if (await this.#widget.isVisible())
        await this.#input.press('Escape', { timeout: patience(1000) }).catch(() => undefined);
      await this.#askPalette(title);
      try {
        await tryClick(this.#row(title), '.monaco-list-row', patience(5000));
        return true;
      } catch (error) {
        throw new Error(`it shows ${JSON.stringify((await this.labels()).slice(0, 8))}`, { cause: error });
      }
    });
  }

  async #askPalette(title: string): Promise<void> {
    await until('the palette is open', async () => {
      if (!(await this.#input.isVisible())) await this.#page.keyboard.press('F1');
      await this.#input.fill(`>${title}`, { timeout: patience(2000) });
      return this.#input.isVisible();
    });
  }

  /** Whether a command is offered in the palette. Closes it again. */
  async hasCommand(title: string): Promise<boolean> {
    await this.#askPalette(title);
    // What it shows at first may be what it was asked before.
    let [shown, since] = ['', Date.now()];
    const labels = await until('the palette has an answer', async () => {
      const now = await this.labels();
      if (now.join() !== shown) [shown, since] = [now.join(), Date.now()];
      return (now.includes(title) || (now.length > 0 && Date.now() - since > patience(1000))) && now;
    });
    await this.cancel();
    return labels.includes(title);
  }

  /** Waits until a quick pick or input box is open whose title, placeholder or prompt has this text; a pick has entries, too. */
  async waitFor(text: RegExp): Promise<void> {
    await until(`a quick input with ${String(text)}`, async () => {
      const said = await this.words();
      if (!text.test(said.join('\n'))) throw new Error(`it says ${JSON.stringify(said)}`);
      // VS Code may show a pick before it has been told of its entries.
      return !(await this.#isPick()) || (await this.labels()).length > 0;
    });
  }

  async #isPick(): Promise<boolean> {
    const style = await this.#widget.locator('.quick-input-list').first().getAttribute('style');
    return !/display:\s*none/.test(style ?? '');
  }

  /** Title, placeholder and message of what is open. */
  async words(): Promise<string[]> {
    if (!(await this.#widget.isVisible())) return [];
    const texts = await this.#widget.locator('.quick-input-title, .quick-input-message').allTextContents();
    const placeholder = await this.#input.getAttribute('placeholder');
    return [...texts, placeholder ?? ''].map((text) => text.trim()).filter((text) => text !== '');
  }

  /** The message under the input: a prompt, or why the text is refused. */
  async message(): Promise<string> {
    return ((await this.#widget.locator('.quick-input-message').textContent()) ?? '').trim();
  }

  /** What stands in the input. */
  async value(): Promise<string> {
    return this.#input.inputValue();
  }

  /** Labels of the entries. */
  async labels(): Promise<string[]> {
    return this.#widget
      .locator('.quick-input-list .monaco-list-row')
      .evaluateAll((rows: PageElement[]) => rows.map((row) => row.querySelector('.label-name')?.textContent ?? ''));
  }

  /** Labels of the entries, each with its description. */
  async rows(): Promise<string[]> {
    return this.#widget.locator('.quick-input-list .monaco-list-row').evaluateAll((rows: PageElement[]) =>
      rows.map((row) => {
        const texts = ['.label-name', '.label-description'].map((part) => row.querySelector(part)?.textContent ?? '');
        return texts.join(' ').trim();
      }),
    );
  }

  async waitForRows(expected: readonly string[]): Promise<void> {
    await until(`the entries ${expected.join()}`, async () => {
      const now = await this.rows();
      return now.join() === expected.join() || Promise.reject(new Error(`they are ${now.join()}`));
    });
  }

  /** Chooses an entry by its label. */
  async pick(label: string): Promise<void> {
    await clickOn(this.#row(label), '.monaco-list-row');
  }

  /** Presses a key in it, in Playwright's spelling: what has just been clicked may still have the keys. */
  async press(key: string): Promise<void> {
    await this.#input.press(key);
  }

  /** Ticks entries of a pick that takes several, and accepts. */
  async pickMany(labels: readonly string[]): Promise<void> {
    for (const label of labels)
      await clickOn(
        this.#row(label).locator('.quick-input-list-checkbox, .monaco-checkbox').first(),
        '.monaco-list-row',
      );
    await clickOn(
      this.#widget.locator('.quick-input-action .monaco-button', { hasText: exactly('OK') }),
      '.monaco-button',
    );
  }

  /** Fills the input and accepts it with Enter. */
  async enter(text: string): Promise<void> {
    await this.fill(text);
    await this.#input.press('Enter');
  }

  /** Chooses a file by its path in the workbench's own file dialog, which takes a moment to look at what is typed. */
  async chooseFile(title: string, path: string): Promise<void> {
    await this.waitFor(new RegExp(title));
    // Before it has looked into the folder, which is not empty, Enter closes it as if nothing had been chosen.
    await this.fill(`${dirname(path)}/`);
    const [beside = ''] = readdirSync(dirname(path));
    await until(`the dialog lists ${beside}`, async () => (await this.labels()).includes(beside));
    await this.fill(path);
    const gone = async (): Promise<boolean> => !(await this.words()).includes(title);
    await until(`the dialog takes ${path}`, async () => {
      await this.#input.press('Enter');
      // Pressed again too early, Enter would answer the next question.
      return until('the dialog goes', gone, 3000).then(
        () => true,
        () => false,
      );
    });
  }

  /** Fills the input and leaves it open. */
  async fill(text: string): Promise<void> {
    await this.#input.waitFor();
    await this.#input.fill(text);
  }

  async cancel(): Promise<void> {
    await this.#input.press('Escape');
    await this.#widget.waitFor({ state: 'hidden' });
  }

  async isOpen(): Promise<boolean> {
    return this.#widget.isVisible();
  }
}
