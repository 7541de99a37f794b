import type { Options, OptionSpec } from './options.ts';

/** `--platform` of a command that does `what`. */
export const platformOption = (what: string): OptionSpec => ({
  type: 'text',
  help: `${what} for this platform: os/architecture[/variant]`,
});

export function platformFrom(options: Options): { platform?: string } {
  const platform = options.text('platform');
  return platform === undefined ? {} : { platform };
}
