import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mount } from '../oci/runtime-config.ts';

/** What `@host` hides of the machine that it shows. */
export type HostView = { mounts: Mount[]; maskedPaths: string[] };

type HostUser = { name: string; uid: number; home: string };

/**
 * `@host` is the machine's own root file system as a read-only lower layer. Hidden are: what is another user's (homes),
 * what opens doors elsewhere (keys, tokens, password hashes), container stores (ours among them), and what only makes
 * sense on the running host (/run, /tmp). See README, "@host".
 */
export function hostView(options: { hidden: string[]; user: { uid: number; home: string } }): HostView {
  const users = parsePasswd(readFileSync('/etc/passwd', 'utf8'));
  const own = options.user.home;
  const otherHomes = users.filter(({ home }) => home !== own).map(({ home }) => home);
  const secrets = homeSecrets.map((name) => join(own, name));
  return {
    mounts: [
      { destination: '/run', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', 'mode=755'] },
      { destination: '/tmp', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', 'mode=1777'] },
    ],
    maskedPaths: [...options.hidden, ...otherHomes, ...secrets, ...systemSecrets, ...hostKeys()],
  };
}

/** Homes of people: root's, and those of ordinary users; a system account's is often /usr/sbin or /. */
function parsePasswd(text: string): HostUser[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', , id = '', , , home = ''] = line.split(':');
    const uid = Number(id);
    const person = uid === 0 || (uid >= 1000 && uid < 65534);
    return person && home.split('/').length > 1 && home !== '/' ? [{ name, uid, home }] : [];
  });
}

const homeSecrets = [
  '.ssh',
  '.gnupg',
  '.aws',
  '.azure',
  '.config/gcloud',
  '.config/gh',
  '.config/containers/auth.json',
  '.docker',
  '.kube',
  '.netrc',
  '.git-credentials',
  '.npmrc',
  '.pypirc',
  '.password-store',
  '.vault-token',
  '.local/share/keyrings',
];

const systemSecrets = [
  '/etc/shadow',
  '/etc/shadow-',
  '/etc/gshadow',
  '/etc/gshadow-',
  '/etc/ssl/private',
  '/etc/letsencrypt',
  '/etc/wireguard',
  '/etc/krb5.keytab',
  '/etc/NetworkManager/system-connections',
  '/var/lib/docker',
  '/var/lib/containers',
  '/var/lib/containerd',
  '/var/lib/skiff',
];

/** Private keys of the host's sshd, whatever their kinds are called. */
function hostKeys(): string[] {
  try {
    return readdirSync('/etc/ssh')
      .filter((name) => /^ssh_host_.*_key$/.test(name))
      .map((name) => join('/etc/ssh', name));
  } catch {
    return [];
  }
}
