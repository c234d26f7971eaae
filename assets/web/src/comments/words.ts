// The words of the comments card, apart from the first bundle.
const en = {
  comments: "In their own words",
  none: (days: number) => `Nobody has written anything in the last ${days} days.`,
  urgent: "Look at this first",
  personal: "May name a person",
  more: "Earlier ones",
  newest: "Back to the newest",
  busy: "Loading …",
};
const id: typeof en = {
  comments: "Kata pelanggan",
  none: (days) => `Belum ada yang menulis dalam ${days} hari terakhir.`,
  urgent: "Lihat ini dulu",
  personal: "Mungkin menyebut orang",
  more: "Yang lebih lama",
  newest: "Kembali ke yang terbaru",
  busy: "Memuat …",
};

export const words = { en, id };
