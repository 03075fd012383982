import { describe, expect, it } from 'vitest';
import { parseRabbitAddress } from '../../../src/broker/rabbitmq/address.js';

describe('an address of RabbitMQ', () => {
  const cases: [address: string, auth: string, expected: object][] = [
    ['localhost', '', { isTls: false, host: 'localhost', port: 5672, user: 'guest', password: 'guest', vhost: '/' }],
    ['mq.example.org/skymap', '', { host: 'mq.example.org', vhost: 'skymap' }],
    ['mq.example.org:5673/', 'tok', { port: 5673, user: '', password: 'tok', vhost: '/' }],
    ['amqps://me@mq.example.org', 'tok', { isTls: true, port: 5671, user: 'me', password: 'tok' }],
    ['rabbitmq://me:old@h:1/v', 'tok', { isTls: false, user: 'me', password: 'tok', port: 1, vhost: 'v' }],
    ['amqp://s%40m:p%3Aw%2F%C3%A4:x@h/a%2Fb', '', { user: 's@m', password: 'p:w/\u00e4:x', vhost: 'a/b' }],
    ['AMQPS://[::1]:5671/a/b', '', { isTls: true, host: '::1', port: 5671, vhost: 'a/b' }],
  ];
  it.each(cases)('%s says what it means', (address, auth, expected) => {
    expect(parseRabbitAddress(address, auth)).toMatchObject(expected);
  });

  it('is shown without the password', () => {
    expect(parseRabbitAddress('amqps://me:secret@[::1]:5671/a%2Fb', '').where).toBe('amqps://[::1]:5671/a/b');
  });
});
