// The words of a goal and its steps: a key that a language lacks is a compile error.
import { useText } from "../kit.ts";
import type { Lang } from "../settings.ts";
import type { Text } from "../text.ts";

const en = {
  goalNow: (share: string, range: string) => `${share} in the last four weeks (${range})`,
  goalFew: "too few votes in the last four weeks",
  goalStart: (share: string, day: string) => `From ${share} on ${day}`,
  progress: (share: string) => `${share} of the way`,
  step: "Step",
  steps: "Steps to the goal",
  stepBy: "By",
  state: "State",
  states: { proven: "reached, surely", reached: "reached, not surely yet", within: "within reach", out: "out of reach so far", unknown: "cannot be told yet", missed: "not reached" },
  outHint: "Out of reach: this place has never risen as fast as that step asks.",
  stepsNone: "Too few votes in the four weeks before the goal begins: no steps can be told.",
  reachable: (share: string) => `At the best pace seen here: ${share} by then.`,
};

const id: typeof en = {
  goalNow: (share, range) => `${share} dalam empat minggu terakhir (${range})`,
  goalFew: "terlalu sedikit suara dalam empat minggu terakhir",
  goalStart: (share, day) => `Dari ${share} pada ${day}`,
  progress: (share) => `${share} jalan sudah ditempuh`,
  step: "Langkah",
  steps: "Langkah menuju sasaran",
  stepBy: "Pada",
  state: "Keadaan",
  states: { proven: "tercapai, pasti", reached: "tercapai, belum pasti", within: "terjangkau", out: "sejauh ini di luar jangkauan", unknown: "belum dapat dikatakan", missed: "tidak tercapai" },
  outHint: "Di luar jangkauan: tempat ini belum pernah naik secepat yang diminta langkah itu.",
  stepsNone: "Terlalu sedikit suara dalam empat minggu sebelum sasaran dimulai: langkah belum dapat dikatakan.",
  reachable: (share) => `Dengan laju terbaik di sini: ${share} pada saat itu.`,
};

const WORDS: Record<Lang, typeof en> = { en, id };

export function useGoalWords(): Text & { g: typeof en } {
  const text = useText();
  return { ...text, g: WORDS[text.lang] };
}
