/**
 * The program of the graphics card that paints cells. Every screen pixel finds its direction, its HEALPix pixel at the order
 * that the zoom asks for, and the finest known value there.
 *
 * HEALPix is that of sky/healpix.ts (Gorski et al. 2005), in 32-bit floats: good to a hundredth of a pixel of nside 8192.
 */
import { FINEST_ORDER, TILE } from './cell-store.js';

export const VERTEX = `#version 300 es
void main() {
  vec2 p = vec2(float((gl_VertexID & 1) << 2) - 1.0, float((gl_VertexID & 2) << 1) - 1.0);
  gl_Position = vec4(p, 0.0, 1.0);
}`;

export const FRAGMENT: string = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
precision highp isampler2D;
uniform vec2 uSize;
uniform float uScale;
uniform mat3 uToSky;
uniform sampler2D uTiles;
uniform isampler2D uPlaces;
uniform sampler2D uRamp;
uniform int uStart;
uniform int uOwn;
uniform int uTilesAcross;
uniform int uOffset[${FINEST_ORDER + 1}];
uniform float uBest;
uniform float uGain;
uniform bool uRoot;
uniform vec3 uUnscanned;
uniform vec3 uFailed;
uniform vec3 uBackground;
uniform vec4 uEdge;
uniform int uSamples;
out vec4 colour;

vec3 look(vec2 at) {
  vec2 h = (uSize * 0.5 - at) / uScale;
  h.y = -h.y;
  float w2 = 1.0 - h.x * h.x / 16.0 - h.y * h.y / 4.0;
  float px = 2.0 * w2 - 1.0;
  if (px < 0.0) return uBackground;
  float w = sqrt(w2);
  float py = w * h.x * 0.5;
  float c = max(1e-12, sqrt(px * px + py * py));
  vec3 d = uToSky * vec3((px - py) * (px + py) / c, 2.0 * px * py / c, w * h.y);

  float away = abs(d.z);
  float turn = atan(d.y, d.x) * ${(2 / Math.PI).toFixed(17)};
  turn = turn < 0.0 ? turn + 4.0 : turn;
  int face;
  vec2 f;
  if (away <= 0.66666666) {
    float jp = 0.5 + turn - 0.75 * d.z;
    float jm = 0.5 + turn + 0.75 * d.z;
    float ip = floor(jp);
    float im = floor(jm);
    face = ip == im ? (int(ip) & 3) + 4 : (ip < im ? int(ip) & 3 : (int(im) & 3) + 8);
    f = vec2(jm - im, 1.0 - (jp - ip));
  } else {
    float quarter = min(3.0, floor(turn));
    float along = turn - quarter;
    float missing = sqrt(3.0 * (d.x * d.x + d.y * d.y) / (1.0 + away));
    float jp = min(1.0, along * missing);
    float jm = min(1.0, (1.0 - along) * missing);
    face = int(quarter) + (d.z > 0.0 ? 0 : 8);
    f = d.z > 0.0 ? vec2(1.0 - jm, 1.0 - jp) : vec2(jp, jm);
  }
  bool failed = false;
  for (int k = uStart; k >= 0; k--) {
    if (k < uStart && (uOwn >> k & 1) == 0) continue;
    int n = 1 << k;
    ivec2 p = clamp(ivec2(f * float(n)), ivec2(0), ivec2(n - 1));
    int across = max(1, n / ${TILE});
    int place = uOffset[k] + (face * across + p.y / ${TILE}) * across + p.x / ${TILE};
    int tile = texelFetch(uPlaces, ivec2(place & 1023, place >> 10), 0).r;
    if (tile < 0) continue;
    ivec2 corner = ivec2(tile % uTilesAcross, tile / uTilesAcross) * ${TILE};
    vec2 numbers = texelFetch(uTiles, corner + (p & ${TILE - 1}), 0).rg;
    float value = k == uStart ? numbers.g : numbers.r;
    if (value < 1e38) {
      float t = clamp((value - uBest) * uGain, 0.0, 1.0);
      vec3 found = texture(uRamp, vec2(uRoot ? sqrt(t) : t, 0.5)).rgb;
      float side = uScale * 1.0233 / float(n);
      if (side > 12.0) {
        vec2 part = f * float(n) - vec2(p);
        vec2 nearest = min(part, 1.0 - part) * side;
        float line = 1.0 - smoothstep(0.3, 1.1, min(nearest.x, nearest.y));
        found = mix(found, uEdge.rgb, uEdge.a * line * smoothstep(12.0, 48.0, side));
      }
      return found;
    }
    failed = failed || numbers.r < 2.5e38;
  }
  return failed ? uFailed : uUnscanned;
}

void main() {
  vec3 sum = vec3(0.0);
  for (int i = 0; i < uSamples; i++) {
    for (int j = 0; j < uSamples; j++) {
      sum += look(gl_FragCoord.xy + (vec2(i, j) + 0.5) / float(uSamples) - 0.5);
    }
  }
  colour = vec4(sum / float(uSamples * uSamples), 1.0);
}`;
