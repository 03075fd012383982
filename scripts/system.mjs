/**
 * Debian packages that the checks need (real Python readers and the like). Installs what is missing where it may (root),
 * and says in one line what to type where it may not; the tests that need the rest are then skipped with a reason.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Package -> what the checks use it for. */
export const SYSTEM_PACKAGES = {
  'python3-numpy': 'reads our npz files',
  'python3-astropy': 'reads and verifies our FITS files',
  'python3-astropy-healpix': 'a second implementation of HEALPix',
  'rabbitmq-server': 'the broker between servers and clients',
  'python3-pika': 'a second AMQP client on our queues',
  'python3-zstandard': 'a second reader of our messages',
  openssl: 'certificates for a broker with TLS',
  chromium: 'a real browser for the pages',
  'fonts-dejavu-core': 'text in the pictures of pages',
  'slurm-wlm': 'a real batch system',
  munge: 'who is who in Slurm',
  shellcheck: 'checks the launch scripts',
  iproute2: 'networks to cut',
  iptables: 'networks to cut',
  faketime: 'clocks that jump',
};

export function ensureSystemPackages(packages = Object.keys(SYSTEM_PACKAGES)) {
  if (!existsSync('/usr/bin/dpkg-query')) {
    console.log(
      `system packages: not a Debian machine; tests that need ${packages.join(', ')} are skipped where they are missing`,
    );
    return;
  }
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  const install = ['apt-get', '-o', 'DPkg::Lock::Timeout=120', 'install', '-y', '--no-install-recommends', ...missing];
  if (process.getuid?.() !== 0) {
    console.log(
      `system packages: not root, so ${missing.join(', ')} cannot be installed; the tests that need them are skipped.`,
    );
    console.log(
      `  To run them too: sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing.join(' ')}`,
    );
    return;
  }
  console.log(`system packages: installing ${missing.join(', ')} ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] };
  spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=120', 'update', '-qq'], quiet);
  const { status } = spawnSync(install[0], install.slice(1), quiet);
  if (status !== 0) {
    console.log(`system packages: "${install.join(' ')}" failed (${status}); the tests that need them are skipped.`);
  }
}

function isInstalled(name) {
  try {
    const text = execFileSync('dpkg-query', ['-s', name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return text.includes('Status: install ok installed');
  } catch {
    return false;
  }
}
