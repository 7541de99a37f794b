import type { Locator } from 'playwright-core';
import type { PageDocument, PageElement } from './dom.ts';
import { patience, until } from './wait.ts';

/** Clicks until it has been clicked. `kind`: see `tryClick`. */
export async function clickOn(target: Locator, kind: string): Promise<void> {
  await until(`a ${kind} has got a click`, async () => {
    await target.waitFor();
    await tryClick(target, kind, patience(5000));
    return true;
  });
}

/**
 * Clicks once, and throws when nothing of this kind (a selector) has got it. What is drawn anew between the button's going down and up is no
 * more the same: then the click is that of what both lie in, and nothing happens.
 */
export async function tryClick(target: Locator, kind: string, timeout: number): Promise<void> {
  await target.waitFor({ timeout });
  const hit = await target.page().evaluateHandle(listenOnce, kind);
  await target.click({ timeout });
  const { got } = await hit.evaluate((seen) => seen);
  await hit.dispose();
  if (!got) throw new Error(`something that is no ${kind} has got the click`);
}

/** In the page: whether the next click is something's of this kind. */
function listenOnce(kind: string): { got: boolean } {
  const seen = { got: false };
  const { document } = globalThis as unknown as { document: PageDocument };
  const listener = ({ target }: { target: PageElement }): void => {
    seen.got = target.closest(kind) !== null;
  };
  document.addEventListener('click', listener, { capture: true, once: true });
  return seen;
}
