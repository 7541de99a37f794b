import { AsyncLocalStorage } from 'node:async_hooks';
import type { Terminal } from '../cli/terminal.ts';
import type { Elevation } from '../engine/index.ts';
import { SkiffError } from '../lib/errors.ts';
import { verbatim } from '../lib/phrase.ts';

/**
 * Whom the engine's questions go to: the terminal whose command needs the answer, found through the asynchronous context
 * that the command runs in, else `otherwise` (a window, or nobody).
 */
export class Questions {
  readonly #terminals = new AsyncLocalStorage<Terminal>();
  readonly elevation: Elevation;

  constructor(otherwise: Elevation) {
    this.elevation = {
      askPassword: (prompt, attempt) => {
        const terminal = this.#terminals.getStore();
        return terminal ? askPassword(terminal, prompt, attempt) : otherwise.askPassword(prompt, attempt);
      },
      askConsent: (path, sha256) => {
        const terminal = this.#terminals.getStore();
        return terminal ? askConsent(terminal, path, sha256) : otherwise.askConsent(path, sha256);
      },
    };
  }

  within<T>(terminal: Terminal, run: () => T): T {
    return this.#terminals.run(terminal, run);
  }
}

/** For a helper without a window: outside a command there is nobody to ask. */
export const nobody: Elevation = {
  askPassword: async () => undefined,
  askConsent: async () => false,
};

function askPassword(terminal: Terminal, prompt: string, attempt: number): Promise<string | undefined> {
  if (attempt > 1) terminal.stderr('Sorry, try again.\n');
  return terminal.askSecret(`${prompt}: `);
}

async function askConsent(terminal: Terminal, path: string, sha256: string): Promise<boolean> {
  terminal.stderr(
    'Skiff needs root rights for namespaces, mounts and networks. It gains them through one small program, which is\n' +
      'installed once where only root can change it:\n' +
      `  ${path}\n  SHA-256 ${sha256}\n`,
  );
  if (terminal.env['SKIFF_YES'] === '1') return true;
  const answer = await terminal.askSecret('Install it? [y/N] ');
  if (/^y(es)?$/i.test(answer?.trim() ?? '')) return true;
  throw new SkiffError('permission-denied', 'the native program may not be installed', {
    hint: verbatim('Say yes when you are asked, which takes a terminal, or set SKIFF_YES=1 to agree beforehand.'),
  });
}
