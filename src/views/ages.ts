import type { Disposable, TreeView } from 'vscode';

/** Seldom: with a tree that is drawn anew VS Code takes away the tooltip of one of its rows. */
const lookMs = 15_000;

/**
 * Calls `redraw` when what a tree says of ages is no longer so, which is to draw the rows that say it: of a whole tree that is drawn anew VS
 * Code knows no row for a moment, and what is chosen there is lost. While it is hidden there is no timer.
 */
export function followAges(tree: TreeView<unknown>, words: () => string, redraw: () => void): Disposable {
  let timer: NodeJS.Timeout | undefined;
  const follow = (): void => {
    clearInterval(timer);
    if (!tree.visible) return;
    let said = words();
    timer = setInterval(() => {
      const now = words();
      if (now === said) return;
      said = now;
      redraw();
    }, lookMs);
  };
  const subscription = tree.onDidChangeVisibility(follow);
  follow();
  return {
    dispose: () => {
      clearInterval(timer);
      subscription.dispose();
    },
  };
}
