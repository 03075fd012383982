/** What every file format of ours and others' needs of bytes. */
export { crc32 } from './crc32.js';
