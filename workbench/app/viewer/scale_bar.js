// The scale bar of a pane: a round length, about a third of the pane at most.

import { lengthText, roundLength } from "./words.js";

/** Draw the bar: `pixel` is the length of one of the page's pixels, in nm or, without, in px. */
export function drawScaleBar(bar, pane, pixel, inNm) {
  const length = roundLength(0.3 * pane.w * pixel);
  bar.querySelector("span").textContent = inNm ? lengthText(length) : `${length} px`;
  bar.querySelector("i").style.width = `${length / pixel}px`;
}
