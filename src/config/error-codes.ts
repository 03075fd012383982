/**
 * Every code a user-facing error may carry, with the sentence that explains it in the documentation
 * (docs/errors.md is made from this table; a test holds the two together).
 */
export const ERROR_CODES = {
  'config/bad-value': 'A setting, argument or environment variable has a value that cannot be used.',
  'event/not-readable': 'The event file is neither an alert message (JSON or pickle), an .i3 file, nor an open event.',
  'event/bad-json': 'The file starts like JSON but is not valid JSON.',
  'event/bad-pickle': 'The pickle is damaged, or uses an instruction that plain data never needs.',
  'event/hostile-pickle': 'The pickle asks for a class, a function or a persistent id. Nothing of it was executed.',
  'event/bad-message': 'The alert message lacks a member that a scan needs, or it has another shape than expected.',
  'event/bad-frame': 'A frame inside the event cannot be decoded (layout, length or stop letter).',
  'event/bad-checksum': 'The checksum of a frame is wrong: the file was damaged on its way.',
  'event/bad-object': 'An object inside a frame cannot be decoded.',
  'event/missing-object': 'The event lacks an object that a scan needs.',
  'event/too-large': 'The file is larger than any event file can be.',
  'event/bad-open-event': 'The open event file does not follow its schema.',
  'detector/unknown': 'The event names a detector that is not built in and does not carry its modules itself.',
  'detector/bad-gcd': 'The baseline GCD file cannot be read.',
  'detector/unknown-dom': 'A pulse belongs to a module that the detector does not have.',
  'light/bad-table': 'The file is no photon table of this version, or it is damaged.',
  'light/bad-ice': 'An ice table lacks something, or has values that ice cannot have.',
  'file/not-found': 'The file does not exist.',
  'file/not-readable': 'The file exists but cannot be read.',
  'file/not-writable': 'The file or directory cannot be written.',
  'plot/no-position': 'No pixel of the map has a fit, so there is no position to zoom on.',
  'plot/no-renderer':
    'PNG files need the optional package @resvg/resvg-js, which is not installed or does not work here.',
  'result/bad-file': 'The result file is not one that the scanner or skyreader wrote.',
  'reco/unknown': 'There is no reconstruction of that name.',
  'reco/bad-event': 'The reconstruction cannot work on this event.',
  'reco/failed': 'A reconstruction failed.',
  'reco/bad-module': 'The module or command given as a reconstruction cannot be used.',
  'scan/bad-progression': 'The nside progression breaks one of its rules.',
  'scan/failed': 'The scan could not finish.',
  'scan/timed-out': 'No result came from the workers for longer than the limit.',
  'scan/other-scan': 'The cache directory holds the journal of another scan.',
  'scan/locked': 'Another scan that is still running writes to the same journal.',
  'broker/bad-address': 'The address of the broker cannot be understood.',
  'broker/unreachable': 'No broker answers at the address.',
  'broker/access-refused': 'The broker does not accept the user or the password (token).',
  'broker/no-vhost': 'The broker has no such virtual host, or the user may not use it.',
  'broker/tls': 'The encrypted connection to the broker failed, or one side encrypts and the other does not.',
  'broker/not-permitted': 'The broker does not let the user do with the queues what a scan needs.',
  'broker/queue-conflict': 'A queue of the scan exists with other properties, or another server uses it.',
  'broker/lost': 'The connection to the broker was lost and did not come back in time.',
  'broker/bad-message': 'A message on a queue of the scan is none of a scan. It was taken off the queue.',
  'broker/other-version': 'A message was written by another version of the scanner.',
} as const;

/** A stable code of a user-facing error. */
export type ErrorCode = keyof typeof ERROR_CODES;
