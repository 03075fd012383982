/** Reading a result file of either form. */
import { badFile } from './errors.js';
import { fromJson } from './json.js';
import { readNpz } from './npz/npz.js';
import { looksLikeZip } from './npz/zip-reader.js';
import type { ScanResult } from './types.js';

/** Decodes a .npz or .json result, told apart by content. Throws FileFormatError `result/bad-file`. */
export function readResult(bytes: Uint8Array, name = 'The result'): ScanResult {
  if (looksLikeZip(bytes)) return readNpz(bytes, name);
  const text = new TextDecoder().decode(bytes);
  if (!text.trimStart().startsWith('{')) throw badFile(name, 'is neither an .npz archive nor JSON');
  return fromJson(text, name);
}
