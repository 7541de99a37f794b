import type { Command } from '../command.ts';
import { registryAccess } from '../registry-options.ts';
import { serverOf } from './login.ts';

export const logout: Command = {
  name: 'logout',
  usage: '[SERVER]',
  summary: 'Log out from a registry',
  options: {},
  args: { least: 0, most: 1 },
  run: async ({ args, engine, operation, terminal }) => {
    const domain = serverOf(args[0]);
    const name = domain === 'docker.io' ? 'https://index.docker.io/v1/' : domain;
    const wasIn = await engine.logout(domain, registryAccess(terminal, []), operation);
    terminal.stdout(wasIn ? `Removing login credentials for ${name}\n` : `Not logged in to ${name}\n`);
    return 0;
  },
};
