import type { Locator, Page } from 'playwright-core';
import { clickOn } from './click.ts';
import { quoted, exactly, type DragGlobals, type PageDocument, type PageElement } from './dom.ts';
import { openMenu, pickMenuEntry } from './menu.ts';
import { patience, until } from './wait.ts';

export type TreeRow = {
  label: string;
  description: string;
  /** What a screen reader is told. */
  ariaLabel: string;
  /** 1 for the top. */
  level: number;
  /** undefined: has no children. */
  expanded: boolean | undefined;
  selected: boolean;
  /** The codicon's id. */
  icon: string | undefined;
};

/** A file of the desktop's, of which only the browser has the bytes; one of the machine that VS Code works on; or any by its address. */
export type Dropped = { name: string; text: string } | { path: string } | { address: string };

/** One view of a side bar, a panel or the secondary side bar, by its title. */
export class TreeView {
  readonly #page: Page;
  readonly #title: string;

  constructor(page: Page, title: string) {
    this.#page = page;
    this.#title = title;
  }

  /** The view's whole section, header and all. */
  get pane(): Locator {
    return this.#page
      .locator('.part.sidebar .pane, .part.auxiliarybar .pane, .part.panel .pane')
      .filter({ has: this.#page.locator(`.pane-header[aria-label^=${quoted(this.#title)}]`) });
  }

  /** A view that is closed at first. */
  async expandPane(): Promise<void> {
    const header = this.pane.locator('.pane-header');
    await until(`${this.#title} is open`, async () => {
      const isOpen = async (): Promise<boolean> => (await header.getAttribute('aria-expanded')) === 'true';
      if (await isOpen()) return true;
      await header.click({ timeout: attemptLimit() });
      return until('it opens', isOpen, 2000).catch(() => false);
    });
  }

  /** The rows on screen, top to bottom. A long tree is virtual: rows out of sight are not there (see `row`). */
  async rows(): Promise<TreeRow[]> {
    const found = await this.pane.locator('.monaco-list-row').evaluateAll((rows: PageElement[]) =>
      rows.map((row) => ({
        index: Number(row.dataset['index'] ?? 0),
        label: row.querySelector('.label-name')?.textContent ?? '',
        description: row.querySelector('.label-description')?.textContent ?? '',
        ariaLabel: row.getAttribute('aria-label') ?? '',
        level: Number(row.getAttribute('aria-level') ?? 1),
        expanded: row.getAttribute('aria-expanded'),
        selected: row.getAttribute('aria-selected') === 'true',
        icon: /codicon-([\w-]+)/.exec(row.querySelector('.custom-view-tree-node-item-icon')?.className ?? '')?.[1],
      })),
    );
    return found
      .sort((a, b) => a.index - b.index)
      .map(({ index: _index, expanded, ...row }) => ({
        ...row,
        expanded: expanded === null ? undefined : expanded === 'true',
      }));
  }

  /** Waits until the rows on screen satisfy `test`, and returns them. */
  async waitFor(what: string, test: (rows: TreeRow[]) => boolean, limit?: number): Promise<TreeRow[]> {
    return until(
      `view ${this.#title}: ${what}`,
      async () => {
        const rows = await this.rows();
        if (test(rows)) return rows;
        throw new Error(`the rows are ${JSON.stringify(rows.map((row) => `${row.label} | ${row.description}`))}`);
      },
      limit,
    );
  }

  /** Waits for a row by its label, whose description matches if said. */
  async waitForRow(label: string, description: RegExp = /./s, limit?: number): Promise<TreeRow> {
    const fits = (row: TreeRow): boolean =>
      row.label === label && (description.source === '.' || description.test(row.description));
    const rows = await this.waitFor(`row ${label} ${String(description)}`, (now) => now.some(fits), limit);
    return rows.find(fits) as TreeRow;
  }

  async waitForNoRow(label: string, limit?: number): Promise<void> {
    await this.waitFor(`no row ${label}`, (rows) => !rows.some((row) => row.label === label), limit);
  }

  /** The row with this label, scrolled into sight. */
  async row(label: string): Promise<Locator> {
    const row = this.pane
      .locator('.monaco-list-row')
      .filter({ has: this.#page.locator('.label-name', { hasText: exactly(label) }) });
    if ((await row.count()) > 0) return row.first();
    await this.pane.locator('.monaco-list').focus();
    await this.#page.keyboard.press('Home');
    for (let before = ''; (await row.count()) === 0;) {
      const now = JSON.stringify(await this.rows());
      if (now === before) throw new Error(`view ${this.#title} has no row ${label}`);
      before = now;
      await this.#page.keyboard.press('PageDown');
      await this.#page.keyboard.press('PageDown');
    }
    return row.first();
  }

  async click(label: string, how: { modifiers?: ('Control' | 'Shift')[] } = {}): Promise<void> {
    await this.#hit(label, 'click', (row) => row.click({ ...how, timeout: attemptLimit() }));
  }

  async doubleClick(label: string): Promise<void> {
    await this.#hit(label, 'dblclick', (row) => row.dblclick({ timeout: attemptLimit() }));
  }

  /** Selects several rows, as one does with Ctrl held down. */
  async select(first: string, ...others: string[]): Promise<void> {
    await this.click(first);
    for (const label of others) await this.click(label, { modifiers: ['Control'] });
  }

  /** Presses a key on the rows that are selected, in Playwright's spelling. */
  async press(key: string): Promise<void> {
    await this.pane.locator('.monaco-list').press(key);
  }

  /** Opens a row that has children. */
  async expand(label: string): Promise<void> {
    await this.#turn(label, 'true');
  }

  async collapse(label: string): Promise<void> {
    await this.#turn(label, 'false');
  }

  /** Until it is: a tree that is still being made, or made anew, takes no click. */
  async #turn(label: string, expanded: 'true' | 'false'): Promise<void> {
    await until(`${label} is ${expanded === 'true' ? 'open' : 'closed'}`, async () => {
      const isSo = async (): Promise<boolean> =>
        (await (await this.row(label)).getAttribute('aria-expanded', { timeout: attemptLimit() })) === expanded;
      if (await isSo()) return true;
      await (await this.row(label)).locator('.monaco-tl-twistie').click({ timeout: attemptLimit() });
      // Clicked once more too early it would be as it was.
      return until('it turns', isSo, 2000).catch(() => false);
    });
  }

  /** Labels of the icons that show on a row when the mouse is over it. */
  async inlineActions(label: string): Promise<string[]> {
    const row = await this.row(label);
    await row.hover({ timeout: attemptLimit() });
    const labels = await row
      .locator('.actions .action-label[aria-label]')
      .evaluateAll((all: PageElement[]) => all.map((one) => one.getAttribute('aria-label') ?? ''));
    return labels.filter((text) => text !== '');
  }

  /** What is offered follows what the container is. */
  async waitForInlineActions(label: string, expected: readonly string[]): Promise<void> {
    await until(`${label} offers ${expected.join()}`, async () => {
      const now = await this.inlineActions(label);
      return now.join() === expected.join() || Promise.reject(new Error(`it offers ${now.join()}`));
    });
  }

  /** Clicks an icon on a row by its label. */
  async clickInline(label: string, action: string): Promise<void> {
    const click = async (row: Locator): Promise<void> => {
      const timeout = attemptLimit();
      await row.hover({ timeout });
      await row.locator(`.actions .action-label[aria-label=${quoted(action)}]`).click({ timeout });
    };
    await this.#hit(label, 'click', click, action);
  }

  /** Entries of a row's context menu. Closes it again. */
  async contextMenu(label: string): Promise<string[]> {
    return until(`the menu of ${label} has entries`, async () => {
      await this.#openContext(label);
      // It goes, too, when something else takes the keys.
      const entries = await openMenu(this.#page, attemptLimit());
      await this.#page.keyboard.press('Escape');
      return entries.length > 0 && entries;
    });
  }

  /** Chooses from a row's context menu; several names are a way through submenus. */
  async clickContext(label: string, ...entries: string[]): Promise<void> {
    // A menu goes when something else takes the keys, as an editor does that opens late.
    await until(`the menu of ${label} is open for ${entries.join(', ')}`, async () => {
      await this.#openContext(label);
      await pickMenuEntry(this.#page, entries, attemptLimit());
      // It has taken the choice when it goes.
      await this.#page.locator('.monaco-menu').first().waitFor({ state: 'detached', timeout: attemptLimit() });
      return true;
    });
  }

  /** Clicks an icon in the view's title, or in the title of the side bar when this is its only view. */
  async clickTitleAction(action: string): Promise<void> {
    await this.pane.locator('.pane-header').hover({ force: true });
    const label = `.action-label[aria-label=${quoted(action)}]`;
    const own = this.pane.locator(`.pane-header .actions ${label}`);
    const common = this.#page.locator(`.composite.title ${label}`).first();
    await own.or(common).first().waitFor();
    await clickOn((await own.count()) > 0 ? own : common, '.action-label');
  }

  /** What the view says while it has no rows, links and buttons included. */
  async welcomeText(): Promise<string> {
    return (await this.pane.locator('.welcome-view-content').innerText()).trim();
  }

  /** Where the links in the welcome text lead. */
  async welcomeLinks(): Promise<string[]> {
    return this.pane
      .locator('.welcome-view-content a:not(.monaco-button)')
      .evaluateAll((all: PageElement[]) => all.map((one) => one.getAttribute('href') ?? ''));
  }

  /** Clicks a button of the welcome text. */
  async clickWelcome(button: string): Promise<void> {
    await clickOn(
      this.pane.locator('.welcome-view-content .monaco-button', { hasText: exactly(button) }),
      '.monaco-button',
    );
  }

  /** The message above the rows, or an empty text. */
  async message(): Promise<string> {
    return (await this.pane.locator('.tree-explorer-viewlet-tree-view .message').allInnerTexts()).join('\n').trim();
  }

  /** Lets go of something over a row, as who drags it there. */
  async drop(label: string, ...dropped: Dropped[]): Promise<void> {
    const row = await until(`there is ${label} to drop on`, () => this.row(label));
    await row.evaluate(dropThere, dropped);
  }

  async #openContext(label: string): Promise<void> {
    await this.#hit(label, 'contextmenu', async (row) => {
      // Another row's, from the last try.
      if ((await this.#page.locator('.monaco-menu').count()) > 0) await this.#page.keyboard.press('Escape');
      await row.click({ button: 'right', timeout: attemptLimit() });
    });
  }

  /**
   * Until the row has got the mouse's event. A tree that is drawn anew between the button's going down and up takes the row from
   * under the mouse: then nobody, or another row, gets it. `action`: until the row's icon of that name has got it.
   */
  async #hit(
    label: string,
    event: 'click' | 'dblclick' | 'contextmenu',
    act: (row: Locator) => Promise<void>,
    action?: string,
  ): Promise<void> {
    await until(`${label} has got a ${event}`, async () => {
      const row = await this.row(label);
      const hit = await this.#page.evaluateHandle(listenOnce, event);
      await act(row);
      const { row: got, action: hitAction } = await hit.evaluate((seen) => seen);
      await hit.dispose();
      if (got !== label) throw new Error(`${got ?? 'nothing'} has got it`);
      return action === undefined || action === hitAction || Promise.reject(new Error(`not ${action} has got it`));
    });
  }
}

/** After this long the row may have become another one: it is looked for again. */
const attemptLimit = (): number => patience(3000);

type Hit = { row: string | undefined; action: string | undefined };

/** In the page: the label of the row that gets the next event of this kind, and of the icon in it. */
function listenOnce(event: string): Hit {
  const seen: Hit = { row: undefined, action: undefined };
  const { document } = globalThis as unknown as { document: PageDocument };
  const listener = ({ target }: { target: PageElement }): void => {
    seen.row = target.closest('.monaco-list-row')?.querySelector('.label-name')?.textContent ?? '';
    seen.action = target.closest('.action-label')?.getAttribute('aria-label') ?? undefined;
  };
  document.addEventListener(event, listener, { capture: true, once: true });
  return seen;
}

/** In the page: no more is needed of what a mouse would do. To a browser, the files are those of a remote machine. */
function dropThere(row: PageElement, dropped: Dropped[]): void {
  const { DataTransfer, DragEvent, location } = globalThis as unknown as DragGlobals;
  const machine = location.protocol === 'http:' ? `vscode-remote://${location.host}` : 'file://';
  const dataTransfer = new DataTransfer();
  const addresses: string[] = [];
  for (const one of dropped) {
    if ('name' in one) dataTransfer.items.add(new File([one.text], one.name));
    else addresses.push('path' in one ? machine + encodeURI(one.path) : one.address);
  }
  if (addresses.length > 0) dataTransfer.setData('text/uri-list', addresses.join('\r\n'));
  for (const type of ['dragenter', 'dragover', 'drop'])
    row.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
}
