// The words of the search for a place, apart from the first bundle.
const en = {
  title: "Find a place",
  hint: "Part of its name, or of its region",
  none: "No place has such a name.",
  found: (n: number) => `${n} ${n === 1 ? "place" : "places"}`,
  first: (n: number, of: number) => `The first ${n} of ${of}: type more to find yours.`,
};
const id: typeof en = {
  title: "Cari tempat",
  hint: "Sebagian namanya, atau wilayahnya",
  none: "Tidak ada tempat bernama begitu.",
  found: (n) => `${n} tempat`,
  first: (n, of) => `${n} pertama dari ${of}: ketik lebih banyak.`,
};

export const words = { en, id };
