/**
 * Paints the pixels of a map with WebGL 2. Every screen pixel finds its direction, its HEALPix pixel at the order that
 * the zoom asks for, and the finest known value there: the cost depends on the size of the screen, not on the number of
 * cells, and a new pixel costs the upload of one tile.
 *
 * HEALPix in the shader is that of sky/healpix.ts (Gorski et al. 2005), in 32-bit floats: good to a hundredth of a pixel
 * of nside 8192.
 */
import { type CellStore, FINEST_ORDER, TILE } from './cell-store.js';
import type { ViewProjection } from './view-projection.js';

/** How values become colours. */
export interface Paint {
  /** Colour at even steps of the scale, best first: `#rrggbb`. */
  readonly ramp: readonly string[];
  /** Value of the best and of the last colour. */
  readonly best: number;
  readonly worst: number;
  readonly isSquareRoot: boolean;
  readonly unscanned: string;
  readonly failed: string;
  readonly background: string;
  /** Pixel edges, drawn where pixels are large. */
  readonly edge: string;
}

/** A painter of cells on a canvas of its own. */
export interface CellPainter {
  readonly name: 'webgl' | 'plain';
  readonly canvas: HTMLCanvasElement;
  /** Paints at `resolution` device pixels per unit, `samples` squared times each. */
  paint(store: CellStore, projection: ViewProjection, paint: Paint, resolution: number, samples: number): void;
  /** Resolves when the graphics card is done. */
  finish(): Promise<void>;
  dispose(): void;
}

const VERTEX = `#version 300 es
void main() {
  vec2 p = vec2(float((gl_VertexID & 1) << 2) - 1.0, float((gl_VertexID & 2) << 1) - 1.0);
  gl_Position = vec4(p, 0.0, 1.0);
}`;

const FRAGMENT = `#version 300 es
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

/** A painter that uses the graphics card; null where the browser has no WebGL 2. */
export function webGlPainter(): CellPainter | null {
  const canvas = document.createElement('canvas');
  const gl = canvas.getContext('webgl2', {
    alpha: false,
    antialias: false,
    depth: false,
    powerPreference: 'high-performance',
  });
  if (gl === null) return null;
  let state = open(gl);
  canvas.addEventListener('webglcontextlost', (event) => event.preventDefault());
  canvas.addEventListener('webglcontextrestored', () => {
    state = open(gl);
  });
  return {
    name: 'webgl',
    canvas,
    paint(store, projection, paint, resolution, samples) {
      if (gl.isContextLost()) return;
      const width = Math.max(1, Math.round(projection.width * resolution));
      const height = Math.max(1, Math.round(projection.height * resolution));
      if (canvas.width !== width || canvas.height !== height) {
        canvas.width = width;
        canvas.height = height;
      }
      state.take(store);
      state.draw(store, projection, paint, width, height, samples);
    },
    async finish() {
      const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
      if (fence === null) return;
      gl.flush();
      while (gl.clientWaitSync(fence, 0, 0) === gl.TIMEOUT_EXPIRED) {
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      gl.deleteSync(fence);
    },
    dispose() {
      gl.getExtension('WEBGL_lose_context')?.loseContext();
    },
  };
}

/** Textures of one map. */
interface Uploaded {
  readonly tiles: WebGLTexture;
  readonly places: WebGLTexture;
  capacity: number;
  count: number;
  readonly offsets: Int32Array;
}

function open(gl: WebGL2RenderingContext) {
  const program = link(gl);
  const uniform = (name: string): WebGLUniformLocation | null => gl.getUniformLocation(program, name);
  const across = Math.min(4096, gl.getParameter(gl.MAX_TEXTURE_SIZE) as number) / TILE;
  const most = (across * (gl.getParameter(gl.MAX_TEXTURE_SIZE) as number)) / TILE;
  const uploads = new WeakMap<CellStore, Uploaded>();
  const ramp = gl.createTexture();
  let rampShown: readonly string[] = [];
  gl.bindVertexArray(gl.createVertexArray());

  return { take, draw };

  /** Brings what is new in a map to the card. */
  function take(store: CellStore): void {
    let up = uploads.get(store);
    const isNew = up === undefined;
    if (up === undefined) {
      up = { tiles: texture(), places: texture(), capacity: 0, count: 0, offsets: new Int32Array(FINEST_ORDER + 1) };
      uploads.set(store, up);
    }
    const changed = store.takeChanges();
    const count = Math.min(store.forDrawing.length, most);
    if (changed.length === 0 && !isNew && count === up.count) return;
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, up.tiles);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4);
    let tiles: Iterable<number> = changed;
    if (count > up.capacity || up.capacity === 0) {
      while (up.capacity < count || up.capacity === 0) up.capacity = Math.max(across, 2 * up.capacity);
      const rows = (Math.min(up.capacity, most) / across) * TILE;
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RG32F, across * TILE, rows, 0, gl.RG, gl.FLOAT, null);
      tiles = store.forDrawing.keys();
    }
    for (const tile of tiles) {
      if (tile >= most) continue;
      const [x, y] = [(tile % across) * TILE, Math.floor(tile / across) * TILE];
      gl.texSubImage2D(gl.TEXTURE_2D, 0, x, y, TILE, TILE, gl.RG, gl.FLOAT, store.forDrawing[tile]!);
    }
    if (count !== up.count || isNew) {
      up.count = count;
      let total = 0;
      for (const [k, order] of store.orders.entries()) {
        up.offsets[k] = total;
        total += order!.tileOf.length;
      }
      const rows = Math.max(1, Math.ceil(total / 1024));
      const places = new Int32Array(rows * 1024).fill(-1);
      for (const [k, order] of store.orders.entries()) places.set(order!.tileOf, up.offsets[k]!);
      gl.bindTexture(gl.TEXTURE_2D, up.places);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.R32I, 1024, rows, 0, gl.RED_INTEGER, gl.INT, places);
    }
  }

  function draw(
    store: CellStore,
    { view, width: cssWidth, rows }: ViewProjection,
    paint: Paint,
    width: number,
    height: number,
    samples: number,
  ): void {
    const up = uploads.get(store)!;
    const scale = (view.scale * width) / cssWidth;
    gl.viewport(0, 0, width, height);
    gl.useProgram(program);
    for (const [unit, bound] of [up.tiles, up.places, ramp].entries()) {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, bound);
    }
    if (rampShown !== paint.ramp) {
      rampShown = paint.ramp;
      const bytes = new Uint8Array(paint.ramp.flatMap((colour) => [...bytesOf(colour), 255]));
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, paint.ramp.length, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    }
    gl.uniform1i(uniform('uTiles'), 0);
    gl.uniform1i(uniform('uPlaces'), 1);
    gl.uniform1i(uniform('uRamp'), 2);
    gl.uniform2f(uniform('uSize'), width, height);
    gl.uniform1f(uniform('uScale'), scale);
    // Column by column, and a column of what leads to the sky is a row of what leads to the view.
    gl.uniformMatrix3fv(uniform('uToSky'), false, rows.flat());
    // The order whose pixels are about as large as those of the screen.
    const wanted = Math.ceil(Math.log2((1.0233 * scale) / 0.75));
    gl.uniform1i(uniform('uStart'), Math.max(0, Math.min(store.finest, wanted)));
    let own = 0;
    for (const [k, order] of store.orders.entries()) if (order!.known > 0) own |= 1 << k;
    gl.uniform1i(uniform('uOwn'), own);
    gl.uniform1i(uniform('uTilesAcross'), across);
    gl.uniform1iv(uniform('uOffset'), up.offsets);
    gl.uniform1f(uniform('uBest'), paint.best - store.base);
    gl.uniform1f(uniform('uGain'), 1 / (paint.worst - paint.best));
    gl.uniform1i(uniform('uRoot'), paint.isSquareRoot ? 1 : 0);
    gl.uniform3fv(uniform('uUnscanned'), bytesOf(paint.unscanned).map(part));
    gl.uniform3fv(uniform('uFailed'), bytesOf(paint.failed).map(part));
    gl.uniform3fv(uniform('uBackground'), bytesOf(paint.background).map(part));
    gl.uniform4fv(uniform('uEdge'), [...bytesOf(paint.edge).map(part), 0.35]);
    gl.uniform1i(uniform('uSamples'), samples);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  function texture(): WebGLTexture {
    const made = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, made);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    return made;
  }
}

function link(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [type, text] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(type)!;
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader) ?? 'shader');
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) ?? 'program');
  return program;
}

/**
 * A painter without graphics card: a coarser picture, computed pixel by pixel. For browsers in which WebGL 2 is switched
 * off (remote desktops).
 */
export function plainPainter(): CellPainter {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { alpha: false })!;
  return {
    name: 'plain',
    canvas,
    paint(store, projection, paint, resolution) {
      const { width: cssWidth, height: cssHeight } = projection;
      // About 150,000 pixels: some 50 ms.
      const shrink = Math.min(resolution, Math.sqrt(150_000 / (cssWidth * cssHeight)));
      const [width, height] = [Math.max(1, Math.round(cssWidth * shrink)), Math.max(1, Math.round(cssHeight * shrink))];
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
      store.takeChanges();
      const image = context.createImageData(width, height);
      const pixels = new Uint32Array(image.data.buffer);
      const packed = (colour: string): number => {
        const [r, g, b] = bytesOf(colour) as [number, number, number];
        return (255 << 24) | (b << 16) | (g << 8) | r;
      };
      const ramp = paint.ramp.map(packed);
      const [unscanned, failed, background] = [paint.unscanned, paint.failed, paint.background].map(packed);
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          const at = projection.vector(((column + 0.5) * cssWidth) / width, ((row + 0.5) * cssHeight) / height);
          const found = at === null ? null : store.find(at[0], at[1], at[2]);
          let colour = at === null ? background! : unscanned!;
          if (found !== null) {
            const t = Math.min(1, Math.max(0, (found.value - paint.best) / (paint.worst - paint.best)));
            colour = Number.isNaN(t)
              ? failed!
              : ramp[Math.round((paint.isSquareRoot ? Math.sqrt(t) : t) * (ramp.length - 1))]!;
          }
          pixels[row * width + column] = colour;
        }
      }
      context.putImageData(image, 0, 0);
    },
    finish: () => Promise.resolve(),
    dispose: () => undefined,
  };
}

function bytesOf(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

function part(byte: number): number {
  return byte / 255;
}
