/** Clients as jobs of a batch system: what all systems need to know of them, and what each makes of it. */

/** So many clients of one scan, all alike. */
export interface ClientJobs {
  /** Lower-case letters, digits and hyphens, beginning with a letter: `skyscan-20240101-120000`. */
  readonly name: string;
  readonly scanId: string;
  readonly jobs: number;
  /** Fits at the same time in each job, one processor each. */
  readonly workers: number;
  /** Of each job, MiB. */
  readonly memoryMib: number;
  /** Absolute path. */
  readonly startupFile: string;
  /** Further arguments of the `client` command. */
  readonly clientArguments: readonly string[];
  /** Container image; null for this installation, on a file system that all machines share. */
  readonly image: string | null;
  /** Absolute path of the directory for logs and submit files. */
  readonly logs: string;
  /** Variables for the clients, where the environment of whoever submits does not set them. */
  readonly defaults: Readonly<Record<string, string>>;
  /** Account or group that pays; null for the usual one. */
  readonly group: string | null;
  /** Further settings in the words of the batch system. */
  readonly settings: readonly (readonly [name: string, value: string])[];
}

/** A program to run, and what it reads on its standard input. */
export interface SubmitCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly input?: string;
}

/** What is handed to a batch system. */
export interface Submission {
  /** Name of the file in the directory of logs. */
  readonly fileName: string;
  /** Text of that file, without secrets. */
  readonly text: string;
  /** How it is handed over. `path` is that of the file. */
  submit(path: string): SubmitCommand;
  /** The job's name in the system, out of what the command printed. */
  jobOf(printed: string): string;
  /** How the clients are ended before the scan is over. */
  stop(job: string): string;
}

/** Variables that clients read, and launchers of clients: SKYSCAN_ and EWMS_ but for what only servers need. */
export function isForClients(name: string): boolean {
  return /^_?(SKYSCAN|EWMS)_/.test(name) && !/^SKYSCAN_(SKYDRIVER|DOCKER)_|^SKYSCAN_EWMS_JSON$/.test(name);
}
