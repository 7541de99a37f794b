import type { Command } from '../command.ts';

export const commit: Command = {
  name: 'commit',
  usage: '[OPTIONS] CONTAINER [REPOSITORY[:TAG]]',
  summary: "Create a new image from a container's changes",
  options: {
    author: { type: 'text', short: 'a', help: 'Author (e.g., "John Hannibal Smith <hannibal@a-team.com>")' },
    change: { type: 'list', short: 'c', help: 'Apply Dockerfile instruction to the created image' },
    message: { type: 'text', short: 'm', help: 'Commit message' },
    pause: { type: 'flag', short: 'p', default: true, help: 'Pause container during commit' },
  },
  args: { least: 1, most: 2 },
  privileged: true,
  run: async ({ args: [container = '', reference], engine, operation, options, terminal }) => {
    const author = options.text('author');
    const message = options.text('message');
    const { id } = await engine.commitContainer(
      engine.findContainer(container).id,
      {
        ...(reference === undefined ? {} : { reference }),
        ...(author === undefined ? {} : { author }),
        ...(message === undefined ? {} : { message }),
        changes: options.list('change'),
        pause: options.flag('pause'),
      },
      operation,
    );
    terminal.stdout(`${id}\n`);
    return 0;
  },
};
