/**
 * The smallest ball around points. Grown from its boundary: the farthest point outside joins the two to four points
 * that hold the ball, until none is outside (Gaertner 1999, ESA '99, without its numerical refinements).
 */
import type { Vector } from './direction.js';

export interface Ball {
  readonly centre: Vector;
  /** Metres; 0 for one point, -1 for none. */
  readonly radius: number;
}

/** The smallest ball that holds all points, to rounding. */
export function enclosingBall(points: readonly Vector[]): Ball {
  if (points.length === 0) return { centre: [0, 0, 0], radius: -1 };
  let support: Vector[] = [points[0]!];
  let ball: Ball = { centre: points[0]!, radius: 0 };
  for (;;) {
    let farthest = points[0]!;
    for (const point of points) {
      if (distance(point, ball.centre) > distance(farthest, ball.centre)) farthest = point;
    }
    if (distance(farthest, ball.centre) <= ball.radius * (1 + 1e-12) + 1e-12) return ball;
    const next = smallestThrough(farthest, support);
    // Rounding could only ever make it smaller: then there is nothing left to gain.
    if (next.ball.radius <= ball.radius) return ball;
    ({ ball, support } = next);
  }
}

/** Smallest ball around `point` and the support points, with `point` on its surface. */
function smallestThrough(point: Vector, support: readonly Vector[]): { ball: Ball; support: Vector[] } {
  let best: { ball: Ball; support: Vector[] } | null = null;
  for (let mask = 0; mask < 1 << support.length; mask++) {
    const chosen = [point, ...support.filter((_, i) => mask & (1 << i))];
    if (chosen.length > 4) continue;
    const ball = circumscribed(chosen);
    if (ball === null || (best !== null && ball.radius >= best.ball.radius)) continue;
    const slack = ball.radius * (1 + 1e-10) + 1e-10;
    if (support.every((other) => distance(other, ball.centre) <= slack)) best = { ball, support: chosen };
  }
  return best ?? { ball: { centre: point, radius: 0 }, support: [point] };
}

/** Ball with all the points on its surface and its centre between them (in their plane or line); null if there is none. */
function circumscribed(points: readonly Vector[]): Ball | null {
  const [origin, ...others] = points as [Vector, ...Vector[]];
  const sides = others.map((p) => [p[0] - origin[0], p[1] - origin[1], p[2] - origin[2]] as const);
  const n = sides.length;
  // Centre = origin + sum of l_j side_j with 2 side_i . side_j l_j = side_i . side_i, by elimination with pivots.
  const rows = sides.map((a) => [...sides.map((b) => 2 * dot(a, b)), dot(a, a)]);
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(rows[i]![k]!) > Math.abs(rows[pivot]![k]!)) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    if (Math.abs(rows[k]![k]!) < 1e-9) return null;
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const factor = rows[i]![k]! / rows[k]![k]!;
      for (let j = k; j <= n; j++) rows[i]![j]! -= factor * rows[k]![j]!;
    }
  }
  const centre: [number, number, number] = [origin[0], origin[1], origin[2]];
  sides.forEach((side, k) => {
    const l = rows[k]![n]! / rows[k]![k]!;
    for (let c = 0; c < 3; c++) centre[c]! += l * side[c]!;
  });
  return { centre, radius: distance(origin, centre) };
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function distance(a: Vector, b: Vector): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}
