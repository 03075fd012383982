/**
 * Compiles kernel/*.ts (AssemblyScript) to WebAssembly, as text in src/reco/kernel/code.ts. The result is checked in, so that
 * nothing but a change of the kernel needs the compiler; `--check` says whether it is what the sources say.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const target = join(root, 'src/reco/kernel/code.ts');

const { binary } = await compile();
const base64 = Buffer.from(binary).toString('base64');
const text = `/** Made from kernel/*.ts by scripts/build-kernel.mjs (npm run build:kernel); not to be edited. */
export const KERNEL_CODE: string =
${base64
  .match(/.{1,110}/g)
  .map((line) => `  '${line}'`)
  .join(' +\n')};
`;
if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  console.error('src/reco/kernel/code.ts is not what kernel/*.ts says: npm run build:kernel');
  process.exit(1);
}
console.log(`kernel: ${binary.length} bytes`);

async function compile() {
  const files = new Map();
  const { error, stderr } = await asc.main(
    [
      'kernel/index.ts',
      '--outFile',
      'kernel.wasm',
      '-O3',
      '--runtime',
      'stub',
      '--importMemory',
      '--noAssert',
      '--enable',
      'simd',
      '--disable',
      'bulk-memory',
    ],
    {
      readFile: (name, base) => {
        try {
          return readFileSync(join(root, base === '.' ? name : join(base, name)), 'utf8');
        } catch {
          return null;
        }
      },
      writeFile: (name, contents) => files.set(name, contents),
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  return { binary: files.get('kernel.wasm') };
}
