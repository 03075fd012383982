/** Version of the package; scripts/build-web.mjs puts it in. */
declare const SKYMAP_SCANNER_VERSION: string;

export const VERSION: string = SKYMAP_SCANNER_VERSION;
