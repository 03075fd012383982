/**
 * A pilot for tests: does with messages what ewms-pilot does (specs/sky-and-scan.md section 11). For each it writes the
 * in-file, runs a command, and puts what the out-file holds onto the other queue before it acknowledges; a command that
 * fails gives the message back.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Connection, ConsumerStatus } from 'rabbitmq-client';
import { openBody, packBody } from '../../src/broker/wire/body.js';
import { loadZstd } from '../../src/broker/wire/zstd.js';
import { type CommandResult, runCommand, temporaryDirectory } from './command.js';

export interface Pilot {
  /** How the tasks ended, in order. */
  readonly ended: readonly CommandResult[];
  stop(): Promise<void>;
}

/** The two queues of a scan, as EWMS makes them. */
export interface EwmsQueues {
  readonly toclient: string;
  readonly fromclient: string;
}

/** Makes the queues at the broker; returns the text of the file that SKYSCAN_EWMS_JSON names. */
export async function makeQueues(address: string, queues: EwmsQueues): Promise<string> {
  const connection = new Connection(asGuest(address));
  for (const queue of [queues.toclient, queues.fromclient]) {
    await connection.queueDeclare({ queue, durable: true, arguments: { 'x-queue-type': 'quorum' } });
  }
  await connection.close();
  const place = (name: string) => ({ name, auth_token: '', broker_type: 'rabbitmq', broker_address: address });
  return JSON.stringify({ toclient: place(queues.toclient), fromclient: place(queues.fromclient) });
}

/**
 * @param args words of the command; {{INFILE}} and {{OUTFILE}} are replaced
 */
export async function startPilot(
  address: string,
  queues: EwmsQueues,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Pilot> {
  const zstd = await loadZstd();
  const connection = new Connection(asGuest(address));
  const publisher = connection.createPublisher({ confirm: true });
  const ended: CommandResult[] = [];
  const folder = temporaryDirectory();
  let count = 0;
  const consumer = connection.createConsumer(
    { queue: queues.toclient, queueOptions: { passive: true }, qos: { prefetchCount: 1 }, concurrency: 1 },
    async (message) => {
      const [inFile, outFile] = [join(folder, `infile-${++count}.json`), join(folder, `outfile-${count}.json`)];
      writeFileSync(inFile, JSON.stringify(openBody(message.body, zstd)));
      const words = args.map((word) => word.replace('{{INFILE}}', inFile).replace('{{OUTFILE}}', outFile));
      const result = await runCommand(words, { cwd: folder, env });
      ended.push(result);
      if (result.code !== 0) return ConsumerStatus.REQUEUE;
      if (existsSync(outFile)) {
        const data = JSON.stringify(JSON.parse(readFileSync(outFile, 'utf8')));
        await publisher.send({ routingKey: queues.fromclient }, Buffer.from(packBody(data, zstd)));
      }
      return ConsumerStatus.ACK;
    },
  );
  consumer.on('error', () => undefined);
  return {
    ended,
    async stop() {
      await consumer.close();
      await publisher.close();
      await connection.close();
    },
  };
}

/** The package does not think of the user that every RabbitMQ has. */
function asGuest(address: string): string {
  return address.replace('amqp://', 'amqp://guest:guest@');
}
