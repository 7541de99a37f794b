import { window, type QuickPickItem, type QuickPickOptions } from 'vscode';

/**
 * Asks for one of several; undefined: taken back with Escape. As with `askText` the list stays when something else takes the focus: after
 * a menu VS Code gives it back to the tree, now and then later than the list has come.
 */
export const askChoice = <Item extends QuickPickItem>(
  items: readonly Item[],
  options: QuickPickOptions & { canPickMany?: false },
): Thenable<Item | undefined> => window.showQuickPick(items, { ...options, ignoreFocusOut: true });

/** Asks for any number of several. */
export const askChoices = <Item extends QuickPickItem>(
  items: readonly Item[],
  options: QuickPickOptions,
): Thenable<Item[] | undefined> => window.showQuickPick(items, { ...options, canPickMany: true, ignoreFocusOut: true });
