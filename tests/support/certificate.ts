/** A certificate for brokers that encrypt. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Writes a key and its certificate for this machine; returns the certificate, '' where there is no openssl. */
export function makeCertificate(key: string, certificate: string): string {
  const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
  const made = ['-keyout', key, '-out', certificate, '-subj', '/CN=localhost', '-addext', names];
  try {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', ...made], {
      stdio: 'ignore',
    });
    return readFileSync(certificate, 'utf8');
  } catch {
    console.log('no openssl (apt-get install openssl): tests of encrypted connections are left out');
    return '';
  }
}
