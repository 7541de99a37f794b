import type { Call, Command } from '../command.ts';
import { readLine } from '../read-line.ts';
import { insecureOption, registryAccess } from '../registry-options.ts';
import { cleanText } from '../text.ts';
import { SkiffError } from '../../lib/errors.ts';

export const login: Command = {
  name: 'login',
  usage: '[OPTIONS] [SERVER]',
  summary: 'Authenticate to a registry',
  options: {
    'insecure-registry': insecureOption,
    password: { type: 'text', short: 'p', help: 'Password' },
    'password-stdin': { type: 'flag', help: 'Take the password from stdin' },
    username: { type: 'text', short: 'u', help: 'Username' },
  },
  args: { least: 0, most: 1 },
  run: async (call) => {
    const { args, engine, operation, options, terminal } = call;
    const domain = serverOf(args[0]);
    const credentials = await askCredentials(call);
    const access = registryAccess(terminal, options.list('insecure-registry'));
    const file = await engine.login(domain, credentials, access, operation);
    if (file !== undefined)
      terminal.stderr(
        `\nWARNING! Your credentials are stored unencrypted in '${cleanText(file)}'.\nConfigure a credential helper to remove this warning. See\nhttps://docs.docker.com/go/credential-store/\n\n`,
      );
    terminal.stdout('Login Succeeded\n');
    return 0;
  },
};

/** `https://index.docker.io/v1/` and no server at all are Docker's own; a scheme or a path says nothing more. */
export function serverOf(text: string | undefined): string {
  const host = (text ?? 'docker.io').replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  if (!/^(\[[0-9a-fA-F:]+\]|[\w.-]+)(:\d+)?$/.test(host))
    throw new SkiffError('invalid-argument', `${JSON.stringify(text)} is not the name of a registry`);
  return ['index.docker.io', 'registry-1.docker.io'].includes(host) ? 'docker.io' : host;
}

async function askCredentials({ options, terminal }: Call): Promise<{ username: string; password: string }> {
  const [given, fromStdin] = [options.text('password'), options.flag('password-stdin')];
  if (given !== undefined) {
    terminal.stderr('WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n');
    if (fromStdin) throw new SkiffError('invalid-argument', '--password and --password-stdin are mutually exclusive');
  }
  let username = options.text('username') ?? '';
  if (fromStdin && username === '')
    throw new SkiffError('invalid-argument', 'must provide --username with --password-stdin');
  if (!fromStdin && given === undefined && !terminal.stdinTty)
    throw new SkiffError('invalid-argument', 'cannot perform an interactive login from a non-TTY device');
  if (username === '') {
    terminal.stdout('Username: ');
    username = (await readLine(terminal))?.trim() ?? '';
  }
  if (username === '') throw new SkiffError('invalid-argument', 'username is required');
  const password = given ?? (fromStdin ? await readLine(terminal) : await terminal.askSecret('Password: '));
  if (password === undefined || password === '') throw new SkiffError('invalid-argument', 'password is required');
  return { username, password };
}
