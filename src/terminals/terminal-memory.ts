import type { Memento } from 'vscode';

/** A terminal that a window had open: onto PID 1, or onto a session of its own. */
export type Remembered = { container: string; session?: string };

const key = 'skiff.terminals';
const othersKey = 'skiff.otherTerminals';

/** Which terminals are open, for the window's next life: VS Code does not bring back an extension's own terminals. */
export class TerminalMemory {
  readonly #memory: Memento;
  readonly #open = new Map<object, Remembered>();
  #isEnding = false;

  constructor(memory: Memento) {
    this.#memory = memory;
  }

  /** What was open when the window went, and whether others than ours were. To be asked once, first of all. */
  take(): { remembered: Remembered[]; hadOthers: boolean } {
    return {
      remembered: this.#memory.get<Remembered[]>(key) ?? [],
      hadOthers: this.#memory.get<boolean>(othersKey) ?? false,
    };
  }

  sawOthers(others: boolean): void {
    if (this.#memory.get<boolean>(othersKey) !== others) this.#keep(othersKey, others);
  }

  opened(terminal: object, what: Remembered): void {
    this.#open.set(terminal, what);
    this.#save();
  }

  closed(terminal: object): void {
    if (this.#open.delete(terminal)) this.#save();
  }

  /** The window goes: what closes from now on was not closed by a person. */
  end(): void {
    this.#isEnding = true;
  }

  #save(): void {
    this.#keep(key, [...this.#open.values()]);
  }

  #keep(name: string, value: unknown): void {
    // A window that can't remember has lost nothing that is open.
    if (!this.#isEnding) this.#memory.update(name, value).then(undefined, () => undefined);
  }
}
