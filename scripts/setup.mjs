/** What both commands need first: a Node that is new enough, the packages of the lock file, a build. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Runs a program in the project's root and ends the whole script with its exit code where it fails. */
export function run(program, args, options = {}) {
  const { status, signal, error } = spawnSync(program, args, { cwd: ROOT, stdio: 'inherit', ...options });
  if (error) fail(`${program} could not be started: ${error.message}`);
  if (status !== 0) process.exit(signal === 'SIGINT' ? 130 : (status ?? 1));
}

export function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** Installs the packages of the lock file where they are missing or older than it. */
export function installPackages() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(`Node ${process.versions.node} is too old: Skymap Scanner needs Node 20.19 or newer.`);
  }
  const marker = `${ROOT}node_modules/.package-lock.json`;
  const lock = `${ROOT}package-lock.json`;
  if (existsSync(marker) && statSync(marker).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log('installing packages ...');
  const env = { ...process.env };
  // A home that cannot be written (a service account) must not stop the installation.
  if (!canWrite(homedir())) env.npm_config_cache = `${tmpdir()}/skymap-scanner-npm`;
  run('npm', ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { env });
}

export function build() {
  console.log('building ...');
  run('npm', ['run', '--silent', 'build']);
}

function canWrite(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
