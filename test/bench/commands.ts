/** Commands on a container that exists, each as a whole process. */
import { measure, prepare, type Measurement } from './measure.ts';
import { image, type Peer } from './peers.ts';
import { report } from './report.ts';

const name = 'measured';
/** busybox's shell as PID 1 obeys TERM only when it has a trap: what is measured is the engine, not the grace. */
const idle = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1000 & wait; done'];

export async function commands(peers: Peer[]): Promise<string> {
  const texts = (['run -d', 'exec', 'ps', 'inspect', 'start', 'stop', 'kill', 'rm -f'] as const).map((title) => {
    const measurements = peers.map((peer) => measurementOf(title, peer));
    const subject = { title, rounds: 12, unit: measurements[0]?.name ?? '', measurements };
    return report(subject, measure(subject));
  });
  return texts.join('\n');
}

type Title = 'run -d' | 'exec' | 'ps' | 'inspect' | 'start' | 'stop' | 'kill' | 'rm -f';

function measurementOf(title: Title, { name: peer, argv, env }: Peer): Measurement {
  const call = (...words: string[]): void => {
    const [command = '', ...args] = argv(...words);
    prepare(command, args, env);
  };
  const up = (): void => call('run', '-d', '--name', name, image, ...idle);
  const stopped = (): void => {
    up();
    call('kill', name);
    call('wait', name);
  };
  const after = (): void => call('rm', '-f', name);
  const common = { name: `${peer} ${title}`, env };
  switch (title) {
    case 'run -d':
      return { ...common, command: () => argv('run', '-d', '--name', name, image, ...idle), after };
    case 'exec':
      return { ...common, before: up, command: () => argv('exec', name, 'true'), after };
    case 'ps':
      return { ...common, before: up, command: () => argv('ps'), after };
    case 'inspect':
      return { ...common, before: up, command: () => argv('inspect', name), after };
    case 'start':
      return { ...common, before: stopped, command: () => argv('start', name), after };
    case 'stop':
      return { ...common, before: up, command: () => argv('stop', name), after };
    case 'kill':
      return { ...common, before: up, command: () => argv('kill', name), after };
    case 'rm -f':
      return { ...common, before: up, command: () => argv('rm', '-f', name) };
  }
}
