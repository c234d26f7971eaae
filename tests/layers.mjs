// The layers: who may include what. shared/ includes nothing of ours, the two programs nothing of each other; an outside
// library's header is seen only by the edge files named after it (directly, or through a header of ours).
// And pictures that the kiosk draws hold nothing that its SVG reader (nanosvg) leaves out without a word.
//   node tests/layers.mjs        prints each breach as FILE: why; exit code 1 when there is one
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const ours = { shared: ["shared"], kiosk: ["kiosk", "shared"], aggregator: ["aggregator", "shared"] };
const edges = [
  { library: "SDL", header: /^(SDL2\/)?SDL(_\w+)?\.h$/, file: /_sdl\.c$/ },
  { library: "fontconfig", header: /^fontconfig\//, file: /_fontconfig\.c$/ },
  { library: "FriBidi", header: /^fribidi/, file: /_fribidi\.c$/ },
  { library: "libthai", header: /^thai\//, file: /_libthai\.c$/ },
  { library: "libqrencode", header: /^qrencode\.h$/, file: /_qrencode\.c$/ },
  { library: "libmosquitto", header: /^mosquitto\w*\.h$/, file: /_mosquitto\.c$/ },
  { library: "SQLite", header: /^sqlite3\.h$/, file: /_sqlite\.c$/ },
  { library: "libmicrohttpd", header: /^microhttpd\.h$/, file: /_microhttpd\.c$/ },
  { library: "libcurl", header: /^curl\//, file: /_curl\.c$/ },
  { library: "libsodium", header: /^sodium\.h$/, file: /_sodium\.c$/ },
  { library: "libxlsxwriter", header: /^xlsxwriter/, file: /_xlsxwriter\.c$/ },
  { library: "zlib", header: /^zlib\.h$/, file: /_zlib\.c$/ },
  { library: "libical", header: /^libical\//, file: /_libical\.c$/ },
  { library: "OpenSSL", header: /^openssl\//, file: /_openssl\.c$/ },
  { library: "libyaml", header: /^yaml\.h$/, file: /_yaml\.c$/ },
];

const includes = new Map(); // "kiosk/app.c" -> [{ name, quoted }]
for (const folder of Object.keys(ours)) {
  for (const name of readdirSync(join(root, folder))) {
    if (!/\.[ch]$/.test(name)) continue;
    const text = readFileSync(join(root, folder, name), "utf8");
    includes.set(`${folder}/${name}`, [...text.matchAll(/^\s*#\s*include\s*([<"])([^>"]+)[>"]/gm)].map(([, mark, path]) => ({ path, quoted: mark === '"' })));
  }
}

const breaches = [];
for (const [file, list] of includes) {
  const folder = file.split("/")[0];
  for (const { path, quoted } of list) {
    if (quoted && !includes.has(path)) breaches.push(`${file}: includes "${path}", which is none of ours: write the path from the top folder`);
    else if (quoted && !ours[folder].includes(path.split("/")[0])) breaches.push(`${file}: ${folder}/ may not include ${path}`);
  }
}

// Outside headers that a file sees, through headers of ours too.
function seen(file, via = new Set()) {
  if (via.has(file)) return [];
  via.add(file);
  return (includes.get(file) ?? []).flatMap(({ path, quoted }) => (quoted ? seen(path, via) : [path]));
}
let checked = 0;
for (const file of includes.keys()) {
  if (!file.endsWith(".c")) continue;
  checked++;
  for (const header of new Set(seen(file))) {
    const edge = edges.find((e) => e.header.test(header));
    if (edge && !edge.file.test(file)) breaches.push(`${file}: sees ${edge.library} (${header}), but is no edge file of it (${edge.file.source})`);
  }
}

const undrawn = /<(use|text|image|clipPath|mask)[\s/>]/; // as kiosk/svg.c
for (const name of ["use", "text", "image", "clipPath", "mask"]) { // does the check find what it looks for?
  for (const svg of [`<svg><g><${name} id="a"/></g></svg>`, `<svg><${name}>x</${name}></svg>`, `<svg>\n<${name}\n  x="1"></svg>`, `<svg><${name}/></svg>`]) {
    if (undrawn.exec(svg)?.[1] !== name) breaches.push(`tests/layers.mjs: does not find <${name}> in ${JSON.stringify(svg)}`);
  }
}
for (const svg of ['<svg><path id="use" d="M0 0"/></svg>', "<svg><textPath/><masked/></svg>"]) {
  if (undrawn.test(svg)) breaches.push(`tests/layers.mjs: finds what is not there in ${svg}`);
}
for (const name of readdirSync(join(root, "assets"), { recursive: false, withFileTypes: true })) {
  if (!name.isDirectory() || name.name === "web") continue; // browsers draw all of SVG
  for (const file of readdirSync(join(root, "assets", name.name)).filter((f) => f.endsWith(".svg"))) {
    const found = undrawn.exec(readFileSync(join(root, "assets", name.name, file), "utf8"));
    if (found) breaches.push(`assets/${name.name}/${file}: holds <${found[1]}>, which the kiosk would not draw: turn it into paths`);
  }
}

for (const breach of breaches) console.log(breach);
if (checked === 0) breaches.push("no files");
console.log(`layers: ${checked} files, ${breaches.length} breaches`);
process.exit(breaches.length ? 1 : 0);
