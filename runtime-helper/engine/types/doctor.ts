/** The report on what this machine offers to containers. */
import type { Operation } from '../../lib/operation.ts';

export type Finding = {
  /** Stable, for tests and links: `overlay`. */
  id: string;
  title: string;
  /** `problem`: containers do not run, or lack what they were promised; `warning`: something is missing that few need. */
  verdict: 'good' | 'warning' | 'problem';
  /** What was found, in one line. */
  detail: string;
  /** What to do about it; absent for what is good. */
  fix?: string;
};

export type DoctorOperations = {
  /** Tries everything that containers need. Asks for privileges where it must; a refusal is a finding. */
  examine: (operation: Operation) => Promise<Finding[]>;
};
