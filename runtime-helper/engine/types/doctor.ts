/** The report on what this machine offers to containers. */
import type { Operation } from '../../lib/operation.ts';
import type { Phrase } from '../../lib/phrase.ts';

export type Finding = {
  /** Stable, for tests and links: `overlay`. */
  id: string;
  title: Phrase;
  /** `problem`: containers do not run, or lack what they were promised; `warning`: something is missing that few need. */
  verdict: 'good' | 'warning' | 'problem';
  /** What was found; for one line. */
  details: Phrase[];
  /** What to do about it; absent for what is good. */
  fix?: Phrase;
};

export type DoctorOperations = {
  /** Tries everything that containers need. Asks for privileges where it must; a refusal is a finding. */
  examine: (operation: Operation) => Promise<Finding[]>;
};
