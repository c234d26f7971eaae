// The page that Chromium shows where the kiosk is compared with it: the same five faces, texts, colours and places, in
// plain HTML, CSS and JavaScript. A press fades the faces at once, thanks follow, then the question again.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ASSETS } from "../e2e/lib/world.mjs";

const LABELS = ["very-poor", "poor", "okay", "good", "excellent"];
const BARS = ["#e0533d", "#f2913d", "#f3c33f", "#4fb3bf", "#2f7fc8"];
const picture = (name) => pathToFileURL(join(ASSETS, name)).href;

/** `faces`: where the kiosk has its cards, { x, y, w, h } by centre, worst first. Returns the page's address. */
export function writePage(world, faces, { lang, press = 180, thanks = 3000, still = false }) {
  const t = JSON.parse(readFileSync(join(ASSETS, `locales/kiosk-${lang}.json`), "utf8"));
  const card = ({ x, y, w, h }, i) =>
    `<button style="left:${x - w / 2}px;top:${y - h / 2}px;width:${w}px;height:${h}px"><img src="${picture(`faces/face-${i + 1}.svg`)}" alt=""><b>${t[LABELS[i]]}</b><i style="background:${BARS[i]}"></i></button>`;
  const file = world.path(`page-${lang}.html`);
  writeFileSync(
    file,
    `<!doctype html><html lang="${lang}"><meta charset="utf-8"><title>${t.question}</title>
<style>
html,body{margin:0;height:100%;overflow:hidden;font:20px "Noto Sans",sans-serif;color:#14213d;cursor:none;user-select:none;touch-action:none}
body{background:radial-gradient(62% 62% at 50% 42%,#ffffffb0,#ffffff00),linear-gradient(#f9fbfe,#e3eaf5)}
section{position:absolute;inset:0}section[hidden]{display:none}
header{position:absolute;left:50px;top:37px;display:flex;gap:18px;align-items:center;font-size:28px;font-weight:600}header img{width:42px}
nav{position:absolute;right:48px;top:30px;display:flex;gap:12px}nav span{padding:0 25px;line-height:56px;border-radius:28px;background:#fff;color:#475371;box-shadow:0 4px 12px #3c55842a}nav .on{background:#16223f;color:#fff;font-weight:600}
h1{position:absolute;top:140px;width:100%;text-align:center;font-size:60px;margin:0}
p{position:absolute;top:236px;width:100%;text-align:center;font-size:28px;color:#475371;margin:0}
footer{position:absolute;bottom:30px;width:100%;text-align:center;color:#56617c}
button{position:absolute;border:1px solid #3a5f8f1e;border-radius:30px;background:linear-gradient(#fff,#fbfcff);box-shadow:0 12px 32px #3c55842a;font:inherit;color:inherit;display:flex;flex-direction:column;align-items:center;justify-content:center;gap:26px;padding:0}
button img{width:76%}button b{font-size:29px;font-weight:600}button i{width:46px;height:6px;border-radius:3px}
.pressed h1,.pressed p,.pressed button>*{opacity:.42}.pressed button{transform:translateY(5px)}
#thanks img{position:absolute;left:50%;top:200px;width:240px;margin-left:-120px}#thanks h1{top:480px}#thanks p{top:580px}
${still ? "" : "section{animation:reveal 220ms}@keyframes reveal{from{opacity:0}}"}
</style>
<header><img src="${picture("icons/logo.svg")}" alt="">Harapan Clinic</header>
<section id="question"><nav><span class="on">${t.language}</span><span>English</span></nav><h1>${t.question}</h1><p>${t.hint}</p>${faces.map(card).join("")}<footer>${t.footer}</footer></section>
<section id="thanks" hidden><img src="${picture("icons/thanks.svg")}" alt=""><h1>${t.thanks}</h1><p>${t["thanks-more"]}</p></section>
<script>
const question = document.getElementById("question"), thanks = document.getElementById("thanks");
let busy = false;
function again() { thanks.hidden = true; question.className = ""; question.hidden = false; busy = false; }
function thank() { question.hidden = true; thanks.hidden = false; setTimeout(again, ${thanks}); }
for (const button of question.querySelectorAll("button")) {
  button.addEventListener("pointerdown", () => {
    if (busy) return;
    busy = true;
    question.className = "pressed";
    setTimeout(thank, ${press});
  });
}
</script></html>
`,
  );
  return pathToFileURL(file).href;
}
