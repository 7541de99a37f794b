import type { Command } from '../command.ts';
import { each, manyAtOnce } from '../each.ts';

export const rm: Command = {
  name: 'rm',
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  summary: 'Remove one or more containers',
  options: {
    force: { type: 'flag', short: 'f', help: 'Force the removal of a running container (uses SIGKILL)' },
    volumes: { type: 'flag', short: 'v', help: 'Remove anonymous volumes associated with the container' },
  },
  notBuilt: ['-l', '--link'],
  args: { least: 1 },
  privileged: true,
  run: (call) => {
    const { engine, operation, options } = call;
    const [force, volumes] = [options.flag('force'), options.flag('volumes')];
    const removeOne = (reference: string): Promise<void> =>
      engine.removeContainer(engine.findContainer(reference).id, { force, volumes }, operation);
    // As Docker: with force, what is not there is as it was to be.
    return each(call, removeOne, { ...manyAtOnce, isFine: ({ code }) => force && code === 'not-found' });
  },
};
