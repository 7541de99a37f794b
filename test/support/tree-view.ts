import type { Locator, Page } from 'playwright-core';
import { quoted, exactly, type PageElement } from './dom.ts';
import { openMenu, pickMenuEntry } from './menu.ts';
import { until } from './wait.ts';

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
    if ((await header.getAttribute('aria-expanded')) === 'false') await header.click();
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

  async click(label: string): Promise<void> {
    await (await this.row(label)).click();
  }

  async doubleClick(label: string): Promise<void> {
    await (await this.row(label)).dblclick();
  }

  /** Opens or closes a row that has children. */
  async toggle(label: string): Promise<void> {
    await (await this.row(label)).locator('.monaco-tl-twistie').click();
  }

  /** Labels of the icons that show on a row when the mouse is over it. */
  async inlineActions(label: string): Promise<string[]> {
    const row = await this.row(label);
    await row.hover();
    const labels = await row
      .locator('.actions .action-label[aria-label]')
      .evaluateAll((all: PageElement[]) => all.map((one) => one.getAttribute('aria-label') ?? ''));
    return labels.filter((text) => text !== '');
  }

  /** Clicks an icon on a row by its label. */
  async clickInline(label: string, action: string): Promise<void> {
    const row = await this.row(label);
    await row.hover();
    await row.locator(`.actions .action-label[aria-label=${quoted(action)}]`).click();
  }

  /** Entries of a row's context menu. Closes it again. */
  async contextMenu(label: string): Promise<string[]> {
    await (await this.row(label)).click({ button: 'right' });
    const entries = await openMenu(this.#page);
    await this.#page.keyboard.press('Escape');
    return entries;
  }

  /** Chooses from a row's context menu; several names are a way through submenus. */
  async clickContext(label: string, ...entries: string[]): Promise<void> {
    await (await this.row(label)).click({ button: 'right' });
    await pickMenuEntry(this.#page, entries);
  }

  /** Clicks an icon in the view's title, or in the title of the side bar when this is its only view. */
  async clickTitleAction(action: string): Promise<void> {
    await this.pane.locator('.pane-header').hover({ force: true });
    const own = this.pane.locator(`.pane-header .actions .action-label[aria-label=${quoted(action)}]`);
    if ((await own.count()) > 0) await own.click();
    else
      await this.#page
        .locator(`.composite.title .action-label[aria-label=${quoted(action)}]`)
        .first()
        .click();
  }

  /** What the view says while it has no rows, links and buttons included. */
  async welcomeText(): Promise<string> {
    return (await this.pane.locator('.welcome-view-content').innerText()).trim();
  }

  /** Clicks a button of the welcome text. */
  async clickWelcome(button: string): Promise<void> {
    await this.pane.locator('.welcome-view-content .monaco-button', { hasText: exactly(button) }).click();
  }

  /** The message above the rows, or an empty text. */
  async message(): Promise<string> {
    return (await this.pane.locator('.tree-explorer-viewlet-tree-view .message').allInnerTexts()).join('\n').trim();
  }
}
