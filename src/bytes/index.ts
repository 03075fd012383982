/** What every file format of ours and others' needs of bytes. */
export { crc32 } from './crc32.js';
export { sha256, sha256Hex } from './sha256.js';
