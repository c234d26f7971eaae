// The words of the comments card, apart from the first bundle.
const en = {
  comments: "In their own words",
  none: (days: number) => `Nobody has written anything in the last ${days} days.`,
  urgent: "Look at this first",
  personal: "May name a person",
  more: "Earlier ones",
  newest: "Back to the newest",
  busy: "Loading …",
  erase: "Erase\u2026",
  eraseSure: "Erase for ever",
  eraseHint: "For whoever asks for it, or where words name somebody. All words and the contact of this visit go, here and on the kiosk, for ever and on record. Its score stays.",
};
const id: typeof en = {
  comments: "Kata pelanggan",
  none: (days) => `Belum ada yang menulis dalam ${days} hari terakhir.`,
  urgent: "Lihat ini dulu",
  personal: "Mungkin menyebut orang",
  more: "Yang lebih lama",
  newest: "Kembali ke yang terbaru",
  busy: "Memuat …",
  erase: "Hapus\u2026",
  eraseSure: "Hapus selamanya",
  eraseHint: "Bila yang menulis memintanya, atau bila menyebut seseorang. Semua kata dan kontak kunjungan ini dihapus, di sini dan di kios, untuk selamanya dan tercatat. Nilainya tetap ada.",
};

export const words = { en, id };
