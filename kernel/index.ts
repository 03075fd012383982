/** What the kernel exports (AssemblyScript; scripts/build-kernel.mjs makes src/reco/kernel/code.ts of it). */
export { addColumns, addListed, cholesky, dotColumns, dotListed, gram, squareListed, sumColumns } from './vector';
