import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { node24 } from './paths.ts';

export type User = { uid: number; name: string; home: string };

/** Someone who is not root and whom sudo lets do everything without a password; undefined when there is none here. */
export function userWithSudo(): User | undefined {
  return accounts().find((user) => canReachUs(user) && asUser(user, ['sudo', '-n', 'true']));
}

/** Someone whom sudo lets do nothing. */
export function userWithoutSudo(): User | undefined {
  return accounts().find((user) => canReachUs(user) && !asUser(user, ['sudo', '-n', 'true']));
}

function accounts(): User[] {
  return readFileSync('/etc/passwd', 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, , , home = '/']) => ({ name, uid: Number(uid), home }))
    .filter(({ uid }) => uid >= 1000);
}

/** A project in a folder of root's can't be used by others. */
const canReachUs = (user: User): boolean => asUser(user, [node24, '--version']);

function asUser({ uid, name, home }: User, [command = '', ...args]: string[]): boolean {
  const env = { PATH: process.env['PATH'], HOME: home, USER: name };
  return spawnSync(command, args, { uid, gid: uid, cwd: '/', env, stdio: 'ignore' }).status === 0;
}
