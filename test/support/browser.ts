import { chromium, type Browser } from 'playwright-core';
import { chromiumPath } from './paths.ts';
import type { OpenWindow } from './vscode.ts';
import { patience } from './wait.ts';

/** A headless Chromium that speaks with this machine only. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    headless: true,
    args: [
      // Chromium's own sandbox refuses to run as root.
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--no-first-run',
    ],
  });
}

/** A page with an address, and nothing in common with others. */
export async function openPage(browser: Browser, url: string): Promise<OpenWindow> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  await page.goto(url, { waitUntil: 'commit', timeout: patience(60_000) });
  return { page, close: () => context.close() };
}
