import { createHash } from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';

const installFolder = '/usr/local/libexec/skiff';

/** Where a binary of this digest is installed for sudo and pkexec. */
export function installedCopy(sha256: string): string {
  return `${installFolder}/${sha256}/skiff`;
}

/** install(1) takes the source's bytes as they are then; `isInstalled` afterwards says whether they are the right ones. */
export function installCommand(source: string, copy: string): string[] {
  return ['/usr/bin/install', '-D', '-o', 'root', '-g', 'root', '-m', '0755', '--', source, copy];
}

/** True only for a regular file of root's that nobody else can write, below folders of the same kind, with this digest. */
export function isInstalled(copy: string, sha256: string): boolean {
  try {
    for (const folder of [installFolder, `${installFolder}/${sha256}`]) {
      const status = lstatSync(folder);
      if (!status.isDirectory() || status.uid !== 0 || (status.mode & 0o022) !== 0) return false;
    }
    const status = lstatSync(copy);
    if (!status.isFile() || status.uid !== 0 || (status.mode & 0o022) !== 0) return false;
    return sha256Of(copy) === sha256;
  } catch {
    return false;
  }
}

export function sha256Of(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
