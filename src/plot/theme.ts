/** Colours and type of the two looks: light for paper, dark for slides and screens. */

/** Names of the looks. */
export const THEMES = ['light', 'dark'] as const;
export type ThemeName = (typeof THEMES)[number];

/** What everything that is not the map is drawn with. */
export interface Theme {
  readonly name: ThemeName;
  readonly background: string;
  /** Sky that was not scanned. */
  readonly unscanned: string;
  /** Pixels without a successful fit. */
  readonly failed: string;
  readonly text: string;
  readonly quietText: string;
  readonly frame: string;
  readonly graticule: string;
  readonly galacticPlane: string;
  /** Contours of the probability map, contours of the likelihood ratio, and what surrounds both so that they stand out. */
  readonly probabilityContour: string;
  readonly wilksContour: string;
  readonly casing: string;
  readonly peak: string;
  readonly bestFit: string;
  readonly truth: string;
  readonly source: string;
}

/** Vermillion, blue, green and purple are of the Okabe-Ito set, which people with any colour vision can tell apart. */
const LOOKS: Readonly<Record<ThemeName, Theme>> = {
  light: {
    name: 'light',
    background: '#ffffff',
    unscanned: '#f1f1f3',
    failed: '#b9b4ba',
    text: '#16181d',
    quietText: '#50555f',
    frame: '#16181d',
    graticule: '#5d6470',
    galacticPlane: '#8a5a00',
    probabilityContour: '#e0521a',
    wilksContour: '#16181d',
    casing: '#ffffff',
    peak: '#e0521a',
    bestFit: '#16181d',
    truth: '#c23b8f',
    source: '#00724f',
  },
  dark: {
    name: 'dark',
    background: '#0e1116',
    unscanned: '#1b1f27',
    failed: '#57505a',
    text: '#f0f2f5',
    quietText: '#aeb6c2',
    frame: '#d5dae2',
    graticule: '#a9b3c2',
    galacticPlane: '#e3a53a',
    probabilityContour: '#ff6a2b',
    wilksContour: '#ffffff',
    casing: '#0e1116',
    peak: '#ff6a2b',
    bestFit: '#ffffff',
    truth: '#ff8fd0',
    source: '#4fd8a8',
  },
};

/** The look of that name. */
export function themeOf(name: ThemeName): Theme {
  return LOOKS[name];
}

/** Bundled face first (PNG files are made with it), then what a reader's machine is likely to have. */
export const FONT_FAMILY = "'Skymap Sans','Noto Sans','Open Sans','DejaVu Sans',Arial,Helvetica,sans-serif";
