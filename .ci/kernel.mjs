// Debian's kernel for tests that need another one than this machine's: unpacked in .cache, not installed.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isOffered, kernelPackage } from './debian.mjs';
import { cache, must, output, runOnline } from './node24.mjs';

/** `boot/vmlinuz-*`, `lib/modules/*` and `sbin/apparmor_parser` are below it. */
export const kernelFolder = join(cache, 'other-kernel');

/** Fetches it, and what the kernel's policies are compiled with, where there is one for this machine. */
export function unpackKernel() {
  if (existsSync(kernelFolder) || process.arch !== 'x64' || !isOffered(kernelPackage)) return;
  const depends = output('apt-cache', ['depends', '--important', kernelPackage]) ?? '';
  const [, name] = /Depends: (linux-image-\S+)/.exec(depends) ?? [];
  if (name === undefined) throw new Error(`apt-cache knows no kernel behind ${kernelPackage}`);
  console.log(`setup: ${name}, apparmor (another kernel for tests, unpacked in .cache, not installed)`);
  const scratch = `${kernelFolder}.${process.pid}`;
  mkdirSync(scratch, { recursive: true });
  const download = ['-qq', '-o', 'APT::Sandbox::User=root', 'download', name, 'apparmor'];
  if (runOnline('apt-get', download, { cwd: scratch }) !== 0) {
    // A list of packages that is old names what is gone: then the tests that want this kernel say that there is none.
    console.log('setup: apt-get could not download it; `apt-get update` may help');
    return rmSync(scratch, { recursive: true });
  }
  for (const archive of readdirSync(scratch).filter((file) => file.endsWith('.deb')))
    must('dpkg-deb', ['--extract', join(scratch, archive), join(scratch, 'files')]);
  renameSync(join(scratch, 'files'), kernelFolder);
  rmSync(scratch, { recursive: true });
}
