// The words of the inbox, apart from the first bundle.
const en = {
  title: "Waiting for a call",
  hint: (until: string) => `Deleted ${until}`,
  asked: (time: string, kiosk: string) => `Asked ${time}, ${kiosk}`,
  byPhone: "by phone",
  due: (time: string) => `call by ${time}`,
  overdue: (time: string) => `overdue since ${time}`,
  takenBy: (name: string, time: string) => `${name} calls, since ${time}`,
  take: "I call them",
  show: "Show what they left",
  noName: "No name",
  ended: "It is over",
  again: "Not reached yet",
  outcome: "What came of it",
  note: "Note (optional)",
  outcomes: { reached: "Talked to them, solved", unsolved: "Talked to them, not solved", "no-answer": "No answer", wrong: "Wrong number or address" } as Record<string, string>,
  erases: "What they left is deleted with it.",
};
const id: typeof en = {
  title: "Menunggu dihubungi",
  hint: (until) => `Dihapus ${until}`,
  asked: (time, kiosk) => `Diminta ${time}, ${kiosk}`,
  byPhone: "lewat ponsel",
  due: (time) => `hubungi sebelum ${time}`,
  overdue: (time) => `terlambat sejak ${time}`,
  takenBy: (name, time) => `${name} menghubungi, sejak ${time}`,
  take: "Saya hubungi",
  show: "Tampilkan kontaknya",
  noName: "Tanpa nama",
  ended: "Selesai",
  again: "Belum tersambung",
  outcome: "Hasilnya",
  note: "Catatan (boleh kosong)",
  outcomes: { reached: "Sudah bicara, selesai", unsolved: "Sudah bicara, belum selesai", "no-answer": "Tidak dijawab", wrong: "Nomor atau alamat salah" },
  erases: "Kontaknya ikut dihapus.",
};

export const words = { en, id };
