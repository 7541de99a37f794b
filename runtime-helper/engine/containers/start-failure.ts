import { asSkiffError, SkiffError } from '../../lib/errors.ts';
import { execWords, NativeFailure } from '../../sys/failure.ts';
import { phrase, type Phrase } from '../../lib/phrase.ts';

/**
 * Words and Docker's exit code for a process that could not be started: 127 when there is no such command, 126 when it can't be
 * executed, 125 for everything that is not the command's fault. A user or a folder that there is not is 126 for `exec`, and 125 for `run`.
 */
export function startFailure(error: unknown, command: string, isExec = false): SkiffError {
  if (!(error instanceof NativeFailure)) return withExitCode(asSkiffError(error), 125);
  const { stage, errno, object } = error;
  const failure = (message: string | Phrase, exitCode: number, hint?: Phrase): SkiffError =>
    new SkiffError(error.code, message, { cause: error, exitCode, ...(hint === undefined ? {} : { hint }) });
  if (stage === 'exec') {
    return failure(execWords(errno, command) ?? `exec: "${command}": ${error.message}`, errno === 'ENOENT' ? 127 : 126);
  }
  if (stage === 'runtime') return runtimeFailure(error);
  if (stage === 'user') return failure(nobody(object), isExec ? 126 : 125);
  if (stage === 'cwd') return failure(folderWords(object, errno), isExec ? 126 : 125);
  if (stage === 'join' && (errno === 'ESRCH' || errno === 'ENOENT') && /^[0-9a-f]{64}$/.test(object))
    return failure(phrase('container {0} is not running', object), 125);
  if (stage === 'overlay' && errno === 'ENODEV') {
    return failure(phrase('this kernel has no overlay file system'), 125, phrase('Load it as root: modprobe overlay.'));
  }
  // overlayfs.rst, "Upper and lower": not every file system can be the upper one.
  if (stage === 'overlay' && errno === 'EINVAL') {
    return failure(
      phrase("the store's file system can hold no containers (overlay and NFS can't)"),
      125,
      phrase('Name a folder on ext4, xfs, btrfs or tmpfs with --root or the setting skiff.root.'),
    );
  }
  if (stage === 'network' && errno === 'EADDRNOTAVAIL') {
    return new SkiffError(
      'invalid-argument',
      phrase('cannot publish on {0}: this machine has no such address', object),
      {
        cause: error,
        exitCode: 125,
        option: 'publish',
      },
    );
  }
  // rtnetlink's answer to a kind of link that the kernel does not know.
  if (stage === 'network' && errno === 'ENOTSUP') {
    return failure(
      phrase('this kernel has no bridges or no virtual Ethernet, which networks of containers are made of'),
      125,
      phrase('Load them as root: modprobe -a bridge veth; or run without: --network none.'),
    );
  }
  if (stage === 'network' && errno === 'EPROTONOSUPPORT') {
    return failure(
      phrase('this kernel has no such protocol for {0}', object),
      125,
      phrase('For SCTP, load it as root: modprobe sctp.'),
    );
  }
  if (stage === 'lock') return failure(phrase('the container is being started already'), 125);
  return failure(error.phrase ?? error.message, 125);
}

/** A group has a colon before it. */
const nobody = (name: string): Phrase =>
  name.startsWith(':')
    ? phrase('unable to find group {0}: no matching entries in group file', name.slice(1))
    : phrase('unable to find user {0}: no matching entries in passwd file', name);

function folderWords(folder: string, errno = ''): Phrase {
  switch (errno) {
    case 'ENOENT':
      return phrase('working directory {0}: no such file or directory', folder);
    case 'ENOTDIR':
      return phrase('working directory {0}: not a directory', folder);
    case 'EACCES':
      return phrase('working directory {0}: permission denied', folder);
    case 'EROFS':
      return phrase('working directory {0}: read-only file system', folder);
    case 'ENAMETOOLONG':
      return phrase('working directory {0}: file name too long', folder);
    // openat2(2): also what a link of /proc's that leads anywhere is answered with, since it is not followed.
    case 'ELOOP':
      return phrase(
        'working directory {0}: too many links, or one of /proc that may lead out of the container',
        folder,
      );
    default:
      return phrase('working directory {0}: {1}', folder, errno);
  }
}

/** What another runtime has logged, with the exit codes that Docker reads out of it. */
function runtimeFailure(error: NativeFailure): SkiffError {
  const { object, errno } = error;
  const said = /"msg":\s*("(?:[^"\\]|\\.)*)/.exec(object)?.[1];
  const words = said === undefined ? (errno === undefined ? object : error.message) : unquote(`${said}"`);
  const exitCode = said === undefined ? 125 : exitCodeOf(words);
  return new SkiffError(error.code, `OCI runtime: ${words}`, { cause: error, exitCode });
}

function exitCodeOf(words: string): number {
  if (/executable file.*not found|no such file or directory/i.test(words)) return 127;
  return /permission denied|not a directory|is a directory|exec format error/i.test(words) ? 126 : 125;
}

/** Cut off in the middle, perhaps. */
function unquote(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    return text.slice(1, -1);
  }
}

function withExitCode(error: SkiffError, exitCode: number): SkiffError {
  if (error.exitCode !== undefined) return error;
  return new SkiffError(error.code, error.phrase ?? error.message, {
    cause: error,
    exitCode,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.option === undefined ? {} : { option: error.option }),
  });
}
