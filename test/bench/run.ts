/** The whole `run --rm IMAGE true` as a process, with and without a network, next to others and to the floor. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../support/compile.ts';
import { measure, prepare, type Measurement } from './measure.ts';
import { image, unpackedRootfs, type Peer } from './peers.ts';
import { report } from './report.ts';

export async function run(peers: Peer[]): Promise<string> {
  const floor = compile(join(import.meta.dirname, 'floor.c'));
  const folder = unpackedRootfs();
  const bridge = `sb${randomBytes(4).toString('hex')}`;
  const bare = (net: string): string[] => [floor, join(folder, 'rootfs'), join(folder, 'scratch'), net, '/bin/true'];
  prepare('ip', ['link', 'add', bridge, 'type', 'bridge']);
  try {
    prepare('ip', ['address', 'add', '10.213.0.1/16', 'dev', bridge]);
    prepare('ip', ['link', 'set', bridge, 'up']);
    const measurements: Measurement[] = [
      { name: 'fork+exec of true', command: () => [join(folder, 'rootfs/bin/true')] },
      { name: 'node -e 0', command: () => [process.execPath, '-e', '0'] },
      { name: 'floor, no network', command: () => bare('-') },
      { name: 'floor, bridge', command: () => bare(bridge) },
      ...peers.flatMap(({ name, argv, env }) => [
        {
          name: `${name} run, no network`,
          command: () => argv('run', '--rm', '--network', 'none', image, 'true'),
          env,
        },
        { name: `${name} run, bridge`, command: () => argv('run', '--rm', image, 'true'), env },
      ]),
    ];
    const subject = { title: 'run --rm IMAGE true', rounds: 30, unit: 'fork+exec of true', measurements };
    return report(subject, measure(subject));
  } finally {
    prepare('ip', ['link', 'delete', bridge]);
    rmSync(folder, { recursive: true, force: true });
  }
}
