/** The command line itself is wrong: nothing was done. */
export class UsageError extends Error {
  /** Absent: the one that a failure of the command has: what Docker's daemon would refuse, not its command line. */
  readonly exitCode: number | undefined;
  /** Whether to point at `--help`. */
  readonly hint: boolean;

  constructor(message: string, exitCode?: number, details: { hint?: boolean } = {}) {
    super(message);
    this.name = 'UsageError';
    this.exitCode = exitCode;
    this.hint = details.hint ?? false;
  }
}
