import { describe, expect, it } from 'vitest';
import { ENVIRONMENT_VARIABLES, nearestName, readEnvironment } from '../../src/config/index.js';

describe('the environment', () => {
  it("has upstream's defaults", () => {
    expect(readEnvironment({})).toEqual({
      environment: {
        progressIntervalS: 60,
        resultIntervalS: 120,
        taskTimeoutS: 1800,
        crashDummyProbability: 0.5,
        isMiniTest: false,
        log: 'INFO',
        logThirdParty: 'WARNING',
        logMqClient: '',
        logPilot: '',
        logFormat: 'text',
        metrics: '',
        brokerClient: 'rabbitmq',
        brokerAddress: '',
        brokerAuth: '',
        timeoutToClientsS: 1800,
        timeoutFromClientsS: 259200,
        waitForFirstMessageS: 3600,
        prefetchFromClients: 300,
        quarantineS: 0,
        endsAfterFailure: false,
        concurrentTasks: 0,
        scanId: '',
        skydriverAddress: '',
        skydriverAuth: '',
        killSwitchIntervalS: 300,
        predictionWindowRatio: 0.25,
        predictionWindowMin: 400,
        webToken: '',
        ewmsJson: '',
      },
      warnings: [],
    });
  });

  it('is read by name, older names too, and an empty value counts as absent', () => {
    const { environment } = readEnvironment({
      SKYSCAN_PROGRESS_INTERVAL_SEC: ' 0.5 ',
      SKYSCAN_RESULT_INTERVAL_SEC: '',
      EWMS_PILOT_SUBPROC_TIMEOUT: '900',
      _SKYSCAN_CI_CRASH_DUMMY_PROBABILITY: '0',
      SKYSCAN_LOG: 'debug',
    });
    expect(environment).toMatchObject({
      progressIntervalS: 0.5,
      resultIntervalS: 120,
      taskTimeoutS: 900,
      crashDummyProbability: 0,
      log: 'DEBUG',
    });
  });

  it("has the defaults of upstream's v4 where EWMS made the queues", () => {
    const { environment } = readEnvironment({ SKYSCAN_EWMS_JSON: 'ewms.json' });
    expect(environment).toMatchObject({ ewmsJson: 'ewms.json', timeoutFromClientsS: 7200 });
  });

  it("knows every name of upstream's two generations, servers and clients", () => {
    const given = {
      SKYSCAN_BROKER_CLIENT: 'rabbitmq',
      SKYSCAN_BROKER_ADDRESS: 'host/vhost',
      SKYSCAN_BROKER_AUTH: 'token',
      SKYSCAN_MQ_TIMEOUT_TO_CLIENTS: '60',
      SKYSCAN_MQ_TIMEOUT_FROM_CLIENTS: '61',
      SKYSCAN_MQ_CLIENT_TIMEOUT_WAIT_FOR_FIRST_MESSAGE: '62',
      SKYSCAN_MQ_PREFETCH_FROM_CLIENTS: '63',
      SKYSCAN_PROGRESS_INTERVAL_SEC: '64',
      SKYSCAN_RESULT_INTERVAL_SEC: '65',
      SKYSCAN_PROGRESS_RUNTIME_PREDICTION_WINDOW_RATIO: '0.5',
      SKYSCAN_PROGRESS_RUNTIME_PREDICTION_WINDOW_MIN: '66',
      SKYSCAN_KILL_SWITCH_CHECK_INTERVAL: '67',
      SKYSCAN_SKYDRIVER_ADDRESS: 'https://host',
      SKYSCAN_SKYDRIVER_AUTH: 'token',
      SKYSCAN_SKYDRIVER_SCAN_ID: 'abc',
      SKYSCAN_EWMS_JSON: 'ewms.json',
      SKYSCAN_LOG: 'INFO',
      SKYSCAN_LOG_THIRD_PARTY: 'ERROR',
      SKYSCAN_EWMS_PILOT_LOG: 'WARNING',
      SKYSCAN_MQ_CLIENT_LOG: 'debug',
      SKYSCAN_MINI_TEST: 'true',
      SKYSCAN_CRASH_DUMMY_PROBABILITY: '0.1',
      SKYSCAN_DOCKER_ARGS: '--volume=/cvmfs:/cvmfs:ro,shared',
      SKYSCAN_DOCKER_IMAGE_TAG: 'latest',
      SKYSCAN_DOCKER_PULL_ALWAYS: '1',
      EWMS_PILOT_TASK_TIMEOUT: '68',
      EWMS_PILOT_QUARANTINE_TIME: '69',
      EWMS_PILOT_STOP_LISTENING_ON_TASK_ERROR: 'True',
      EWMS_PILOT_CONCURRENT_TASKS: '2',
    };
    const { environment, warnings } = readEnvironment(given);
    expect(warnings).toEqual([]);
    expect(environment).toMatchObject({
      brokerAddress: 'host/vhost',
      timeoutToClientsS: 60,
      timeoutFromClientsS: 61,
      waitForFirstMessageS: 62,
      prefetchFromClients: 63,
      predictionWindowRatio: 0.5,
      logThirdParty: 'ERROR',
      logPilot: 'WARNING',
      logMqClient: 'DEBUG',
      isMiniTest: true,
      taskTimeoutS: 68,
      quarantineS: 69,
      endsAfterFailure: true,
      concurrentTasks: 2,
    });
  });

  it.each([
    ['SKYSCAN_PROGRESS_INTERVAL_SEC', '0', 'a number of seconds above 0'],
    ['SKYSCAN_PROGRESS_INTERVAL_SEC', '1 min', 'a number of seconds above 0'],
    ['EWMS_PILOT_TASK_TIMEOUT', 'Infinity', 'a number of seconds above 0'],
    ['SKYSCAN_CRASH_DUMMY_PROBABILITY', '1.5', 'a number between 0 and 1'],
    ['SKYSCAN_MINI_TEST', 'maybe', 'true or false'],
    ['SKYSCAN_LOG', 'LOUD', 'one of DEBUG, INFO, WARNING, ERROR, CRITICAL'],
  ])('with %s=%s is refused, saying what would be right', (name, value, wanted) => {
    expect(() => readEnvironment({ [name]: value })).toThrow(
      `The environment variable ${name} is "${value}", not ${wanted}.`,
    );
  });

  it('warns of a SKYSCAN_ name that nobody knows, with the nearest known one, and of nothing else', () => {
    const { warnings } = readEnvironment({
      SKYSCAN_RESULTS_INTERVAL_SEC: '5',
      SKYSCAN_BROKER_ADDRESS: 'host',
      SKYSCAN_DOCKER_IMAGE_TAG: 'x',
      PATH: '/bin',
    });
    expect(warnings).toEqual([
      'The environment variable SKYSCAN_RESULTS_INTERVAL_SEC is unknown and has no effect; did you mean SKYSCAN_RESULT_INTERVAL_SEC?',
    ]);
  });

  it('explains every variable', () => {
    for (const { name, about } of ENVIRONMENT_VARIABLES) {
      expect(name).toMatch(/^(SKYSCAN|EWMS)_[A-Z_]+$/);
      expect(about).toMatch(/^[A-Z].*\.$/);
    }
  });
});

describe('the nearest name', () => {
  it('is the one with the fewest changed letters', () => {
    expect(nearestName('SCAN', ['scan', 'event', 'plot'])).toBe('scan');
    expect(nearestName('evnet', ['scan', 'event', 'plot'])).toBe('event');
    expect(nearestName('plt', ['scan', 'event', 'plot'])).toBe('plot');
    expect(nearestName('x', [])).toBe('');
  });
});
