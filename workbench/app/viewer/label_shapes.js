// Which pixels a brush or a closed line covers: the arithmetic of micrographs/labelling/shapes.py,
// so that what the browser draws at once is what Python keeps. An image is { data, width, height };
// points are whole pixels, [row, column].

/** The box of a path, inside the image: { top, left, bottom, right }, the last two not included. */
export function boxOf(image, points, reach) {
  const side = (axis, edge) => {
    let low = Infinity;
    let high = -Infinity;
    for (const point of points) {
      low = Math.min(low, point[axis]);
      high = Math.max(high, point[axis]);
    }
    const start = Math.min(Math.max(low - reach, 0), edge);
    return [start, Math.max(Math.min(high + reach + 1, edge), start)];
  };
  const [top, bottom] = side(0, image.height);
  const [left, right] = side(1, image.width);
  return { top, left, bottom, right };
}

/**
 * Give every pixel within half of `size` of a straight line a value; compared as four times the
 * squared distance.
 */
export function paintSegment(image, [y0, x0], [y1, x1], size, value) {
  const { data, width, height } = image;
  const reach = size >> 1;
  const dy = y1 - y0;
  const dx = x1 - x0;
  const length = dy * dy + dx * dx;
  const limit = size * size;
  const bottom = Math.min(Math.max(y0, y1) + reach, height - 1);
  for (let y = Math.max(Math.min(y0, y1) - reach, 0); y <= bottom; y++) {
    let low = Math.min(x0, x1);
    let high = Math.max(x0, x1);
    if (dy) {
      // only the part of the line that this row can reach
      const ends = [y - size / 2, y + size / 2].map(
        (row) => x0 + Math.min(Math.max((row - y0) / dy, 0), 1) * dx,
      );
      low = Math.floor(Math.min(...ends));
      high = Math.ceil(Math.max(...ends));
    }
    const right = Math.min(high + reach + 2, width - 1);
    const wy = y - y0;
    for (let x = Math.max(low - reach - 2, 0); x <= right; x++) {
      const wx = x - x0;
      const along = wy * dy + wx * dx;
      let near;
      if (along <= 0) near = 4 * (wy * wy + wx * wx) <= limit;
      else if (along >= length) near = 4 * ((y - y1) * (y - y1) + (x - x1) * (x - x1)) <= limit;
      else {
        const across = wx * dy - wy * dx;
        near = 4 * across * across <= limit * length;
      }
      if (near) data[y * width + x] = value;
    }
  }
}

/** Paint along a path; a single point is a dab. Returns the box that may have changed. */
export function paintPath(image, points, size, value) {
  if (points.length === 1) paintSegment(image, points[0], points[0], size, value);
  for (let i = 1; i < points.length; i++)
    paintSegment(image, points[i - 1], points[i], size, value);
  return boxOf(image, points, size >> 1);
}

/**
 * Fill a closed line and the pixels on it; where it crosses itself, every part is inside. Returns
 * its box.
 */
export function fillPolygon(image, corners, value) {
  const { data, width } = image;
  const closed = [...corners, corners[0]];
  const box = boxOf(image, closed, 0);
  for (let y = box.top; y < box.bottom; y++) {
    const crossings = [];
    for (let i = 1; i < closed.length; i++) {
      const [y0, x0] = closed[i - 1];
      const [y1, x1] = closed[i];
      if (y0 <= y !== y1 <= y)
        crossings.push([x0 + ((y - y0) * (x1 - x0)) / (y1 - y0), y1 > y0 ? 1 : -1]);
    }
    crossings.sort((one, other) => one[0] - other[0]);
    let turns = 0;
    for (let i = 0; i + 1 < crossings.length; i++) {
      turns += crossings[i][1];
      if (!turns) continue;
      const first = Math.max(Math.ceil(crossings[i][0]), 0);
      const last = Math.min(Math.floor(crossings[i + 1][0]), width - 1);
      if (first <= last) data.fill(value, y * width + first, y * width + last + 1);
    }
  }
  paintPath(image, closed, 1, value);
  return box;
}

/** Adler-32 (RFC 1950) of a box, row by row: whether Python's pixels are the same. */
export function checksum(image, box) {
  let a = 1;
  let b = 0;
  for (let y = box.top; y < box.bottom; y++) {
    const end = y * image.width + box.right;
    for (let i = y * image.width + box.left; i < end; ) {
      const stop = Math.min(i + 3800, end);
      for (; i < stop; i++) b += a += image.data[i];
      a %= 65521;
      b %= 65521;
    }
  }
  return b * 65536 + a;
}
