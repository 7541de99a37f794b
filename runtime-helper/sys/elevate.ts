import { spawn } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SkiffError } from '../lib/errors.ts';
import type { Log } from '../lib/operation.ts';
import { installedCopy, installCommand, isInstalled, sha256Of } from './installed-copy.ts';
import { Spawner, type SpawnerProcess } from './spawner.ts';
import { awaitReady, type StartOutcome } from './spawner-start.ts';
import { phrase, verbatim, type Phrase } from '../lib/phrase.ts';

/** How the user is asked. */
export type Elevation = {
  /** Absent: declined. `attempt` counts from 1. */
  askPassword: (prompt: string, attempt: number) => Promise<string | undefined>;
  askConsent: (path: string, sha256: string) => Promise<boolean>;
};

export type Elevated = { spawner: Spawner; through: 'direct' | 'sudo' | 'pkexec' };

const maxPasswordAttempts = 3;

/**
 * Starts the native program's spawner with the privileges that it needs: directly as root, else through sudo or pkexec
 * from a root-owned copy. Throws permission-denied with a hint when that can't be.
 */
export async function startSpawner(options: { binary: string; elevation: Elevation; log: Log }): Promise<Elevated> {
  const { binary, elevation, log } = options;
  if (process.getuid?.() === 0) return { spawner: await startDirectly(binary, log), through: 'direct' };
  const obstacle = elevationObstacle();
  if (obstacle) throw obstacle;
  const tool = findTool() ?? 'sudo';
  const sha256 = sha256Of(binary);
  const copy = installedCopy(sha256);
  const passwords = passwordSource(elevation);
  if (!isInstalled(copy, sha256)) {
    if (!(await elevation.askConsent(copy, sha256)))
      throw refusal(phrase('the native program may not be installed'), phrase('Allow it and try again.'));
    await runElevated(tool, installCommand(binary, copy), passwords, log);
    if (!isInstalled(copy, sha256))
      throw refusal(phrase('{0} is not what was to be installed', copy), phrase('Remove it as root and try again.'));
  }
  const { child, ready } = await elevate(tool, [copy, '--spawner'], passwords, log, 'spawner');
  if (!ready) throw refusal(phrase('{0} started nothing', tool), phrase('Look at the log.'));
  return { spawner: new Spawner(child, log), through: tool };
}

async function startDirectly(binary: string, log: Log): Promise<Spawner> {
  const child = spawn(binary, ['--spawner'], { stdio: ['pipe', 'pipe', 'pipe'] });
  const outcome = await awaitReady(child, { log });
  if (outcome.kind === 'ready') return new Spawner(child, log);
  throw new SkiffError('unavailable', phrase('{0} did not start: {1}', binary, describe(outcome)));
}

/** What stands in the way of any privileges, known without asking for them; undefined: they may be asked for. */
export function elevationObstacle(): SkiffError | undefined {
  if (process.getuid?.() === 0) return undefined;
  // no_new_privs makes sudo and pkexec fail with texts that nobody understands (prctl(2), PR_SET_NO_NEW_PRIVS).
  if (/^NoNewPrivs:\s*1$/m.test(readFileSync('/proc/self/status', 'utf8')))
    return refusal(
      phrase('this session can gain no privileges (NoNewPrivs is set, as snap, flatpak and some sandboxes do)'),
      phrase(
        'Start VS Code outside the sandbox (the .deb instead of the snap), or run `skiff` in an ordinary terminal.',
      ),
    );
  if (findTool() === undefined)
    return refusal(phrase('neither sudo nor pkexec is installed'), phrase('Install sudo, or run VS Code as root.'));
  return undefined;
}

type Tool = 'sudo' | 'pkexec';

function findTool(): Tool | undefined {
  return (['sudo', 'pkexec'] as const).find(onPath);
}

function onPath(name: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => {
    try {
      accessSync(join(folder || '.', name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

type PasswordSource = { current: string | undefined; ask: (attempt: number) => Promise<string> };

/** The password is asked once for the whole start, kept in memory for its length, and never stored. */
function passwordSource(elevation: Elevation): PasswordSource {
  const source: PasswordSource = {
    current: undefined,
    ask: async (attempt) => {
      if (attempt === 1 && source.current !== undefined) return source.current;
      const user = process.env['USER'] ?? 'you';
      const password = await elevation.askPassword(`[sudo] password for ${user}`, attempt);
      if (password === undefined)
        throw refusal(
          phrase('no password was given'),
          phrase('Containers need root rights. Try again when you have them.'),
        );
      source.current = password;
      return password;
    },
  };
  return source;
}

async function runElevated(tool: Tool, command: string[], passwords: PasswordSource, log: Log): Promise<void> {
  await elevate(tool, command, passwords, log, 'command');
}

/** Tries without a password first. What it returns runs as root. */
async function elevate(
  tool: Tool,
  command: string[],
  passwords: PasswordSource,
  log: Log,
  kind: 'spawner' | 'command',
): Promise<{ child: SpawnerProcess; ready: boolean }> {
  if (tool === 'pkexec') {
    const child = start('pkexec', command);
    return settle(child, await awaitReady(child, { log, kind }));
  }
  const quiet = start('sudo', ['-n', '--', ...command]);
  const first = await awaitReady(quiet, { log, kind });
  if (first.kind !== 'failed' || !/password is required|a terminal is required/.test(first.stderr))
    return settle(quiet, first);
  // A prompt that no message of sudo's contains, so that we know when it asks.
  const token = `skiff-password-${process.pid}:`;
  const child = start('sudo', ['-S', '-p', token, '--', ...command]);
  let attempt = 0;
  const answer = async (): Promise<string> => {
    attempt += 1;
    if (attempt > maxPasswordAttempts) throw refusal(phrase('wrong password'), phrase('Try again.'));
    return passwords.ask(attempt);
  };
  return settle(child, await awaitReady(child, { log, kind, token, answer }));
}

/** In English: what it says is read. */
function start(tool: Tool, args: string[]): SpawnerProcess {
  return spawn(tool, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C' } });
}

function settle(child: SpawnerProcess, outcome: StartOutcome): { child: SpawnerProcess; ready: boolean } {
  if (outcome.kind === 'failed' && /incorrect password/.test(outcome.stderr))
    throw refusal(phrase('wrong password'), phrase('Try again.'));
  if (outcome.kind === 'failed')
    throw refusal(verbatim(describe(outcome)), phrase('An administrator must allow you to use sudo for Skiff.'));
  return { child, ready: outcome.kind === 'ready' };
}

function describe(outcome: StartOutcome): string {
  if (outcome.kind !== 'failed') return outcome.kind;
  const lines = outcome.stderr.trim().split('\n');
  return lines.at(-1) || `exit status ${outcome.status}`;
}

function refusal(reason: Phrase, hint: Phrase): SkiffError {
  return new SkiffError('permission-denied', reason, { hint });
}
