// Refusals have words: every sentence by which the server refuses what a page asks for is in the pages' Indonesian catalogue
// (assets/web/src/refusals/id.json), whose keys are the sentences as they stand in the C sources, and nothing else is.
//   node tests/refusals.mjs      prints each that lacks words, and each key that nobody says; exit code 1 when there is one
//   node tests/refusals.mjs --list   the sentences themselves
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const CATALOGUE = "assets/web/src/refusals/id.json";

// Where refusals are made: what answers requests, and what checks things for it.
const FILES = [
  /^aggregator\/http_(?!metrics|microhttpd)\w+\.c$/,
  /^aggregator\/core_(command|config|contacts|control|improvements|manage|people|plan|remote|silence|tokens|phones|shares|outgoing|webpush)\.c$/,
  /^aggregator\/(apply|settings(?:_check)?|channel|channel_secret_posix|courier_lines_curl|mailing|document_yaml|manage_json|ical_list|engine_rules|rules_json|preview_posix|backtest_(?:window_|kiosks_)?sqlite|export_sqlite|trends_\w+)\.c$/,
  /^shared\/(config_yaml|content|survey)\.c$/,
];
// ... and how: by these calls, by what is given to `why` or `wrong`, by what a check returns.
const CALLS = /\b(answer_problem|answer_text|answer_ask|api_is_person|refuse|wrong|fail|bad|trends_wrong|manage_wrong|strdup|snprintf)\s*\(/g;
const GIVEN = /\b(?:\w+ )?\*?(?:wrong|why|said)(?:\[\w+\])? = ([^;]*);|\breturn ([^;]*);/g;
// Of those, what no page hears: orders of puasctl, files that a program reads at its start, records, a stream that is refused.
const OTHER = [
  "A stream tells of at most 16 branches.",
  "%s of %s for %lld days",
  "kiosk: preview\nbranch: preview\nstate_dir: none\norg: %s\n%s%s%s",
  "no change: version %d is the same",
  "version %d, %zu bytes",
  "%zu bytes",
  "text/plain; charset=utf-8",
  "No such import",
  "No such kiosk, or no such epoch of it",
  "%s: http.public_url is https://HOST or http://HOST",
  "%s: cannot be read: %s",
  "%s: larger than 1 MiB",
  "silences cannot be read: %s",
  "puasctl reads it from the data folder.",
  "kiosk, epoch (32 hex digits) and seq are needed",
  "'%s' is '%.60s': room on a disk is needed, such as 500 MB, 2 GB, 5 %%",
];

const FORMAT = /%[-+.\d*]*(?:ll|l|z)?[a-zA-Z]/g;

/** The arguments of the call whose bracket opens at `at`. */
function argumentsAt(text, at) {
  const all = [];
  let depth = 0, from = at + 1;
  for (let i = at; i < text.length; i++) {
    if (text[i] === '"') for (i++; text[i] !== '"'; i++) i += text[i] === "\\";
    else if (text[i] === "'") for (i++; text[i] !== "'"; i++) i += text[i] === "\\";
    else if ("([{".includes(text[i])) depth++;
    else if (")]}".includes(text[i]) && --depth === 0) return [...all, text.slice(from, i)];
    else if (text[i] === "," && depth === 1) {
      all.push(text.slice(from, i));
      from = i + 1;
    }
  }
  return all;
}

/** String literals, those side by side as one; a sentence has a word and a space. */
const sentences = (code) =>
  [...code.replace(/"(?:\s|PRI\w+)*"/g, "").matchAll(/"((?:[^"\\]|\\.)*)"/g)]
    .map(([, text]) => text.replace(/\\n/g, "\n").replace(/\\(.)/g, "$1"))
    .filter((text) => / /.test(text) && /[a-zA-Z]{2}/.test(text.replace(FORMAT, "")));

/** What is in no bracket, but in those of a string. */
function outside(code) {
  const strings = [];
  let plain = code.replace(/"(?:[^"\\]|\\.)*"/g, (text) => `\0${strings.push(text) - 1}\0`);
  for (let was = ""; was !== plain; ) [was, plain] = [plain, plain.replace(/\([^()]*\)/g, "")];
  return plain.replace(/\0(\d+)\0/g, (_, n) => strings[n]);
}

function said(file) {
  const text = readFileSync(join(root, file), "utf8").replace(/^\s*\/\/.*$|\s\/\/ .*$/gm, "").replace(/^#.*$/gm, "");
  const found = [];
  for (const { 1: call, index, 0: match } of text.matchAll(CALLS)) {
    const given = argumentsAt(text, index + match.length - 1);
    if (call === "snprintf" && !/why|text|said|error|problem/.test(given[0])) continue;
    if (call === "strdup" && !/reply = $/.test(text.slice(0, index))) continue;
    const own = file.endsWith("/apply.c") && call === "wrong"; // names what it is about behind it
    const of = call === "answer_problem" ? (/""/.test(given[3] ?? '""') ? given.slice(2, 4) : given.slice(3, 4)) : call === "snprintf" ? given.slice(2, 3) : given;
    found.push(...of.flatMap(sentences).map((each) => (own ? `${each} '%s'` : each)));
  }
  for (const [, given, returned] of text.matchAll(GIVEN)) found.push(...sentences(given ?? outside(returned)));
  return found;
}

// The reader of YAML says what is wrong in words of its own: those of its library that are about what is read.
const LIBRARY = "libyaml.so";
const READER = /^(?:found|did not find|could not find|while|control characters|invalid|incomplete|unexpected low|input is|duplicate %TAG|(?:block|mapping) .* not allowed)\b.* .*/;
function saidByLibrary() {
  const file = execFileSync(process.env.CC ?? "cc", [`-print-file-name=${LIBRARY}`], { encoding: "utf8" }).trim();
  return [...readFileSync(file, "latin1").matchAll(/[\x20-\x7e]{4,}(?=\0)/g)].map(([text]) => text).filter((text) => READER.test(text));
}

const files = ["aggregator", "shared"].flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`)).filter((file) => FILES.some((each) => each.test(file)));
const all = new Map(); // sentence -> file
for (const file of files) for (const sentence of said(file)) if (!all.has(sentence)) all.set(sentence, file);
for (const sentence of saidByLibrary()) all.set(sentence, LIBRARY);
if (process.argv[2] === "--list") {
  console.log(JSON.stringify(Object.fromEntries(all), null, 1));
  process.exit();
}

const catalogue = JSON.parse(readFileSync(join(root, CATALOGUE), "utf8"));
const wrong = [];
for (const [sentence, file] of all) if (!OTHER.includes(sentence) && !(sentence in catalogue)) wrong.push(`${file}: ${JSON.stringify(sentence)} has no words in ${CATALOGUE}`);
for (const sentence of OTHER) if (!all.has(sentence)) wrong.push(`tests/refusals.mjs: nobody says ${JSON.stringify(sentence)} any more`);
for (const [sentence, words] of Object.entries(catalogue)) {
  if (!all.has(sentence)) wrong.push(`${CATALOGUE}: nobody says ${JSON.stringify(sentence)} any more`);
  const values = all.get(sentence) === LIBRARY ? 0 : (sentence.replace(/%%/g, "").match(FORMAT)?.length ?? 0);
  for (const [, n] of words.matchAll(/\{(\d+)\}/g)) if (n < 1 || n > values) wrong.push(`${CATALOGUE}: ${JSON.stringify(sentence)} has no value ${n}`);
}
for (const why of wrong) console.error(why);
if (wrong.length) process.exit(1);
console.log(`refusals: ${Object.keys(catalogue).length} sentences have words`);
