import { getSystemErrorMap } from 'node:util';
import { SkiffError } from '../lib/errors.ts';

/** A failure of the native program. `errno` is a name such as ENOENT, absent when no system call failed. */
export class NativeFailure extends SkiffError {
  readonly stage: string;
  readonly errno: string | undefined;
  readonly object: string;

  constructor(
    code: ConstructorParameters<typeof SkiffError>[0],
    stage: string,
    errno: string | undefined,
    object: string,
    message: string,
  ) {
    super(code, message);
    this.stage = stage;
    this.errno = errno;
    this.object = object;
  }
}

/** Turns what the native program says (stage, errno, object) into an error with a stable code. */
export function failureOf(stage: string, errnoNumber: number, object: string): NativeFailure {
  const known = errnoNumber > 0 ? getSystemErrorMap().get(-errnoNumber) : undefined;
  const [errno, description] = known ?? [undefined, undefined];
  const text = [`${stage}`, object, description].filter(Boolean).join(': ');
  return new NativeFailure(codeOf(errno), stage, errno, object, text);
}

function codeOf(errno: string | undefined): ConstructorParameters<typeof SkiffError>[0] {
  switch (errno) {
    case 'ENOENT':
    case 'ESRCH':
      return 'not-found';
    case 'EEXIST':
      return 'already-exists';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'permission-denied';
    case 'EINVAL':
    case 'EISDIR':
    case 'ENOTDIR':
    case 'ENAMETOOLONG':
    case 'ELOOP':
      return 'invalid-argument';
    case 'ENOTEMPTY':
    case 'EXDEV':
      return 'failed-precondition';
    case 'ENOSPC':
    case 'EDQUOT':
    case 'ENOMEM':
    case 'EMFILE':
      return 'unavailable';
    default:
      return 'internal';
  }
}

/** Why a command can't be executed, in Docker's words; absent for what has none. */
export function execReason(errno: string | undefined, command: string): string | undefined {
  switch (errno) {
    case 'ENOENT':
      return command.includes('/')
        ? `stat ${command}: no such file or directory`
        : 'executable file not found in $PATH';
    case 'EACCES':
      return 'permission denied';
    case 'ENOEXEC':
      return 'exec format error';
    case 'EISDIR':
      return 'is a directory';
    default:
      return undefined;
  }
}
