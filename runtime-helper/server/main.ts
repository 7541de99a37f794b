/** Entry of dist/helper.js. Whatever is written to standard output belongs to the wire. */
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    /** Serve `skiff` on the listening socket that is fd 3. Absent: JSON-RPC on stdin and stdout. */
    cli: { type: 'boolean', default: false },
    root: { type: 'string' },
    runroot: { type: 'string' },
  },
});

const roots = {
  ...(values.root === undefined ? {} : { root: values.root }),
  ...(values.runroot === undefined ? {} : { runRoot: values.runroot }),
};

const oldestNode = [22, 15] as const;

async function main(): Promise<void> {
  if (isTooOld(process.versions.node)) {
    const [major, minor] = oldestNode;
    process.stderr.write(
      `error Node.js ${process.versions.node} is too old: Skiff needs ${major}.${minor} or newer; name one in SKIFF_NODE\n`,
    );
    process.exitCode = 1;
    return;
  }
  // Each door loads only what it needs: the time until the first answer is what a user waits for.
  if (values.cli) await (await import('./cli-server.ts')).serveCommandLine(roots);
  else (await import('./rpc-server.ts')).serveRpc(roots);
}

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1]);
}

// Whoever started us may be gone, and the other end of our log with him.
process.stderr.on('error', () => {});

main().catch((error: unknown) => {
  // The last line is what whoever started us shows.
  process.stderr.write(`error ${error instanceof Error ? `${error.stack}\nerror ${error.message}` : String(error)}\n`);
  process.exitCode = 1;
});
