// `npm run check`: format, lint with types, type check and the tidy tests. Every part runs, so that one run tells all. `--fix` mends what it can.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { node24, root, run } from './node24.mjs';
import { begin } from './setup.mjs';

const bin = (name) => join(root, 'node_modules', name);

const tools = (fix) => ({
  format: [bin('prettier/bin/prettier.cjs'), fix ? '--write' : '--check', '--log-level', 'warn', '.'],
  lint: [bin('oxlint/bin/oxlint'), '--deny-warnings', ...(fix ? ['--fix'] : [])],
  types: [bin('typescript/bin/tsc'), '-p', '.'],
  // What runs in a browser has its types, and none of Node's.
  pages: [bin('typescript/bin/tsc'), '-p', 'src/webview'],
});

/** Runs the tools, prints how each went, and returns that. */
export function checks({ fix = false, more = {} } = {}) {
  return Object.entries({ ...tools(fix), ...more }).map(([name, args]) => {
    const started = performance.now();
    const ok = run(node24, args) === 0;
    console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
    return { name, ok };
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await begin();
  const tidy = readdirSync(join(root, 'test/tidy')).filter((name) => name.endsWith('.test.ts'));
  const more = { tidy: ['--test', '--test-reporter=dot', ...tidy.map((name) => join('test/tidy', name))] };
  process.exit(checks({ fix: process.argv.includes('--fix'), more }).every(({ ok }) => ok) ? 0 : 1);
}
