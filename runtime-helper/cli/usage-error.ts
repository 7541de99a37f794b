/** The command line itself is wrong: nothing was done. */
export class UsageError extends Error {
  readonly exitCode: number;
  /** Whether to point at `--help`. */
  readonly hint: boolean;

  constructor(message: string, exitCode: number, details: { hint?: boolean } = {}) {
    super(message);
    this.name = 'UsageError';
    this.exitCode = exitCode;
    this.hint = details.hint ?? false;
  }
}
