/**
 * How large things may be. No event comes near these: alert files are below 1 MB, a baseline GCD file below 100 MB.
 * They keep a hostile or damaged file from taking the machine's memory.
 */
const MiB = 1024 * 1024;

/** Bytes of a file as it comes. */
export const MAX_FILE_BYTES: number = 256 * MiB;
/** Bytes of the inflated frames of a message together; a whole calibration takes about 40 MB. */
export const MAX_FRAME_BYTES: number = 128 * MiB;
/** Bytes of a decompressed .i3 stream. */
export const MAX_STREAM_BYTES: number = 512 * MiB;
/** Bytes of an alert message or open event, which is read into memory as a whole. */
export const MAX_MESSAGE_BYTES: number = 64 * MiB;
/** Values (lists, members, numbers ...) of a JSON document; an open event of a million pulses has five million. */
export const MAX_VALUES = 8_000_000;
/** Instructions of a pickle, and values it stands for; alert messages have a few hundred. */
export const MAX_PICKLE_VALUES = 1_000_000;
/** Lists and objects inside each other; alert messages have six. */
export const MAX_DEPTH = 100;
