import type { Locator, Page } from 'playwright-core';
import { clickOn } from './click.ts';
import { exactly, type PageElement } from './dom.ts';
import { patience, until } from './wait.ts';

export type Notification = { severity: 'info' | 'warning' | 'error' | ''; message: string; buttons: string[] };
/** Of those that come within 800 ms VS Code shows three, and the others only to who opens the list of them (notificationsToasts.ts: SPAM_PROTECTION). */
const toastInterval = 900;

export type Dialog = { message: string; detail: string; buttons: string[] };

/** Notifications and modal dialogs. */
export class Messages {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** The toasts on screen. */
  async notifications(): Promise<Notification[]> {
    const found = await this.#toasts.evaluateAll((toasts: PageElement[]) =>
      toasts.map((toast) => ({
        icon: toast.querySelector('.notification-list-item-icon')?.className ?? '',
        message: toast.querySelector('.notification-list-item-message')?.textContent ?? '',
        buttons: Array.from(
          toast.querySelectorAll('.notification-list-item-buttons-container .monaco-button'),
          (button) => button.textContent,
        ),
      })),
    );
    return found.map(({ icon, ...rest }) => ({ severity: severityOf(icon), ...rest }));
  }

  /** And lets VS Code be ready to show what comes next. */
  async waitForNotification(text: RegExp, limit?: number): Promise<Notification> {
    const notification = await until(
      `a notification with ${String(text)}`,
      async () => {
        const all = await this.notifications();
        const found = all.find((one) => text.test(one.message));
        if (found === undefined) throw new Error(`there are ${JSON.stringify(all)}`);
        await this.#hold(text, patience(3000));
        return found;
      },
      limit,
    );
    await this.#page.waitForTimeout(toastInterval);
    return notification;
  }

  async clickNotification(text: RegExp, button: string): Promise<void> {
    const toast = await this.#hold(text);
    await this.#page.waitForTimeout(toastInterval);
    await clickOn(toast.locator('.monaco-button', { hasText: exactly(button) }), '.monaco-button');
  }

  /** The modal dialog, once it is open. */
  async dialog(): Promise<Dialog> {
    await this.#dialog.waitFor();
    const [message, detail] = await Promise.all(
      ['.dialog-message-text', '.dialog-message-detail'].map((part) => this.#dialog.locator(part).allTextContents()),
    );
    const buttons = await this.#dialog.locator('.dialog-buttons .monaco-button').allTextContents();
    const one = (texts: string[] | undefined): string => (texts ?? []).join(' ').trim();
    return { message: one(message), detail: one(detail), buttons: buttons.map((text) => text.trim()) };
  }

  async hasDialog(): Promise<boolean> {
    return this.#dialog.isVisible();
  }

  async clickDialog(button: string): Promise<void> {
    await this.#dialog
      .locator('.dialog-buttons .monaco-button')
      .filter({ hasText: exactly(button) })
      .click();
    await this.#dialog.waitFor({ state: 'detached' });
  }

  /** Rests the mouse on a toast, whose time does not run out then: others go 10 to 15 seconds after they have come. */
  async #hold(text: RegExp, timeout?: number): Promise<Locator> {
    const message = this.#page.locator('.notification-list-item-message', { hasText: text });
    // The newest is first.
    const toast = this.#toasts.filter({ has: message }).first();
    // On its icon: over a long message there would be a hover, and over the buttons with it.
    await toast.hover({ position: { x: 12, y: 12 }, ...(timeout === undefined ? {} : { timeout }) });
    return toast;
  }

  get #toasts(): Locator {
    return this.#page.locator('.notification-toast .notification-list-item');
  }

  get #dialog(): Locator {
    return this.#page.locator('.monaco-dialog-box');
  }
}

function severityOf(icon: string): Notification['severity'] {
  const name = /codicon-(info|warning|error)/.exec(icon)?.[1];
  return name === 'info' || name === 'warning' || name === 'error' ? name : '';
}
