// What the server says when it refuses, in Indonesian. It says it in English, with values in it; the catalogue's keys are
// those sentences as they stand in its sources, printf's marks for the values and all, and {1} in the words is the first
// of these. tests/refusals.mjs holds the two against each other. What is not found is given back as it is.
import words from "./id.json";

const MARK = /%(?:%|[-+.\d*]*(?:ll|l|z)?([a-zA-Z]))/g;

interface Sentence {
  form: RegExp;
  fixed: number; // characters that are no value: of two that fit, the one that says more counts
  words: string;
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function sentence(english: string, said: string): Sentence {
  let form = "";
  let fixed = 0;
  let at = 0;
  for (const { 0: mark, 1: kind, index = 0 } of english.matchAll(MARK)) {
    const quoted = english[index - 1] === "'" && english[index + mark.length] === "'";
    form += escape(english.slice(at, index)) + (kind === undefined ? "%" : kind !== "s" ? "(-?[\\d.e+]+)" : quoted ? "([^']*)" : "(.*)");
    fixed += index - at;
    at = index + mark.length;
  }
  return { form: new RegExp(`^${form}${escape(english.slice(at))}$`, "s"), fixed: fixed + english.length - at, words: said };
}

let sentences: Sentence[] | null = null;

/** A sentence within another begins small; what has no words, such as a name, stays as it is. */
function within(english: string): string {
  const said = inIndonesian(english);
  return said === english ? said : said.replace(/^\p{Lu}(?=\p{Ll})/u, (first) => first.toLowerCase());
}

export function inIndonesian(english: string): string {
  sentences ??= Object.entries(words)
    .map(([each, said]) => sentence(each, said))
    .sort((a, b) => b.fixed - a.fixed);
  const text = english.trim();
  for (const { form, words: said } of sentences) {
    const values = form.exec(text);
    if (values) return said.replace(/\{(\d+)\}/g, (_, n: string) => within(values[Number(n)] ?? ""));
  }
  const colon = text.indexOf(": "); // where it is, or of what: then what is wrong
  return colon > 0 ? `${inIndonesian(text.slice(0, colon))}: ${within(text.slice(colon + 2))}` : text;
}
