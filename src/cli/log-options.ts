/** The arguments of commands that run for a while: what they tell, where, and who may ask how they are. */
import { type Command, Option } from 'commander';

/** What commander makes of them. */
export interface LogArguments {
  readonly logFormat?: 'text' | 'json';
  readonly logFile?: string;
  readonly metrics?: string;
  readonly quiet?: true;
  readonly debug?: true;
}

/** The variables that say the same, for a help text. */
export const LOG_EXPLAINED = `\
SKYSCAN_LOG (INFO), least level of what is told: DEBUG, INFO, WARNING, ERROR or CRITICAL; SKYSCAN_MQ_CLIENT_LOG of the
broker, SKYSCAN_EWMS_PILOT_LOG of the fits (both as SKYSCAN_LOG), SKYSCAN_LOG_THIRD_PARTY (WARNING) of everything else;
SKYSCAN_LOG_FORMAT (text) and SKYSCAN_METRICS, as --log-format and --metrics.`;

export function addLogOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--log-format <form>', 'what goes to standard error: text, or one JSON object a line').choices([
        'text',
        'json',
      ]),
    )
    .option('--log-file <file>', 'write the log there too, one JSON object a line')
    .option(
      '--metrics <[host:]port>',
      'offer /metrics (Prometheus) and /healthz there; without a host to this machine only',
    )
    .option('--quiet', 'no progress, only errors')
    .option('--debug', 'tell everything, show stack traces');
}

/** The part of an observer's options that these arguments say. */
export function logChoice({ logFormat, logFile, metrics, quiet, debug }: LogArguments): {
  readonly isDebug: boolean;
  readonly isQuiet: boolean;
  readonly format?: 'text' | 'json';
  readonly file?: string;
  readonly metrics?: string;
} {
  return {
    isDebug: debug === true,
    isQuiet: quiet === true && debug !== true,
    ...(logFormat === undefined ? {} : { format: logFormat }),
    ...(logFile === undefined ? {} : { file: logFile }),
    ...(metrics === undefined ? {} : { metrics }),
  };
}
