// A value on its scale with its interval: a bar from the scale's least value, or with a verdict a dot beside the promise.
import type { Verdict } from "../trends/figures.ts";

interface Props {
  value: number;
  lo: number | null;
  hi: number | null;
  from: number; // of the scale
  to: number;
  target?: number | null;
  verdict?: Verdict; // without: it is a bar
  alt: string;
}

const HEIGHT = 18;
const MIDDLE = HEIGHT / 2;

export function Bar({ value, lo, hi, from, to, target = null, verdict, alt }: Props) {
  const x = (at: number) => `${Math.round(((Math.min(to, Math.max(from, at)) - from) / (to - from)) * 1000) / 10}%`;
  return (
    <svg class={`bar-of ${verdict ?? ""}`} width="100%" height={HEIGHT} role="img" aria-label={alt}>
      <rect class="rail" x="0" y={MIDDLE - 3} width="100%" height="6" rx="3" />
      {!verdict && <rect class="fill" x="0" y={MIDDLE - 4} width={x(value)} height="8" rx="3" />}
      {lo !== null && hi !== null && (verdict ? <line class="soft-line" x1={x(lo)} x2={x(hi)} y1={MIDDLE} y2={MIDDLE} /> : <line class="between" x1={x(lo)} x2={x(hi)} y1={MIDDLE} y2={MIDDLE} />)}
      {verdict && <circle class="dot" cx={x(value)} cy={MIDDLE} r="5" />}
      {target !== null && <line class="mark" x1={x(target)} x2={x(target)} y1="1" y2={HEIGHT - 1} />}
    </svg>
  );
}
