import { asSkiffError, SkiffError } from '../../lib/errors.ts';
import { execReason, NativeFailure } from '../../sys/failure.ts';

/**
 * Words and Docker's exit code for a process that could not be started: 127 when there is no such command, 126 when it can't be
 * executed, 125 for everything that is not the command's fault.
 */
export function startFailure(error: unknown, command: string): SkiffError {
  if (!(error instanceof NativeFailure)) return withExitCode(asSkiffError(error), 125);
  const { stage, errno, object } = error;
  const failure = (message: string, exitCode: number, hint?: string): SkiffError =>
    new SkiffError(error.code, message, { cause: error, exitCode, ...(hint === undefined ? {} : { hint }) });
  if (stage === 'exec') {
    const reason = execReason(errno, command) ?? error.message;
    return failure(`exec: "${command}": ${reason}`, errno === 'ENOENT' ? 127 : 126);
  }
  if (stage === 'user') return failure(`unable to find user ${object}: no matching entries in passwd file`, 126);
  if (stage === 'cwd') return failure(`working directory ${object}: ${errno}`, 126);
  if (stage === 'overlay' && errno === 'ENODEV') {
    return failure('this kernel has no overlay file system', 125, 'Load it as root: modprobe overlay.');
  }
  if (stage === 'network' && errno === 'EADDRINUSE') {
    const reason = `Bind for ${object} failed: port is already allocated`;
    return new SkiffError('conflict', `driver failed programming external connectivity: ${reason}`, {
      cause: error,
      exitCode: 125,
      option: 'publish',
      hint: 'Publish another port of this machine, or end what has this one: ss -lnp shows it.',
    });
  }
  if (stage === 'lock') return failure('the container is being started already', 125);
  return failure(error.message, 125);
}

function withExitCode(error: SkiffError, exitCode: number): SkiffError {
  if (error.exitCode !== undefined) return error;
  return new SkiffError(error.code, error.message, {
    cause: error,
    exitCode,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.option === undefined ? {} : { option: error.option }),
  });
}
