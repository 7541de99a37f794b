import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Command } from '../command.ts';

export const systemService: Command = {
  name: 'system service',
  usage: '',
  summary: 'Print a systemd unit that starts containers with a restart policy at boot',
  options: {},
  args: { least: 0, most: 0 },
  run: async ({ engine, terminal }) => {
    const { root, runRoot } = engine.info();
    const isRoot = process.getuid?.() === 0;
    terminal.stdout(unit({ root, runRoot, isRoot }));
    return 0;
  },
};

/** systemd.unit(5), systemd.service(5). Nothing of it is needed: they also come back when Skiff is first used. */
function unit({ root, runRoot, isRoot }: { root: string; runRoot: string; isRoot: boolean }): string {
  const skiff = quote(join(dirname(process.argv[1] ?? ''), 'bin/skiff'));
  const command = `${skiff} --root ${quote(root)} --runroot ${quote(runRoot)}`;
  const folder = isRoot ? '/etc/systemd/system' : join(homedir(), '.config/systemd/user');
  const systemctl = isRoot ? 'systemctl' : 'systemctl --user';
  return `# Save as ${folder}/skiff-restore.service, then: ${systemctl} enable skiff-restore.service
[Unit]
Description=Start the Skiff containers that have a restart policy
After=network-online.target
Wants=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
# Monitors belong to their containers, not to this unit.
KillMode=process
Environment=SKIFF_NODE=${quote(process.execPath)}
ExecStart=${command} system restore

[Install]
WantedBy=${isRoot ? 'multi-user' : 'default'}.target
`;
}

/** As systemd reads words: a percent sign begins a specifier, a dollar sign a variable. */
function quote(text: string): string {
  const escaped = text.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w@%+=:,./$-]+$/.test(escaped) ? escaped : `"${escaped.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
