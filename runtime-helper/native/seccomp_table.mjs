// Writes seccomp_table.h from seccomp_names.txt and the kernel's headers: `node seccomp_table.mjs > seccomp_table.h`; and what the helper
// compiles other profiles with: `node seccomp_table.mjs --typescript > ../oci/seccomp/tables.ts`. System call numbers never change, so the result is kept beside its source and made anew only when a name is added.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const names = readFileSync(join(import.meta.dirname, 'seccomp_names.txt'), 'utf8')
  .split('\n')
  .filter((line) => !line.startsWith('#'))
  .join(' ')
  .split(/\s+/)
  .filter(Boolean);

// Newer than the headers of the distributions that we build on; the same number on every architecture.
const recent = {
  cachestat: 451,
  fchmodat2: 452,
  futex_wake: 454,
  futex_wait: 455,
  futex_requeue: 456,
  statmount: 457,
  listmount: 458,
  mseal: 462,
  setxattrat: 463,
  getxattrat: 464,
  listxattrat: 465,
  removexattrat: 466,
};
const special = ['clone', 'clone3', 'personality', 'socket'];

const generic =
  '#define __BITS_PER_LONG 64\n#define __ARCH_WANT_RENAMEAT\n#define __ARCH_WANT_NEW_STAT\n#define __ARCH_WANT_SET_GET_RLIMIT\n' +
  '#define __ARCH_WANT_TIME32_SYSCALLS\n#define __ARCH_WANT_SYS_CLONE3\n#define __ARCH_WANT_MEMFD_SECRET\n#include <asm-generic/unistd.h>\n';
const architectures = {
  x86_64: '#include <asm/unistd_64.h>\n',
  i386: '#include <asm/unistd_32.h>\n',
  aarch64: generic,
};

/** Numbers by name, as the preprocessor knows them. */
function numbers(source) {
  const macros = execFileSync('gcc', ['-E', '-dM', '-xc', '-'], { input: source, encoding: 'utf8' });
  const values = new Map();
  for (const [, name, value] of macros.matchAll(/^#define (__NR(?:3264)?_\w+) (\w+)$/gm)) values.set(name, value);
  // asm-generic says `__NR_lseek __NR3264_lseek`, and the number of that.
  const resolve = (value) => (value === undefined || /^\d+$/.test(value) ? value : resolve(values.get(value)));
  const resolved = [...values].map(([name, value]) => [name.replace(/^__NR(?:3264)?_/, ''), resolve(value)]);
  return new Map(resolved.filter(([, value]) => value !== undefined).map(([name, value]) => [name, Number(value)]));
}

if (process.argv[2] === '--typescript') writeTypeScript();
else writeC();

/** Every call by name with its number, and the names of the default profile. */
function writeTypeScript() {
  const lines = (text) => text.replaceAll(/(.{1,120})(?: |$)/g, "  '$1 ' +\n").replace(/ ' \+\n$/, "'");
  process.stdout.write('// Made by native/seccomp_table.mjs from seccomp_names.txt: do not edit.\n\n');
  for (const [architecture, source] of Object.entries(architectures)) {
    const known = [...numbers(source), ...Object.entries(recent)].filter(
      ([name]) => !/^(?:syscalls|arch_specific_syscall)$/.test(name),
    );
    const calls = [...new Map(known)].sort(([, a], [, b]) => a - b).map(([name, number]) => `${name}=${number}`);
    process.stdout.write(`export const ${architecture} =\n${lines(calls.join(' '))};\n\n`);
  }
  process.stdout.write(`export const defaultNames =\n${lines(names.join(' '))};\n`);
}

function writeC() {
  process.stdout.write('/* Made by seccomp_table.mjs from seccomp_names.txt: do not edit. */\n');
  for (const [architecture, source] of Object.entries(architectures)) {
    const known = numbers(source);
    const allowed = names.flatMap((name) => known.get(name) ?? recent[name] ?? []);
    const sorted = [...new Set(allowed)].sort((a, b) => a - b);
    process.stdout.write(`static const uint16_t allowed_${architecture}[] = {\n`);
    for (let at = 0; at < sorted.length; at += 16) process.stdout.write(`\t${sorted.slice(at, at + 16).join(', ')},\n`);
    process.stdout.write('};\n');
    for (const name of special)
      process.stdout.write(
        `#define ${architecture.toUpperCase()}_${name.toUpperCase()} ${known.get(name) ?? recent[name]}\n`,
      );
  }
  process.stdout.write(`#define LAST_KNOWN_CALL ${Math.max(...Object.values(recent))}\n`);
}
