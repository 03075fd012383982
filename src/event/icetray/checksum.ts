/** The checksums of .i3 frames (specs/event-formats.md 3.2). */

const CRC32C_TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, i) => {
  let crc = i;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc >>> 0;
});

const CRC16_TABLE: Uint16Array = Uint16Array.from({ length: 256 }, (_, i) => {
  let crc = i << 8;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) !== 0 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc;
});

/** CRC-32C polynomial (reflected), start 0, no final inversion: frames of version 6. */
export function crc32cWithoutInversion(bytes: Uint8Array): number {
  let crc = 0;
  for (let i = 0; i < bytes.length; i++) crc = CRC32C_TABLE[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return crc >>> 0;
}

/** CRC-16-CCITT, not reflected, start ffff, no final inversion: frames of version 5. */
export function crc16Ccitt(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (let i = 0; i < bytes.length; i++) crc = (CRC16_TABLE[(crc >> 8) ^ bytes[i]!]! ^ (crc << 8)) & 0xffff;
  return crc;
}
