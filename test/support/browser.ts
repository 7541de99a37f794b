import { chromium, type Browser } from 'playwright-core';
import { chromiumPath } from './paths.ts';

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
