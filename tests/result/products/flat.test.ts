import { describe, expect, it } from 'vitest';
import {
  bestFit,
  flatLlhFits,
  flatProbability,
  flatProbabilityFits,
  flattenLlh,
  skyMaps,
  summarize,
} from '../../../src/result/index.js';
import { densityAt, pixelArea, pixelAt, pixelCount, pixelPhi, pixelTheta } from '../../../src/sky/index.js';
import { expectClose } from '../../support/close.js';
import { gaussianScan, needsPython, python } from '../support.js';

const result = gaussianScan({ raDeg: 359.9, decDeg: -44, sigmaDeg: 0.4 });
const sky = skyMaps(result)!;
const summary = summarize(result, { recoAlgo: 'splinempe', nRecos: null, wallS: null, sky });

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

describe('a flat probability map', () => {
  it.each([1, 8, 64, 512])('sums to 1 at nside %i', (nside) => {
    const flat = flatProbability(sky.probability, nside);
    expect(flat.length).toBe(pixelCount(nside));
    expectClose(total(flat), 1, { absolute: 1e-12 }, 'sum');
  });

  it('has in a pixel what the cells in it hold, and shares out larger cells', () => {
    const fine = flatProbability(sky.probability, 256);
    const coarse = flatProbability(sky.probability, 128);
    const summed = new Float64Array(coarse.length);
    for (let pixel = 0; pixel < fine.length; pixel++) {
      summed[pixelAt(128, pixelTheta(256, pixel), pixelPhi(256, pixel))]! += fine[pixel]!;
    }
    for (const [pixel, value] of summed.entries()) {
      expectClose(coarse[pixel]!, value, { relative: 1e-12, absolute: 1e-18 }, `pixel ${pixel}`);
    }
    const far = pixelAt(256, 0.3, 2);
    const density = densityAt(sky.probability, pixelPhi(256, far), Math.PI / 2 - pixelTheta(256, far));
    expect(fine[far]).toBe(density * pixelArea(256));
  });

  it('is refused where it would not fit into memory', () => {
    expect(() => flatProbability(sky.probability, 4096)).toThrow('the limit is nside 2048');
    expect(() => flatLlhFits(result, summary, 4096)).toThrow('the limit is nside 2048');
  });
});

const LOOK = `
import sys, json, warnings, numpy as np
warnings.simplefilter('error')
import astropy_healpix as ah
from astropy.io import fits
out = []
for path in sys.argv[1:]:
    with fits.open(path) as f:
        f.verify('exception')
        head, rows = f[1].header, f[1].data
        name = rows.columns.names[0]
        value = np.asarray(rows[name], float)
        nside = ah.npix_to_nside(len(value))
        best = int(np.nanargmax(value) if name == 'PROB' else np.nanargmin(value))
        lon, lat = ah.healpix_to_lonlat(best, nside, order=head['ORDERING'].lower())
        out.append({'name': name, 'unit': rows.columns[0].unit, 'total': float(np.sum(value)), 'nside': int(nside),
            'head': [head[k] for k in ('PIXTYPE', 'COORDSYS', 'INDXSCHM', 'NSIDE', 'FIRSTPIX', 'LASTPIX', 'RECO')],
            'floor': head.get('ANGULAR_ERROR_FLOOR'), 'area': head['CONTOUR_AREA_90'], 'best': best,
            'at': [float(lon.deg), float(lat.deg)], 'least': float(np.nanmin(value)), 'nan': int(np.isnan(value).sum())})
print(json.dumps(out))`;

needsPython('astropy and astropy-healpix', ['astropy', 'astropy_healpix'], () => {
  it('accept flat maps and find the position and the areas of the summary in them', () => {
    const [probability, llh] = python(LOOK, {
      'a.fits': flatProbabilityFits(result, summary, sky.probability, 256),
      'b.fits': flatLlhFits(result, summary, 512),
    });
    expect(probability).toMatchObject({
      name: 'PROB',
      unit: 'pix-1',
      nside: 256,
      head: ['HEALPIX', 'C', 'IMPLICIT', 256, 0, pixelCount(256) - 1, 'splinempe'],
      floor: 0.2,
      nan: 0,
    });
    expectClose(probability.total, 1, { absolute: 1e-12 }, 'integral');
    expectClose(probability.at[1], summary.peak!.dec_deg, { absolute: 0.3 }, 'dec of the fullest pixel');
    expectClose(probability.area, summary.regions[1]!.area_deg2, { absolute: 5e-5 }, '90 % area');
    expect(llh).toMatchObject({ name: '2DLLH', unit: null, nside: 512, floor: null, least: 0 });
    expect(llh.best).toBe(bestFit(result)!.pixel);
    expectClose(llh.at[0], summary.best_fit!.ra_deg, { absolute: 1e-6 }, 'RA');
    expectClose(llh.at[1], summary.best_fit!.dec_deg, { absolute: 1e-6 }, 'dec');
    expectClose(llh.area, summary.wilks_regions[1]!.area_deg2, { absolute: 5e-5 }, 'Wilks area');
    expect(llh.nan).toBe(flattenLlh(result, 512).filter(Number.isNaN).length);
  });
});
