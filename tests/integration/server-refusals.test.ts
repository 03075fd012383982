import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommand, temporaryDirectory } from '../support/command.js';
import { expectOneSentence } from './server-support.js';
import { simulatedEvent } from './support.js';

let event: string;
let folder: string;
beforeAll(async () => {
  event = await simulatedEvent();
  folder = dirname(event);
  writeFileSync(join(folder, 'text.json'), 'hello');
  writeFileSync(join(folder, 'list.json'), '[]');
  writeFileSync(join(folder, 'newer.json'), '{"scan_id": "a", "mq_basename": "a", "skymap_scanner": {"version": 9}}');
  writeFileSync(join(folder, 'other.json'), '{"scan_id": "a", "mq_basename": "a"}');
  writeFileSync(join(folder, 'torn.json'), '{"scan_id": "a", "mq_basename": "a", "skymap_scanner": {"version": 1}}');
});

const HERE = { SKYSCAN_BROKER_ADDRESS: '127.0.0.1:1' };
const COMMON =
  'server --client-startup-json OUT/startup.json --cache-dir OUT/cache --output-dir OUT --event-file EVENT --reco-algo dummy --nsides 1:0';
const SERVER = `${COMMON} --simulated-event`;

/** Arguments (EVENT the event file, DIR its folder, OUT an empty directory), exit code, the one sentence, environment. */
type Refused = [words: string, exitCode: number, sentence: RegExp, env?: Readonly<Record<string, string>>];
const REFUSED: Refused[] = [
  [SERVER, 2, /SKYSCAN_BROKER_ADDRESS is not set/],
  [SERVER, 2, /SKYSCAN_BROKER_ADDRESS is not set/, { SKYSCAN_BROKER_ADDRESS: '' }],
  [COMMON, 2, /Neither --real-event nor --simulated-event was said/, HERE],
  [`${COMMON} --real-event`, 2, /its run is 1, and real runs have numbers from 100000/, HERE],
  [SERVER.replace(' --cache-dir OUT/cache', ''), 2, /required option '-c, --cache-dir <dir>' not specified/, HERE],
  [SERVER, 2, /There is no broker client "carrier_pigeon"/, { ...HERE, SKYSCAN_BROKER_CLIENT: 'carrier_pigeon' }],
  [SERVER, 2, /address of the broker begins with "http:\/\/"/, { SKYSCAN_BROKER_ADDRESS: 'http://u:secret@host' }],
  [SERVER, 2, /address of the broker has the port 99999/, { SKYSCAN_BROKER_ADDRESS: 'host:99999' }],
  [SERVER, 2, /SKYSCAN_MQ_TIMEOUT_FROM_CLIENTS is "soon"/, { ...HERE, SKYSCAN_MQ_TIMEOUT_FROM_CLIENTS: 'soon' }],
  [`${SERVER} --message-form mqclient`, 2, /need an event with IceTray frames/, HERE],
  [SERVER, 1, /file of SKYSCAN_EWMS_JSON nowhere\.json does not exist/, { SKYSCAN_EWMS_JSON: 'nowhere.json' }],
  ['client', 2, /required option '--client-startup-json <file>' not specified/, HERE],
  ['client --client-startup-json DIR/nowhere.json', 2, /SKYSCAN_BROKER_ADDRESS is not set/],
  ['client --client-startup-json DIR/nowhere.json', 1, /start-up file .*nowhere\.json does not exist/, HERE],
  ['client --client-startup-json DIR/text.json', 1, /start-up file .*text\.json is not JSON/, HERE],
  ['client --client-startup-json DIR/list.json', 1, /list\.json is no JSON object/, HERE],
  ['client --client-startup-json DIR/other.json', 1, /other\.json holds no scan/, HERE],
  ['client --client-startup-json DIR/newer.json', 1, /is of version 9; this program knows version 1/, HERE],
  ['client --client-startup-json DIR/torn.json', 1, /has a member product_version that cannot be used/, HERE],
  ['client --client-startup-json EVENT --workers 0', 2, /'--workers <number>' argument '0' is invalid/, HERE],
  ['reco --infile EVENT --outfile DIR/text.json --client-startup-json EVENT', 1, /out-file .* exists already/],
  ['reco --infile EVENT --outfile OUT/out.json --client-startup-json EVENT', 1, /holds no task/],
  ['reco --infile DIR/no.json --outfile OUT/out.json --client-startup-json EVENT', 1, /in-file .* does not exist/],
];

describe('what server, clients and single tasks cannot do', () => {
  it.each(REFUSED)('%s: exit code %i, %s', async (words, exitCode, sentence, env = {}) => {
    const output = temporaryDirectory();
    const args = words
      .split(' ')
      .map((word) => word.replace('EVENT', event).replace('DIR', folder).replace('OUT', output));
    const result = await runCommand(args, { cwd: output, env });
    expect(result.code).toBe(exitCode);
    expectOneSentence(result, sentence);
    expect(readdirSync(output).filter((name) => name !== 'cache')).toEqual([]);
  });

  it('is taught by the help of each, with a complete example for two machines', async () => {
    for (const command of ['server', 'client']) {
      const { code, stdout, stderr } = await runCommand([command, '--help']);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/one\$ skymap-scanner server .*\n.*\n {2}two\$ skymap-scanner client /);
      expect(stdout).toContain('SKYSCAN_BROKER_ADDRESS');
    }
    expect((await runCommand(['reco', '--help'])).stdout).toContain('{{INFILE}}');
  });
});
