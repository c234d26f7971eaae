// The five faces, as on the kiosk. Level 5 is the best; with four faces the middle one is left out.
export type Level = 1 | 2 | 3 | 4 | 5;

const EYES = (
  <>
    <ellipse cx="-18" cy="-8" rx="5.4" ry="7.5" class="ink" />
    <ellipse cx="18" cy="-8" rx="5.4" ry="7.5" class="ink" />
    <circle cx="-16.3" cy="-10.8" r="2" fill="#fff" />
    <circle cx="19.7" cy="-10.8" r="2" fill="#fff" />
  </>
);
const CHEEKS = (
  <g fill="#fff" opacity=".25">
    <ellipse cx="-30" cy="8" rx="7.4" ry="5" />
    <ellipse cx="30" cy="8" rx="7.4" ry="5" />
  </g>
);

const FEATURES: Record<Level, preact.JSX.Element> = {
  1: (
    <>
      {EYES}
      <path class="line" d="M-26.3-25.4-9-17.7M26.3-25.4 9-17.7" />
      <path class="line" d="M-19 26.7Q0 3 19 26.7" />
    </>
  ),
  2: (
    <>
      {EYES}
      <path class="line" d="M-26.3-19.8-9.5-25M26.3-19.8 9.5-25" />
      <path class="line" d="M-17.5 24Q0 8 17.5 24" />
    </>
  ),
  3: (
    <>
      {EYES}
      <path class="line" d="M-16.5 19h33" />
    </>
  ),
  4: (
    <>
      {CHEEKS}
      {EYES}
      <path class="line" d="M-22 14.7Q0 41 22 14.7" />
    </>
  ),
  5: (
    <>
      {CHEEKS}
      <path class="line" d="M-26.7-5a8.6 8.6 0 0 1 17.2 0M9.5-5a8.6 8.6 0 0 1 17.2 0" />
      <path class="ink" d="M-24.5 10q0-2.5 2.5-2.5h44q2.5 0 2.5 2.5a24.5 23 0 0 1-49 0Z" />
      <path fill="#fff" d="M-22 10h44v4.6h-44Z" />
      <path fill="#ff7a70" d="M-11.5 28.8q11.5-9 23 0-11.5 6-23 0Z" />
    </>
  ),
};

/** Decoration: the text beside it names the face. */
export function Face({ level }: { level: Level }) {
  return (
    <svg class={`face f${level}`} viewBox="-50 -50 100 100" aria-hidden="true">
      <circle r="50" class="skin" />
      <circle r="50" fill="url(#face-light)" />
      <path d="M33.3-37.3A50 50 0 1 1-37.3 33.3 50 50 0 0 0 33.3-37.3Z" opacity=".12" />
      {FEATURES[level]}
    </svg>
  );
}

/** The light that falls on all faces; once in the page. */
export function FaceLight() {
  return (
    <svg class="vh" aria-hidden="true">
      <linearGradient id="face-light" x2="0" y2="1">
        <stop stop-color="#fff" stop-opacity=".2" />
        <stop offset=".6" stop-color="#fff" stop-opacity="0" />
        <stop offset="1" stop-opacity=".05" />
      </linearGradient>
    </svg>
  );
}

/** The level of the i-th of n faces, best first. */
export function levelOf(i: number, n: number): Level {
  const order: readonly Level[] = n === 4 ? [5, 4, 2, 1] : [5, 4, 3, 2, 1];
  return order[i] ?? 3;
}
