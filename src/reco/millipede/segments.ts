/**
 * The chain of cascades along a track (specs/reco-millipede.md section 4): one in every `spacing` of the track inside a
 * cube, on a grid that has the vertex on it.
 */

/** Numbers of the first segment and of the one behind the last; segment k passes at vertex time + k * stepNs. */
export interface SegmentRange {
  first: number;
  end: number;
}

/**
 * Segments of a track through (x, y, z) along the unit vector (nx, ny, nz) in the cube of half size `halfSizeM`, into
 * `out`. Empty where the track misses the cube.
 */
export function segmentRange(
  x: number,
  y: number,
  z: number,
  nx: number,
  ny: number,
  nz: number,
  halfSizeM: number,
  spacingM: number,
  out: SegmentRange,
): void {
  // Distances along the track, relative to the vertex.
  let enter = Number.NEGATIVE_INFINITY;
  let leave = Number.POSITIVE_INFINITY;
  for (let axis = 0; axis < 3; axis++) {
    const at = axis === 0 ? x : axis === 1 ? y : z;
    const n = axis === 0 ? nx : axis === 1 ? ny : nz;
    if (n === 0) {
      if (at < -halfSizeM || at > halfSizeM) leave = Number.NEGATIVE_INFINITY;
      continue;
    }
    const a = (-halfSizeM - at) / n;
    const b = (halfSizeM - at) / n;
    enter = Math.max(enter, Math.min(a, b));
    leave = Math.min(leave, Math.max(a, b));
  }
  out.first = 0;
  out.end = 0;
  if (!(enter < leave) || !Number.isFinite(enter) || !Number.isFinite(leave)) return;
  const entry = enter / spacingM;
  out.first = entry < 0 ? -Math.floor(-entry + 0.5) : Math.floor(entry + 0.5);
  out.end = Math.max(out.first, Math.ceil(leave / spacingM));
}
