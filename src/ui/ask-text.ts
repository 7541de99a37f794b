import { window, type InputBoxOptions } from 'vscode';

/**
 * Asks for a line of text; undefined: taken back with Escape. The box stays when something else takes the focus, as a tree does that
 * VS Code draws anew: else what was typed would be lost.
 */
export const askText = (options: InputBoxOptions): Thenable<string | undefined> =>
  window.showInputBox({ ...options, ignoreFocusOut: true });
