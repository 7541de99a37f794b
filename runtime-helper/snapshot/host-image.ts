import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Mount } from '../oci/runtime-config.ts';
import { homeSecrets, systemSecrets } from './host-secrets.ts';

/** What `@host` hides of the machine that it shows. */
export type HostView = { mounts: Mount[]; maskedPaths: string[] };

export type HostViewOptions = {
  /** Paths beyond the usual ones. */
  hidden: string[];
  /** Absolute: whose home is in sight, but for the secrets in it. */
  home: string;
  /** Targets of the mounts that the user asked for: those are in sight, wherever they are. */
  targets: string[];
};

/** What of the machine decides, so that tests can say it. */
export type Machine = {
  /** Text of /etc/passwd. */
  passwd: string;
  /** Names in /home: of people whom /etc/passwd does not know, too. */
  homes: string[];
  /** Names in /etc/ssh. */
  ssh: string[];
};

/**
 * `@host` is the machine's own root file system as a read-only lower layer. Hidden are: what is another user's (homes),
 * what opens doors elsewhere (keys, tokens, password hashes), container stores (ours among them), and what only makes
 * sense on the running host (/run, /tmp). See README, "@host".
 */
export function hostView(options: HostViewOptions, machine: Machine = thisMachine()): HostView {
  const own = resolve(options.home);
  const hidden = [
    ...options.hidden,
    ...otherHomes(own, machine),
    ...homeSecrets.map((name) => join(own, name)),
    ...systemSecrets,
    // Private keys of the host's sshd, whatever their kinds are called.
    ...machine.ssh.filter((name) => name.endsWith('_key')).map((name) => join('/etc/ssh', name)),
  ];
  const wanted = [...new Set(hidden)].filter((path) => !options.targets.some((target) => holds(target, path)));
  // A mask is read-only and comes last: what the user mounts below one needs an empty directory that comes first.
  const isAbove = (path: string): boolean => options.targets.some((target) => holds(path, target));
  return {
    mounts: ['/run', '/tmp', ...wanted.filter(isAbove)].map(emptyDirectory),
    maskedPaths: wanted.filter((path) => !isAbove(path)),
  };
}

const emptyDirectory = (destination: string): Mount => ({
  destination,
  type: 'tmpfs',
  source: 'tmpfs',
  options: ['nosuid', 'nodev', destination === '/tmp' ? 'mode=1777' : 'mode=755'],
});

/** Whether `path` is `folder` or lies in it. */
const holds = (folder: string, path: string): boolean => path === folder || path.startsWith(`${folder}/`);

/** Of people: root's, those of ordinary users in /etc/passwd, and whatever is in /home. */
function otherHomes(own: string, { passwd, homes }: Machine): string[] {
  const known = passwd.split('\n').flatMap((line) => {
    const [, , id = '', , , home = ''] = line.split(':');
    const uid = Number(id);
    // A system account's is often /usr/sbin or /; 65534 and 65535 are nobody.
    const isPerson = id !== '' && (uid === 0 || (uid >= 1000 && uid !== 65_534 && uid !== 65_535));
    return isPerson && home.startsWith('/') && resolve(home) !== '/' ? [resolve(home)] : [];
  });
  return [...known, ...homes.map((name) => join('/home', name))].filter((home) => home !== own);
}

function thisMachine(): Machine {
  return { passwd: readFileSync('/etc/passwd', 'utf8'), homes: namesIn('/home'), ssh: namesIn('/etc/ssh') };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
