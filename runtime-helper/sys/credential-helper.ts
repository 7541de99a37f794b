import { spawn } from 'node:child_process';
import { errnoOf, SkiffError } from '../lib/errors.ts';

const maxBytes = 1024 * 1024;
const patienceMs = 60_000;

/**
 * Runs `docker-credential-<name> <verb>` with `input` on its stdin (github.com/docker/docker-credential-helpers). Resolves with what it printed;
 * throws unavailable with what it printed when it fails.
 */
export function runCredentialHelper(
  name: string,
  verb: string,
  input: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const program = `docker-credential-${name}`;
  const fail = (reason: string, cause?: unknown): SkiffError =>
    new SkiffError('unavailable', `error getting credentials - ${program} ${verb}: ${reason}`, { cause });
  return new Promise((resolve, reject) => {
    const child = spawn(program, [verb], { env: { ...env }, stdio: ['pipe', 'pipe', 'ignore'] });
    // Not spawn's own: that one goes on, and keeps us alive, when there is no such program.
    const timer = setTimeout(() => child.kill('SIGTERM'), patienceMs);
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.length > maxBytes) child.kill('SIGKILL');
    });
    // It may end without reading.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.once('error', (cause) => {
      clearTimeout(timer);
      reject(fail(errnoOf(cause) === 'ENOENT' ? 'executable file not found in $PATH' : cause.message, cause));
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      if (code === 0) resolve(said);
      else reject(fail(said.trim() || `failed with ${code}`));
    });
  });
}
