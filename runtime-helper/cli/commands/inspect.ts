import type { Call, Command } from '../command.ts';
import { helpOption } from '../options.ts';
import { printFailure } from '../failure.ts';
import { formatValue } from '../format.ts';
import { inspectContainer, inspectImage } from '../inspect-documents.ts';
import { inspectNetwork } from '../inspect-network.ts';
import { platformFrom, platformOption } from '../platform-option.ts';
import { inspectVolume } from '../volume-documents.ts';
import { UsageError } from '../usage-error.ts';
import type { ContainerSize, Engine } from '../../engine/index.ts';
import { SkiffError } from '../../lib/errors.ts';

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
    const type = options.text('type');
    if (type !== undefined && !['container', 'image', 'network', 'volume'].includes(type))
      throw new UsageError(`"${type}" is not a valid value for --type`, 1);
    const lookUp = await finder(engine, args, { type, size: options.flag('size') });
    return printDocuments({ args, options, terminal }, lookUp, type ?? 'object');
  },
};

export const containerInspect: Command = {
  name: 'container inspect',
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  summary: 'Display detailed information on one or more containers',
  options: { format: inspect.options['format'] ?? helpOption, size: inspect.options['size'] ?? helpOption },
  args: { least: 1 },
  run: async ({ args, engine, options, terminal }) => {
    const lookUp = await finder(engine, args, { type: 'container', size: options.flag('size') });
    return printDocuments({ args, options, terminal }, lookUp, 'container');
  },
};

export const imageInspect: Command = {
  name: 'image inspect',
  usage: '[OPTIONS] IMAGE [IMAGE...]',
  summary: 'Display detailed information on one or more images',
  options: { format: inspect.options['format'] ?? helpOption, platform: platformOption('Inspect the image') },
  args: { least: 1 },
  run: async ({ args, engine, options, terminal }) =>
    printDocuments(
      { args, options, terminal },
      (reference) =>
        unlessMissing(() => engine.inspectImage(reference)) &&
        inspectImage(engine.inspectImage(reference, platformFrom(options))),
      'image',
    ),
};

/** Prints what is found, and says of what is not. The exit code. */
export function printDocuments(
  { args, options, terminal }: Pick<Call, 'args' | 'options' | 'terminal'>,
  lookUp: (reference: string) => object | undefined,
  kind: string,
): number {
  const format = options.text('format');
  const documents: object[] = [];
  const missing: SkiffError[] = [];
  for (const reference of args) {
    const document = lookUp(reference);
    if (document) documents.push(document);
    else missing.push(new SkiffError('not-found', absence(kind, reference)));
  }
  if (format === undefined) terminal.stdout(`${toJson(documents)}\n`);
  else if (format === 'json') terminal.stdout(`${JSON.stringify(documents)}\n`);
  else for (const document of documents) terminal.stdout(`${formatValue(document, format)}\n`);
  for (const failure of missing) printFailure(terminal, failure);
  return missing.length > 0 ? 1 : 0;
}

/** As Docker's daemon says it of each. */
const absence = (kind: string, reference: string): string =>
  kind === 'network' ? `network ${reference} not found` : `no such ${kind}: ${reference}`;

type Sizes = ReadonlyMap<string, ContainerSize>;

/** Sizes are walked for before anything is printed. */
async function finder(
  engine: Engine,
  references: readonly string[],
  { type, size }: { type: string | undefined; size: boolean },
): Promise<(reference: string) => object | undefined> {
  const ids =
    size && (type === undefined || type === 'container')
      ? references.flatMap((one) => unlessMissing(() => engine.findContainer(one).id) ?? [])
      : [];
  const sizes = ids.length > 0 ? await engine.containerSizes(ids) : undefined;
  return (reference) => find(engine, reference, type, sizes);
}

function find(engine: Engine, reference: string, type: string | undefined, sizes?: Sizes): object | undefined {
  if (type === 'network') return inspectNetwork(engine.findNetwork(reference));
  if (type === 'volume') return inspectVolume(engine.findVolume(reference));
  const container = type === 'image' ? undefined : unlessMissing(() => engine.findContainer(reference));
  if (container) {
    const size = sizes?.get(container.id);
    const config = engine.containerConfig(container.id);
    return inspectContainer({ container, config, ...(size ? { size } : {}) });
  }
  if (type === 'container') return undefined;
  const image = unlessMissing(() => engine.inspectImage(reference));
  if (image || type === 'image') return image && inspectImage(image);
  const network = unlessMissing(() => engine.findNetwork(reference));
  if (network) return inspectNetwork(network);
  const volume = unlessMissing(() => engine.findVolume(reference));
  return volume && inspectVolume(volume);
}

function unlessMissing<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch (error) {
    if (error instanceof SkiffError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/** Four spaces, as Docker; an empty list takes no line of its own. What would steer a terminal is escaped, as JSON allows. */
export function toJson(documents: readonly object[]): string {
  return JSON.stringify(documents, undefined, 4).replaceAll(
    /[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
