// Lengths, places and intensities in words, with no more digits than are so.

/** A length of 1, 2 or 5 times a power of ten, at most `longest`. */
export function roundLength(longest) {
  const power = 10 ** Math.floor(Math.log10(longest));
  return ([5, 2, 1].find((factor) => factor * power <= longest) ?? 1) * power;
}

/** The unit in which a length of so many nm is read, and how many nm it has. */
function unitOf(nm) {
  return (
    [
      [1e6, "mm"],
      [1e3, "µm"],
    ].find(([size]) => nm >= size) ?? [1, "nm"]
  );
}

/** A length in the unit that suits it, with three digits. */
export function lengthText(nm) {
  const rounded = Number(nm.toPrecision(3));
  const [size, unit] = unitOf(rounded);
  return `${Number((rounded / size).toPrecision(3))} ${unit}`;
}

/**
 * A place on a micrograph whose longer edge has so many px: [x, y] in px in words, with as many
 * digits as a pixel is wide.
 */
export function placeText([x, y], nmPerPx, edge) {
  if (nmPerPx === null) return `x ${Math.floor(x)}, y ${Math.floor(y)} px`;
  const [size, unit] = unitOf(edge * nmPerPx);
  const digits = Math.min(Math.max(Math.ceil(-Math.log10(nmPerPx / size)), 0), 6);
  const [across, down] = [x, y].map((value) => ((value * nmPerPx) / size).toFixed(digits));
  return `x ${across}, y ${down} ${unit}`;
}

/**
 * The intensity of a pixel: as Python told it, else to within a step of the 8 bits that are drawn,
 * which end at low and high.
 */
export function intensityText(level, low, high, exact = null) {
  if (exact !== null)
    return String(
      [6, 7, 8]
        .map((digits) => Number(exact.toPrecision(digits)))
        .find((value) => Math.fround(value) === exact) ?? exact,
    );
  const step = (high - low) / 255;
  const power = 10 ** Math.floor(Math.log10(step));
  const about = (value) => Number((Math.round(value / power) * power).toPrecision(12));
  if (level === 0) return `≤ ${about(low + step / 2)}`;
  return level === 255 ? `≥ ${about(high - step / 2)}` : `≈ ${about(low + level * step)}`;
}
