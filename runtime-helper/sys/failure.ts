import { getSystemErrorMap } from 'node:util';
import { SkiffError } from '../lib/errors.ts';
import { inEnglish, phrase, type Phrase } from '../lib/phrase.ts';

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
    message: string | Phrase,
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
  const where = [stage, object].filter(Boolean).join(': ');
  const words = reasons[errno ?? '']?.(where) ?? [where, description].filter(Boolean).join(': ');
  return new NativeFailure(codeOf(errno), stage, errno, object, words);
}

/** What libuv says, too, of what may befall anybody. */
const reasons: Readonly<Record<string, (where: string) => Phrase>> = {
  ENOENT: (where) => phrase('{0}: no such file or directory', where),
  ENOTDIR: (where) => phrase('{0}: not a directory', where),
  EISDIR: (where) => phrase('{0}: illegal operation on a directory', where),
  EEXIST: (where) => phrase('{0}: file already exists', where),
  ENOTEMPTY: (where) => phrase('{0}: directory not empty', where),
  EACCES: (where) => phrase('{0}: permission denied', where),
  EPERM: (where) => phrase('{0}: operation not permitted', where),
  EROFS: (where) => phrase('{0}: read-only file system', where),
  EBUSY: (where) => phrase('{0}: resource busy or locked', where),
  ENOSPC: (where) => phrase('{0}: no space left on device', where),
  ENOMEM: (where) => phrase('{0}: not enough memory', where),
  EMFILE: (where) => phrase('{0}: too many open files', where),
};

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

/** That a command can't be executed and why, in Docker's words; absent for what has none. */
export function execWords(errno: string | undefined, command: string): Phrase | undefined {
  switch (errno) {
    case 'ENOENT':
      return command.includes('/')
        ? phrase('exec: "{0}": stat {0}: no such file or directory', command)
        : phrase('exec: "{0}": executable file not found in $PATH', command);
    case 'EACCES':
      return phrase('exec: "{0}": permission denied', command);
    case 'ENOEXEC':
      return phrase('exec: "{0}": exec format error', command);
    case 'EISDIR':
      return phrase('exec: "{0}": is a directory', command);
    default:
      return undefined;
  }
}

/** The reason alone. */
export function execReason(errno: string | undefined, command: string): string | undefined {
  const words = execWords(errno, command);
  return words && inEnglish(words).slice(`exec: "${command}": `.length);
}
