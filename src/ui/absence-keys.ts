import { commands } from 'vscode';
import type { Absence, Absences } from '../model/absences.ts';

/** Tells the `when` clauses what there is none of, so that the palette leaves out what can't work. What was not listed so far may be there. */
export class AbsenceKeys {
  readonly #absent = new Set<Absence>();

  tell(absences: Absences): void {
    for (const [kind, isAbsent] of Object.entries(absences) as [Absence, boolean][]) {
      if (isAbsent === this.#absent.has(kind)) continue;
      if (isAbsent) this.#absent.add(kind);
      else this.#absent.delete(kind);
      // Context keys are for `when` clauses only; nothing depends on when they have arrived.
      void commands.executeCommand('setContext', `skiff.no.${kind}`, isAbsent);
    }
  }

  /** Nobody knows any more. */
  forget(): void {
    this.tell(Object.fromEntries([...this.#absent].map((kind) => [kind, false])));
  }
}
