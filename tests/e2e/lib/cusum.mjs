// The points CUSUM again, written from the design's definition and sharing nothing with the program: scores, the least
// limit with the wished run length (Markov chain, solved exactly) and the course of the points.

const gcd = (a, b) => (b ? gcd(b, a % b) : a);

export function scoresOf(percent) {
  const g = gcd(percent, 100 - percent);
  return { up: percent / g, down: (100 - percent) / g };
}

/** Mean votes to the first alarm from zero points, when a share q of the votes is unhappy. */
export function runLength({ up, down, limit }, q) {
  const a = Array.from({ length: limit }, (_, s) => {
    const row = new Float64Array(limit + 1);
    row[s] += 1;
    if (s + up < limit) row[s + up] -= q;
    row[Math.max(0, s - down)] -= 1 - q;
    row[limit] = 1;
    return row;
  });
  for (let i = 0; i < limit; i++) {
    let best = i;
    for (let r = i + 1; r < limit; r++) if (Math.abs(a[r][i]) > Math.abs(a[best][i])) best = r;
    [a[i], a[best]] = [a[best], a[i]];
    for (let r = i + 1; r < limit; r++) {
      const f = a[r][i] / a[i][i];
      if (f) for (let k = i; k <= limit; k++) a[r][k] -= f * a[i][k];
    }
  }
  const x = new Float64Array(limit);
  for (let i = limit - 1; i >= 0; i--) {
    let sum = a[i][limit];
    for (let k = i + 1; k < limit; k++) sum -= a[i][k] * x[k];
    x[i] = sum / a[i][i];
  }
  return x[0];
}

export function chart(percent, q, votes) {
  const c = { ...scoresOf(percent), limit: 1 };
  let [low, high] = [1, 512]; // the run length grows with the limit
  while (low < high) {
    const limit = (low + high) >> 1;
    if (runLength({ ...c, limit }, q) >= votes) high = limit;
    else low = limit + 1;
  }
  c.limit = low;
  return c;
}

/** Index of the vote that raises the first alarm, or -1; and where its cycle began. */
export function firstAlarm({ up, down, limit }, unhappy) {
  let [points, start] = [0, 0];
  for (let i = 0; i < unhappy.length; i++) {
    if (points === 0) start = i;
    points = Math.max(0, points + (unhappy[i] ? up : -down));
    if (points >= limit) return { at: i, start, points };
  }
  return { at: -1, start, points };
}
