// Where the panes lie: in as many columns as make them largest.

const GAP = 16; // between two panes
const HEAD = 26; // above each, for its title
const CLEARANCE = 8;
const SMALLEST = 160; // edge of a pane of a very flat or tall micrograph, which can be panned

/** The columns in which a texture is drawn largest: { columns, scale, room of a pane }. */
function bestColumns(count, texture, width, height) {
  let best = null;
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const room = [
      (width - GAP * (columns - 1) - CLEARANCE) / columns,
      (height - HEAD * rows - GAP * (rows - 1) - CLEARANCE) / rows,
    ];
    const scale = Math.min(room[0] / texture.width, room[1] / texture.height);
    if (!best || scale > best.scale) best = { columns, scale, room };
  }
  return best;
}

/**
 * Lay out panes [[what, index], ...] of a texture { width, height } on a page of this size: where
 * each lies, the height that all take, and the scale at which the whole texture fits.
 */
export function layOut(panes, texture, width, height) {
  const { columns, scale, room } = bestColumns(panes.length, texture, width, height);
  const edges = [
    Math.min(room[0], Math.max(texture.width * scale, SMALLEST)),
    Math.min(room[1], Math.max(texture.height * scale, SMALLEST)),
  ];
  // whole pixels: the same place looks the same in each
  const [w, h] = edges.map((edge) => Math.max(Math.floor(edge), 8));
  const placed = panes.map(([what, index], place) => ({
    what,
    index,
    x: (place % columns) * (w + GAP) + 2,
    y: Math.floor(place / columns) * (h + HEAD + GAP) + HEAD,
    w,
    h,
  }));
  const rows = Math.ceil(panes.length / columns);
  return { placed, needed: rows * (h + HEAD) + (rows - 1) * GAP + CLEARANCE, fitted: scale };
}
