// Where the panes lie: edge to edge, in as many columns as make the whole micrograph large and
// leave little of the room blank.

const GAP = 3; // between two panes
const SMALLEST = 8;
const MOST_FILLED = 2.6; // a flatter or taller one is shown whole: little of it would be seen

/** The columns that suit a texture best: { columns, room of a pane }. */
function bestColumns(count, texture, width, height, gap) {
  let best = null;
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const room = [(width - gap * (columns - 1)) / columns, (height - gap * (rows - 1)) / rows];
    const scale = Math.min(room[0] / texture.width, room[1] / texture.height);
    const worth = scale * Math.sqrt(count / (columns * rows)); // a place that is empty is lost
    if (!best || worth > best.worth) best = { columns, room, worth };
  }
  return best;
}

/**
 * Lay out panes [[what, index], ...] of a texture { width, height } in a room of this size: where
 * each lies, in px of the page of which the device has `ratio` each way, the scale at which the
 * whole texture fits one, and the one at which it fills it.
 */
export function layOut(panes, texture, width, height, ratio = 1) {
  const gap = Math.max(Math.round(GAP * ratio), 1) / ratio;
  const { columns, room } = bestColumns(panes.length, texture, width, height, gap);
  // whole pixels of the device: the same place looks the same in each
  const [w, h] = room.map((edge) => Math.max(Math.floor(edge * ratio) / ratio, SMALLEST));
  const placed = panes.map(([what, index], place) => ({
    what,
    index,
    x: (place % columns) * (w + gap),
    y: Math.floor(place / columns) * (h + gap),
    w,
    h,
  }));
  const [across, down] = [w / texture.width, h / texture.height];
  const fitted = Math.min(across, down);
  const filled = Math.max(across, down);
  return { placed, fitted, filled: filled > MOST_FILLED * fitted ? fitted : filled };
}
