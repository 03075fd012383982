/** `prob`: how probable is a cone, a MOC or a polygon? */
import { Command, Option } from 'commander';
import type { ProbabilityMap } from '../index.js';
import { answer, openSky, positionText, short } from './open-sky.js';
import { ABOUT_PROBABILITY, cone, floorOption, resultArgument } from './sky-arguments.js';

const EXAMPLES = `
Examples:
  skymap-scanner prob RESULT.npz --cone 47.2,-3.5,1
  skymap-scanner prob RESULT.npz --moc survey.moc.fits --json
  skymap-scanner prob RESULT.npz --polygon field-of-view.csv

A MOC may be FITS, JSON or text (IVOA MOC 1 and 2). A polygon is a list of corners, one "RA,dec" a line, joined by great
circles, the smaller side being inside; or GeoJSON, whose polygons count together and whose lines are straight in RA and
dec. The line begins with the probability, so that scripts can cut it off.
${ABOUT_PROBABILITY}`;

interface Flags {
  readonly cone?: { raDeg: number; decDeg: number; radiusDeg: number };
  readonly moc?: string;
  readonly polygon?: string;
  readonly angularErrorFloor?: number;
  readonly json?: boolean;
}

export function probCommand(): Command {
  return new Command('prob')
    .summary('say how much probability a part of the sky holds')
    .description("Says in one line how much of a map's probability lies in a cone, a MOC or a polygon.")
    .addArgument(resultArgument())
    .addOption(new Option('--cone <ra,dec,radius>', 'circle, degrees').argParser(cone).conflicts(['moc', 'polygon']))
    .addOption(new Option('--moc <file>', 'coverage map: FITS, JSON or text').conflicts(['cone', 'polygon']))
    .addOption(new Option('--polygon <file>', 'corners as RA,dec lines, or GeoJSON').conflicts(['cone', 'moc']))
    .addOption(floorOption())
    .option('--json', 'print JSON')
    .option('--debug', 'show stack traces')
    .addHelpText('after', EXAMPLES)
    .action(prob);
}

async function prob(path: string, flags: Flags): Promise<void> {
  const { ConfigError } = await import('../index.js');
  if (flags.cone === undefined && flags.moc === undefined && flags.polygon === undefined) {
    throw new ConfigError(
      'config/bad-value',
      'No part of the sky is given.',
      'Give one of --cone RA,DEC,RADIUS, --moc FILE and --polygon FILE.',
    );
  }
  const { sky, blur } = await openSky(path, flags.angularErrorFloor);
  const { probability, about, text } = await probabilityOf(sky.probability, flags);
  answer(
    flags.json,
    { probability, ...about, angular_error_floor_deg: sky.probability.floorDeg },
    `${short(probability)}  probability ${text}; ${blur}`,
  );
}

async function probabilityOf(
  map: ProbabilityMap,
  flags: Flags,
): Promise<{ probability: number; about: object; text: string }> {
  const { mocAreaDeg2, probabilityInCone, probabilityInMoc, probabilityInPolygon, readMoc, readPolygon } = await import(
    '../index.js'
  );
  const { readWholeFile } = await import('../node/index.js');
  if (flags.cone !== undefined) {
    const { raDeg, decDeg, radiusDeg } = flags.cone;
    const degree = Math.PI / 180;
    return {
      probability: probabilityInCone(map, raDeg * degree, decDeg * degree, radiusDeg * degree),
      about: { cone: { ra_deg: raDeg, dec_deg: decDeg, radius_deg: radiusDeg } },
      text: `within ${radiusDeg} deg of ${positionText(raDeg, decDeg)}`,
    };
  }
  if (flags.moc !== undefined) {
    const moc = readMoc(await readWholeFile(flags.moc, 'MOC'), flags.moc);
    const area = mocAreaDeg2(moc);
    return {
      probability: probabilityInMoc(map, moc),
      about: { moc: flags.moc, area_deg2: area },
      text: `in ${flags.moc}, ${short(area)} deg2`,
    };
  }
  const polygon = readPolygon(new TextDecoder().decode(await readWholeFile(flags.polygon!, 'polygon')), flags.polygon);
  return {
    probability: probabilityInPolygon(map, polygon),
    about: { polygon: flags.polygon },
    text: `in ${flags.polygon}`,
  };
}
