// The words of a standard's ladder and goal: a key that a language lacks is a compile error.
import type { Lang } from "../settings.ts";
import { useManageWords } from "./tools.ts";

const of = (map: Record<string, string>) => (key: string): string => map[key] ?? key;

const en = {
  ladder: "When nobody is on an alert",
  ladderNone: "Nobody else is told of it.",
  ladderHint: "The time counts while the place is open, special days too, from the alert on or from the end of its acknowledgement. A channel that is quiet by then tells it afterwards.",
  hours: "Opening hours of the place",
  addStep: "Add a step",
  after: "after",
  afterOf: (n: number) => `Step ${n}: after how long`,
  unitOf: (n: number) => `Step ${n}: minutes or hours`,
  channelOf: (n: number) => `Step ${n}: who is told`,
  dropStep: (n: number) => `Remove step ${n}`,
  units: of({ s: "seconds", min: "minutes", h: "hours" }),
  whom: "who is told?",
  afterWrong: "A whole number, from 1 minute to 7 days.",
  channelNeeded: "Say who is told.",
  channelGone: (id: string) => `There is no channel “${id}”: this step tells nobody.`,
  noChannels: "No channel is set up that could tell anybody. An administrator makes them, under Channels.",
  tooManySteps: "A ladder has 8 steps at most.",
  step: (after: string, channel: string) => `after ${after}, ${channel}`,
  goal: "Goal in the long run",
  goalNone: "No goal: the promise stays as it is.",
  goalAdd: "Set a goal",
  goalDrop: "No goal",
  goalPercent: "Satisfied, %",
  goalFrom: "From",
  goalBy: "By",
  goalHint: "With these three the steps to the goal stand here, and which of them this place has never managed so fast.",
  goalWrong: "A whole number from 1 to 100.",
  dayNeeded: "Choose a day.",
  goalByWrong: "A day after the first one, 1,680 days on at most.",
};
export type StandardsWords = typeof en;

const id: StandardsWords = {
  ladder: "Bila tidak ada yang menangani peringatan",
  ladderNone: "Tidak ada orang lain yang diberi tahu.",
  ladderHint: "Waktu dihitung selama tempat buka, juga pada hari khusus, sejak peringatan muncul atau sejak penanganannya berakhir. Saluran yang sedang tenang menyampaikannya sesudah itu.",
  hours: "Jam buka tempat",
  addStep: "Tambah langkah",
  after: "setelah",
  afterOf: (n) => `Langkah ${n}: setelah berapa lama`,
  unitOf: (n) => `Langkah ${n}: menit atau jam`,
  channelOf: (n) => `Langkah ${n}: siapa yang diberi tahu`,
  dropStep: (n) => `Hapus langkah ${n}`,
  units: of({ s: "detik", min: "menit", h: "jam" }),
  whom: "siapa?",
  afterWrong: "Bilangan bulat, dari 1 menit sampai 7 hari.",
  channelNeeded: "Pilih siapa yang diberi tahu.",
  channelGone: (id) => `Tidak ada saluran “${id}”: langkah ini tidak memberi tahu siapa pun.`,
  noChannels: "Belum ada saluran yang dapat memberi tahu siapa pun. Administrator membuatnya, di bagian Saluran.",
  tooManySteps: "Tangga paling banyak 8 langkah.",
  step: (after, channel) => `setelah ${after}, ${channel}`,
  goal: "Sasaran jangka panjang",
  goalNone: "Tanpa sasaran: janji tetap seperti adanya.",
  goalAdd: "Tetapkan sasaran",
  goalDrop: "Tanpa sasaran",
  goalPercent: "Puas, %",
  goalFrom: "Mulai",
  goalBy: "Sampai",
  goalHint: "Dengan ketiganya, langkah menuju sasaran tampil di sini, dan mana yang belum pernah dicapai tempat ini secepat itu.",
  goalWrong: "Bilangan bulat dari 1 sampai 100.",
  dayNeeded: "Pilih hari.",
  goalByWrong: "Hari sesudah yang pertama, paling lama 1.680 hari kemudian.",
};
const WORDS: Record<Lang, StandardsWords> = { en, id };

export function useStandardsWords() {
  const said = useManageWords();
  return { ...said, s: WORDS[said.lang] };
}
