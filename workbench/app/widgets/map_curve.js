// The spectrum below a map: what of it was used, and what the micrograph has.

import { svgElement } from "./svg.js";

const GOLD = "#8a6d00";

/** The spectrum of what was used, over that of the micrograph, with the lines of gold. */
export function spectrum(curve, colour) {
  const width = 132;
  const height = 46;
  const foot = 12;
  const most = curve.x[curve.x.length - 1] || 1;
  const svg = svgElement("svg", {
    viewBox: `0 0 ${width} ${height}`,
    class: "hw-map-curve",
    role: "img",
  });
  const x = (value) => 2 + (value / most) * (width - 4);
  const y = (value) => 3 + (1 - Math.min(Math.max(value, 0), 1)) * (height - foot - 4);
  const path = (values) =>
    values
      .map(
        (value, index) =>
          `${index ? "L" : "M"}${x(curve.x[index]).toFixed(1)},${y(value).toFixed(1)}`,
      )
      .join("");
  const label = (at, text, anchor = "middle") => {
    const made = svgElement("text", { x: at, y: height - 2, "text-anchor": anchor });
    made.textContent = text;
    svg.append(made);
  };
  svg.append(svgElement("path", { d: `M2,${height - foot}H${width - 2}`, class: "axis" }));
  let last = -99;
  for (const [name, at] of Object.entries(curve.lines).sort((a, b) => a[1] - b[1])) {
    if (at > most) continue;
    svg.append(
      svgElement("path", { d: `M${x(at)},2V${height - foot}`, class: "line", stroke: GOLD }),
    );
    if (x(at) - last <= 20 || x(at) >= width - 34) continue; // the unit stands at the end
    last = x(at);
    label(last, name);
  }
  if (curve.limit && curve.limit < most)
    svg.append(svgElement("path", { d: `M${x(curve.limit)},2V${height - foot}`, class: "limit" }));
  svg.append(
    svgElement("path", { d: path(curve.micrograph), class: "micrograph" }),
    svgElement("path", { d: path(curve.used), class: "used", stroke: colour }),
  );
  label(2, "0", "start");
  label(width - 1, curve.unit, "end");
  const title = svgElement("title", {});
  const lines = Object.keys(curve.lines).join(", ");
  title.textContent =
    `Radial profile up to ${Number(most.toPrecision(2))} ${curve.unit}: ` +
    `coloured, of what was used; grey, of the micrograph; dashed, lines of gold (${lines})`;
  svg.append(title);
  return svg;
}
