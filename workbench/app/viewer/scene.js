// What a renderer needs to know to draw the canvas once.

import { rgb } from "./colours.js";

/** The scene of a view, for a canvas of this height and this many device pixels in one of it. */
export function sceneOf(view, height, ratio) {
  const { model, micrograph, camera } = view;
  const { low, high } = micrograph ?? { low: 0, high: 1 };
  return {
    micrograph,
    label: micrograph ? view.hand.scene() : null,
    panes: view.placed.flatMap((pane) => [paneOf(view, pane), ...outlinesOf(view, pane)]),
    height,
    ratio,
    scale: camera.scale,
    centre: camera.centre,
    contrast: model.get("contrast").map((value) => (value - low) / (high - low)),
    gamma: model.get("gamma"),
    invert: model.get("invert"),
    opacity: model.get("overlay_opacity"),
    overlay: { fill: 0, outline: 1 }[model.get("overlay_mode")] ?? 2,
    colormap: model.get("colormap"),
    disagree: model.get("show_disagreement"),
  };
}

/** One pane: where it lies, and the layers of its own network, first, and of all others. */
function paneOf(view, { what, part, x, y, w, h }) {
  const network = what.kind === "network";
  const own = view.overlay && network ? view.pixels.layerOf(what) : null;
  const others = view.model
    .get("panes")
    .filter((pane) => pane.kind === "network" && pane.key !== what.key)
    .map((pane) => view.pixels.layerOf(pane))
    .filter(Boolean);
  const tint = what.color ? rgb(what.color) : [0, 0, 0];
  // each particle in a colour of its own, while the mask is the one of what is set
  const palette = what.stale ? [] : (own?.layer.palette ?? []).map(rgb);
  return { x, y, w, h, part, network, tint, palette, layers: own ? [own, ...others] : [] };
}

/** The outlines that a pane bears of networks that have none of their own in this view. */
function outlinesOf(view, { what, x, y, w, h }) {
  if (!view.overlay) return [];
  return (what.legend ?? [])
    .map((network) => ({ own: view.pixels.layerOf(network), tint: rgb(network.color) }))
    .filter(({ own }) => own)
    .map(({ own, tint }) => ({ x, y, w, h, rims: true, tint, palette: [], layers: [own] }));
}
