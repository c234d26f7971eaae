// How to read the figures, apart from the first bundle.
const en = {
  about: "How to read this",
  aboutAbove: "surely above the promise",
  aboutBelow: "surely below the promise",
  aboutUnclear: "cannot tell yet",
  aboutSteps: (votes: string, minutes: string) =>
    `Figures move in steps: after ${votes} new votes, or after ${minutes} with at least 2. So nobody can tie a press to a person.`,
  aboutAlerts: "Alerts appear and end at once.",
  aboutInterval: "The soft bar is the 95% interval.",
};
const id: typeof en = {
  about: "Cara membaca",
  aboutAbove: "pasti di atas janji",
  aboutBelow: "pasti di bawah janji",
  aboutUnclear: "belum dapat dipastikan",
  aboutSteps: (votes, minutes) =>
    `Angka bergerak bertahap: setelah ${votes} suara baru, atau setelah ${minutes} dengan sedikitnya 2 suara. Jadi tidak ada tekanan yang dapat dikaitkan dengan seseorang.`,
  aboutAlerts: "Peringatan muncul dan berakhir seketika.",
  aboutInterval: "Batang lunak adalah rentang 95%.",
};

export const words = { en, id };
