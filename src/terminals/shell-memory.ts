import type { Memento } from 'vscode';
import { shells } from './shells.ts';

const key = 'skiff.shells';

/** Which shell an image's containers have, once it was found. Images without one that is known are asked again. */
export class ShellMemory {
  readonly #memory: Memento;

  constructor(memory: Memento) {
    this.#memory = memory;
  }

  /** All that are worth a try, the one that is known first. */
  candidates(image: string): readonly (readonly string[])[] {
    const known = this.#known()[image];
    const first = known === undefined ? undefined : shells.find((shell) => shell.join(' ') === known);
    return first ? [first, ...shells.filter((shell) => shell !== first)] : shells;
  }

  async found(image: string, shell: readonly string[]): Promise<void> {
    const known = this.#known();
    if (known[image] !== shell.join(' ')) await this.#memory.update(key, { ...known, [image]: shell.join(' ') });
  }

  #known(): Record<string, string> {
    return this.#memory.get<Record<string, string>>(key) ?? {};
  }
}
