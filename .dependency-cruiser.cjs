/**
 * The layers of the house, top to bottom (ARCHITECTURE.md). Imports point down this list, never up:
 *
 *   cli -> node, browser -> session -> scan, client, web -> broker, report, plot, simulate -> result, reco -> prepare, light
 *             -> event, detector -> sky -> config
 *
 * Neighbours of one layer may use each other where that makes no cycle. The core imports nothing from Node.
 */
const layers = [
  ['cli'],
  ['node', 'browser'],
  ['session'],
  ['scan', 'client', 'web'],
  ['broker', 'report', 'plot', 'simulate'],
  ['result', 'reco'],
  ['prepare', 'light'],
  ['event', 'detector'],
  ['sky'],
  ['config', 'bytes', 'fits'],
];
const core = [
  'bytes',
  'event',
  'detector',
  'prepare',
  'sky',
  'light',
  'reco',
  'scan',
  'result',
  'config',
  'fits',
  'simulate',
  'report',
  'plot',
  'session',
  'browser',
  'web',
  'client',
];
const folder = (names) => `^src/(${names.join('|')})/`;

const rules = layers.flatMap((names, depth) => {
  const above = layers.slice(0, depth).flat();
  return above.length === 0
    ? []
    : [
        {
          name: `layer-${names.join('-')}`,
          comment: `${names.join(', ')} may not import from the layers above: ${above.join(', ')}`,
          severity: 'error',
          from: { path: folder(names) },
          to: { path: folder(above) },
        },
      ];
});

module.exports = {
  forbidden: [
    ...rules,
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, path: '^src/', pathNot: '(\\.d\\.ts$)' }, to: {} },
    {
      name: 'core-without-node',
      comment: 'The core runs in a browser unchanged: no Node built-ins, no package that needs them.',
      severity: 'error',
      from: { path: folder(core) },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'core-packages',
      comment: 'The core may use only packages that run in a browser.',
      severity: 'error',
      from: { path: folder(core) },
      to: { dependencyTypes: ['npm'], pathNot: 'node_modules/(fflate|fzstd|bz2|zod|d3-[a-z-]+)/' },
    },
    {
      name: 'cli-only-public-face',
      comment: 'A command is a thin file over the library: its public face and the Node edge, nothing deeper.',
      severity: 'error',
      from: { path: '^src/cli/' },
      to: { path: '^src/', pathNot: '^src/(cli|node)/|^src/index\\.ts$' },
    },
    {
      name: 'declared-dependencies',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  },
};
