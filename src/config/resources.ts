/**
 * The product's own data files (geometry, ice, schemas) live in `resources/`. The core never opens files: whoever runs
 * it hands in a reader (from disk in Node, by fetch in a browser).
 */

/** Reads one file by its path below `resources/`, for example `ice/spice_mie.csv`. */
export type ReadResource = (path: string) => Promise<Uint8Array>;
