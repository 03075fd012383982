/** Where a telescope stands, between the members of an open event and the values of the sky. */
import type { Site } from '../../sky/index.js';
import type { OpenSite } from './document.js';

export function siteIn(site: OpenSite): Site {
  return {
    latitudeDeg: site.latitude_deg,
    longitudeDeg: site.longitude_deg,
    xAxisAzimuthDeg: site.x_axis_azimuth_deg,
  };
}

export function openSite({ latitudeDeg, longitudeDeg, xAxisAzimuthDeg }: Site): OpenSite {
  return { latitude_deg: latitudeDeg, longitude_deg: longitudeDeg, x_axis_azimuth_deg: xAxisAzimuthDeg };
}
