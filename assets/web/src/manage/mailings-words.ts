// The words of reports by mail: a key that a language lacks is a compile error.
import type { Lang } from "../settings.ts";
import { useManageWords } from "./tools.ts";

const en = {
  mailing: "Report by mail",
  newMailing: "New report",
  mailingsHint: "Whoever gets one can end it by its last line.",
  noMailings: "No report goes by mail yet. One brings the figures of a place every day, Monday or month, with a spreadsheet.",
  ofServer: "from aggregator.yaml",
  goes: "Goes",
  every: { daily: "Every day", weekly: "Every Monday", monthly: "On the 1st of the month" },
  fromHour: (hour: string) => `from ${hour}:00 on, by the clock of the place`,
  readers: "To",
  readersHint: "Mail addresses, a line each. Each gets a mail of its own.",
  reportOf: { place: "satisfaction", skm: "SKM" },
  reportName: { place: "Satisfaction: the place against its promise", skm: "SKM: Survei Kepuasan Masyarakat" },
  report: "What",
  at: "From what hour on",
  atHint: "By the clock of the place, of the days before.",
  channel: "By which channel",
  channelHint: "Its mail server and sender; not its readers or quiet hours.",
  noMail: "No channel sends mail yet:",
  makeOne: "make one of the kind Mail",
  channelGone: (id: string) => `There is no channel “${id}” that sends mail: this report goes to nobody.`,
  endedAt: (at: string) => `ended it, ${at}`,
  sentThrough: (day: string) => `sent up to ${day}`,
  nothingSent: "nothing sent yet",
  langs: { id: "Indonesian", en: "English" },
  look: "Preview",
  lookAt: (id: string, lang: string) => `${id} as it would look now, in ${lang}`,
  lookIn: (lang: string) => `As it would look now, in ${lang}`,
  idHint: "A name for it that never changes, such as bandung-weekly: a\u2013z, 0\u20139 and -. With another one a report begins anew.",
  addressWrong: (address: string) => `${address} is no mail address.`,
  end: "Take this report away\u2026",
  endSure: "Take it away",
  endHint: "It goes to nobody any more.",
};
export type MailingsWords = typeof en;

const id: MailingsWords = {
  mailing: "Laporan lewat surel",
  newMailing: "Laporan baru",
  mailingsHint: "Penerima dapat menghentikannya lewat baris terakhirnya.",
  noMailings: "Belum ada laporan lewat surel. Isinya angka suatu tempat tiap hari, Senin, atau bulan, dengan lembar kerja.",
  ofServer: "dari aggregator.yaml",
  goes: "Dikirim",
  every: { daily: "Setiap hari", weekly: "Setiap Senin", monthly: "Setiap tanggal 1" },
  fromHour: (hour) => `mulai pukul ${hour}.00 waktu setempat`,
  readers: "Kepada",
  readersHint: "Alamat surel, satu per baris. Tiap alamat mendapat surel sendiri.",
  reportOf: { place: "kepuasan", skm: "SKM" },
  reportName: { place: "Kepuasan: tempat terhadap janjinya", skm: "SKM: Survei Kepuasan Masyarakat" },
  report: "Apa",
  at: "Mulai pukul berapa",
  atHint: "Menurut waktu setempat, tentang hari-hari sebelumnya.",
  channel: "Lewat saluran mana",
  channelHint: "Server surel dan pengirimnya; bukan penerima atau jam tenangnya.",
  noMail: "Belum ada saluran yang mengirim surel:",
  makeOne: "buatlah satu jenis Surel",
  channelGone: (channel) => `Tidak ada saluran “${channel}” yang mengirim surel: laporan ini tidak sampai ke siapa pun.`,
  endedAt: (at) => `dihentikan, ${at}`,
  sentThrough: (day) => `terkirim sampai ${day}`,
  nothingSent: "belum ada yang terkirim",
  langs: { id: "bahasa Indonesia", en: "bahasa Inggris" },
  look: "Pratinjau",
  lookAt: (report, lang) => `${report} seperti adanya kini, dalam ${lang}`,
  lookIn: (lang) => `Seperti adanya kini, dalam ${lang}`,
  idHint: "Sebutan yang tidak pernah berubah, misalnya bandung-mingguan: a\u2013z, 0\u20139 dan -. Dengan sebutan lain laporan mulai dari awal.",
  addressWrong: (address) => `${address} bukan alamat surel.`,
  end: "Hapus laporan ini\u2026",
  endSure: "Hapus",
  endHint: "Tidak dikirim lagi ke siapa pun.",
};
const WORDS: Record<Lang, MailingsWords> = { en, id };

export function useMailingsWords() {
  const said = useManageWords();
  return { ...said, m: WORDS[said.lang] };
}
