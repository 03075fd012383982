/**
 * Paints the pixels of a map with WebGL 2 (cell-shader.ts): the cost depends on the size of the screen, not on the number of
 * cells, and a new pixel costs the upload of one tile.
 */
import { bytesOf, type CellPainter, type Paint } from './cell-painter.js';
import { FRAGMENT, VERTEX } from './cell-shader.js';
import { type CellStore, FINEST_ORDER, TILE } from './cell-store.js';
import type { ViewProjection } from './view-projection.js';

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

function part(byte: number): number {
  return byte / 255;
}
