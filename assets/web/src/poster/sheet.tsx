// The poster itself: one A4 page, on the screen as on paper.
import qrcode from "qrcode-generator";
import { Face } from "../kit.ts";
import type { Lang } from "../settings.ts";
import { POSTER } from "./words.ts";

const QUIET = 4; // modules of white around a code (ISO/IEC 18004)
const LEVELS = [5, 4, 3, 2, 1] as const;

export function Sheet({ place, org, url, lang, promise }: { place: string; org: string; url: string; lang: Lang; promise: string }) {
  const p = POSTER[lang];
  return (
    <article class="poster" lang={lang} data-testid="poster">
      <p class="whose"><b>{org}</b> {place}</p>
      <h2>{p.question}</h2>
      <div class="face-row">{LEVELS.map((level) => <Face key={level} level={level} />)}</div>
      <Code url={url} alt={p.alt(url)} />
      <p class="scan">{p.scan}</p>
      <p class="easy">{p.easy}</p>
      <p class="url">{url.replace(/^https?:\/\//, "")}</p>
      <footer>
        {promise && <p><b>{p.promise}</b>{promise}</p>}
        <p><b>{p.then}</b>{p.thenMore}</p>
      </footer>
    </article>
  );
}

function Code({ url, alt }: { url: string; alt: string }) {
  const code = qrcode(0, "Q"); // a quarter of it may be torn off or dirty
  code.addData(url);
  code.make();
  const n = code.getModuleCount();
  let dark = "";
  for (let y = 0; y < n; y++) for (let x = 0; x < n; x++) if (code.isDark(y, x)) dark += `M${x} ${y}h1v1h-1z`;
  const all = n + 2 * QUIET;
  return (
    <svg class="code" viewBox={`${-QUIET} ${-QUIET} ${all} ${all}`} role="img" aria-label={alt} shape-rendering="crispEdges" data-testid="code">
      <path class="white" d={`M${-QUIET} ${-QUIET}h${all}v${all}h${-all}z`} />
      <path class="dark" d={dark} />
    </svg>
  );
}
