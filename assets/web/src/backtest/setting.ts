// A setting as people and the API write it, "kind: share, percent: 40", and as the fields of a form. Pure.
import type { Rule } from "../api.ts";

export type Fields = Record<string, string>;
export const KINDS = ["standard", "change", "share"] as const; // about what people say
export const KIOSK_KINDS = ["silence", "offline", "coverage", "clock", "tamper"] as const; // about what kiosks do
export type KioskKind = (typeof KIOSK_KINDS)[number];
export type Kind = (typeof KINDS)[number] | KioskKind;
export const isAboutKiosks = (kind: string | undefined): kind is KioskKind => KIOSK_KINDS.some((each) => each === kind);

const START: Record<Kind, Fields> = {
  standard: { percent: "85", false_alarm_votes: "5000" },
  change: { false_alarm_votes: "5000", drift: "false" },
  share: { percent: "50", window: "15 min", min_n: "4" },
  silence: { probability: "0.001" },
  offline: { hold: "2 min" },
  coverage: { hold: "15 min" },
  clock: { hold: "5 min" },
  tamper: {},
};
const KEPT = ["question", "top_faces", "mash"]; // when another kind is chosen

/** null: an id, or of another form than this page writes. */
export function fieldsOf(text: string): Fields | null {
  const fields: Fields = {};
  for (const part of text.split(/,(?![^[]*\])/)) {
    const [, key, value] = /^\s*(\w+):\s*(.*?)\s*$/.exec(part) ?? [];
    if (key === undefined || value === undefined) return null;
    fields[key] = value;
  }
  return fields;
}

export const textOf = (fields: Fields): string => Object.entries(fields).map(([key, value]) => `${key}: ${value}`).join(", ");

const ms = (value: number): string => (value % 60_000 ? `${value / 1000} s` : `${value / 60_000} min`);

/** Everything that the rule says, so that what a form does not show is not lost. */
export function fieldsOfRule(rule: Rule): Fields {
  const all: Record<string, string | number | boolean | undefined> = {
    kind: rule.kind,
    question: rule.question || undefined,
    percent: rule.percent,
    top_faces: rule.top_faces,
    usual_unhappy: rule.usual_unhappy || undefined,
    false_alarm_votes: rule.false_alarm_votes,
    drift: rule.drift,
    resolve_percent: rule.resolve_percent,
    boundary: rule.boundary && `"${rule.boundary}"`,
    window: rule.window_ms && ms(rule.window_ms),
    min_n: rule.min_n,
    probability: rule.probability,
    faces: rule.faces && `[${rule.faces.join(", ")}]`,
    hold: rule.hold_ms ? ms(rule.hold_ms) : undefined,
    mash: isAboutKiosks(rule.kind) ? undefined : ms(rule.mash_ms),
  };
  return Object.fromEntries(Object.entries(all).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])));
}

export const ofKind = (kind: Kind, was: Fields): Fields => ({
  kind,
  ...START[kind],
  ...Object.fromEntries(Object.entries(was).filter(([key]) => KEPT.includes(key) && !isAboutKiosks(kind) && !(kind === "share" && key === "top_faces"))),
});

const FIGURES = ["kind", "percent", "false_alarm_votes", "drift", "window", "min_n", "probability", "hold"];

/** What a standard takes over of a setting: its figures, what else the standard, as it is in force, does not say so, and, as "", what
 * it says and the setting, as it was tested, leaves to the default. */
export const taken = (fields: Fields, rule: Rule | undefined): string => {
  const was = rule ? fieldsOfRule(rule) : {};
  const left = Object.keys(was).filter((key) => !(key in fields)).map((key) => [key, ""]);
  return textOf(Object.fromEntries([...left, ...Object.entries(fields).filter(([key, value]) => FIGURES.includes(key) || was[key] !== value)]));
};

/** A share ends below where it began: by itself ten points lower. */
export function changed(was: Fields, key: string, value: string): Fields {
  const { [key]: _old, ...rest } = was;
  if (key === "percent") delete rest["resolve_percent"];
  return value === "" ? rest : { ...rest, [key]: value };
}

/** "90 s", "15 min", "2 h" in minutes; null: something else. */
export function minutesOf(text: string | undefined): number | null {
  const [, n, unit] = /^([\d.]+)\s*(s|min|h)$/.exec(text ?? "") ?? [];
  return n === undefined ? null : Number(n) * { s: 1 / 60, min: 1, h: 60 }[unit as "s" | "min" | "h"];
}
