import type { Page } from 'playwright-core';
import { exactly } from './dom.ts';

/** The entries of the menu that is open. */
export async function openMenu(page: Page, timeout?: number): Promise<string[]> {
  const menu = page.locator('.monaco-menu').last();
  await menu.waitFor(timeout === undefined ? {} : { timeout });
  const texts = await menu.locator('.action-label:not(.separator)').allTextContents();
  return texts.map((text) => text.trim()).filter((text) => text !== '');
}

/** Goes through the open menu and its submenus by these names. */
export async function pickMenuEntry(page: Page, names: readonly string[], timeout?: number): Promise<void> {
  const limit = timeout === undefined ? {} : { timeout };
  for (const [depth, name] of names.entries()) {
    const entry = page
      .locator('.monaco-menu')
      .nth(depth)
      .locator('.action-menu-item')
      .filter({ has: page.locator('.action-label', { hasText: exactly(name) }) });
    await entry.waitFor(limit);
    await entry.hover(limit);
    // A menu ignores a mouse-up that comes within 100 ms of its opening, and says so nowhere.
    await page.waitForTimeout(150);
    await entry.click(limit);
  }
}
