/**
 * `npm run bench [SUBJECT…]`: figures of this machine. Everything of one subject is run interleaved, and ratios of one run are what
 * counts; docker and podman take part where they are installed.
 */
import { commands } from './commands.ts';
import { crowd } from './crowd.ts';
import { images } from './images.ts';
import { networkStarts, networkThroughput } from './network.ts';
import { peers, type Peer } from './peers.ts';
import { pull } from './pull.ts';
import { run } from './run.ts';
import { streams } from './streams.ts';
import { windows } from './windows.ts';

const subjects: Record<string, (peers: Peer[]) => Promise<string>> = {
  run,
  commands,
  streams,
  windows,
  crowd,
  pull,
  images,
  network: networkStarts,
  throughput: networkThroughput,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in subjects));
if (unknown.length > 0) throw new Error(`no subject ${unknown.join(', ')}: ${Object.keys(subjects).join(', ')}`);

const all = await peers();
const disposeAll = async (): Promise<void> => {
  for (const peer of all) await peer.dispose().catch((error: unknown) => console.error(error));
};
// Their daemons, mounts and stores must not outlive a run that is given up.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void disposeAll().finally(() => process.exit(130)));
try {
  for (const [name, measureSubject] of Object.entries(subjects))
    if (wanted.length === 0 || wanted.includes(name)) process.stdout.write(`${await measureSubject(all)}\n`);
} finally {
  await disposeAll();
}
