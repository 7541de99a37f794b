import type { Command } from '../command.ts';
import { documentFinder, inspectedTypes } from '../document-finder.ts';
import { inspectImage } from '../inspect-documents.ts';
import { helpOption } from '../options.ts';
import { unlessMissing } from '../../lib/errors.ts';
import { platformFrom, platformOption } from '../platform-option.ts';
import { noSuch, printDocuments } from '../print-documents.ts';
import { UsageError } from '../usage-error.ts';

export const inspect: Command = {
  name: 'inspect',
  usage: '[OPTIONS] NAME|ID [NAME|ID...]',
  summary: 'Return low-level information on containers, images, networks and volumes',
  options: {
    format: { type: 'text', short: 'f', help: "Format output: 'json' or a Go template" },
    size: { type: 'flag', short: 's', help: 'Display total file sizes if the type is container' },
    type: { type: 'text', help: 'Only inspect objects of the given type: container, image, network or volume' },
  },
  args: { least: 1 },
  run: async ({ args, engine, options, terminal }) => {
    const wanted = options.text('type');
    const type = inspectedTypes.find((known) => known === wanted);
    if (wanted !== type) throw new UsageError(`"${wanted}" is not a valid value for --type`, 1);
    return printDocuments(
      { args, options, terminal },
      await documentFinder(engine, args, { type, size: options.flag('size') }),
    );
  },
};

export const containerInspect: Command = {
  name: 'container inspect',
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  summary: 'Display detailed information on one or more containers',
  options: { format: inspect.options['format'] ?? helpOption, size: inspect.options['size'] ?? helpOption },
  args: { least: 1 },
  run: async ({ args, engine, options, terminal }) => {
    return printDocuments(
      { args, options, terminal },
      await documentFinder(engine, args, { type: 'container', size: options.flag('size') }),
    );
  },
};

export const imageInspect: Command = {
  name: 'image inspect',
  usage: '[OPTIONS] IMAGE [IMAGE...]',
  summary: 'Display detailed information on one or more images',
  options: { format: inspect.options['format'] ?? helpOption, platform: platformOption('Inspect the image') },
  args: { least: 1 },
  run: async ({ args, engine, options, terminal }) =>
    printDocuments({ args, options, terminal }, (reference) => {
      // An image that is here for other platforms only is one that can't be inspected, and no missing one.
      if (!unlessMissing(() => engine.inspectImage(reference))) throw noSuch('image', reference);
      return inspectImage(engine.inspectImage(reference, platformFrom(options)));
    }),
};
