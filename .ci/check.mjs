// `npm run check`: format, lint with types, type check and the tidy tests. Every part runs, so that one run tells all. `--fix` mends what it can.
import { join } from 'node:path';
import { readdirSync } from 'node:fs';
import { continueOnNode24, node24, root, run } from './node24.mjs';

await continueOnNode24();
const bin = (name) => join(root, 'node_modules', name);
const fix = process.argv.includes('--fix');
const tidy = readdirSync(join(root, 'test/tidy'))
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => `test/tidy/${name}`);

const steps = {
  format: [bin('prettier/bin/prettier.cjs'), fix ? '--write' : '--check', '--log-level', 'warn', '.'],
  lint: [bin('oxlint/bin/oxlint'), '--deny-warnings', ...(fix ? ['--fix'] : [])],
  types: [bin('typescript/bin/tsc'), '-p', '.'],
  tidy: ['--test', '--test-reporter=dot', ...tidy],
};
const failed = Object.entries(steps).filter(([name, args]) => {
  const started = performance.now();
  const ok = run(node24, args) === 0;
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  return !ok;
});
process.exit(failed.length === 0 ? 0 : 1);
