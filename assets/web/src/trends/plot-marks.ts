// What the pages take of Observable Plot: plot.js, fetched with the first figure (plot.tsx).
export { areaY, axisX, axisY, barX, cell, dot, frame, gridY, lineY, plot, pointerX, rect, ruleX, ruleY, scale, text } from "@observablehq/plot";
