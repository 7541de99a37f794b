import type { Command } from '../command.ts';

export const tag: Command = {
  name: 'tag',
  usage: 'SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]',
  summary: 'Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE',
  options: {},
  args: { least: 2, most: 2 },
  run: async ({ args: [source = '', target = ''], engine }) => {
    await engine.tagImage(source, target);
    return 0;
  },
};
