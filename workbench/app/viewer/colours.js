// Colours of everything that is drawn over or for a micrograph: red, green and blue from 0 to 255.

const COLORMAPS = {
  gray: [
    [0, 0, 0],
    [255, 255, 255],
  ],
  viridis: [
    [68, 1, 84],
    [59, 82, 139],
    [33, 145, 140],
    [94, 201, 98],
    [253, 231, 37],
  ],
  inferno: [
    [0, 0, 4],
    [87, 16, 110],
    [188, 55, 84],
    [249, 142, 9],
    [252, 255, 164],
  ],
  cividis: [
    [0, 34, 78],
    [66, 78, 108],
    [124, 123, 120],
    [187, 173, 108],
    [254, 232, 56],
  ],
};

/** Where networks disagree: stripes of two greys, as any colour may be that of a network. */
export const DISAGREEMENT = [
  [255, 255, 255],
  [0, 0, 0],
];

// what a label says of a pixel, as micrographs/labelling keeps it; 0 is background
export const PARTICLE = 1;
export const NOT_SURE = 2;
export const LABEL_COLOURS = { [PARTICLE]: [240, 228, 66], [NOT_SURE]: [255, 255, 255] };

/** Red, green and blue of a colour such as "#8a949e". */
export const rgb = (hex) => [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));

/** The 256 colours of a map by name, as bytes of red, green, blue and opacity. */
export function ramp(name) {
  const stops = COLORMAPS[name] ?? COLORMAPS.gray;
  const table = new Uint8Array(256 * 4);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (stops.length - 1);
    const low = Math.min(Math.floor(at), stops.length - 2);
    for (let c = 0; c < 3; c++)
      table[4 * i + c] = stops[low][c] + (stops[low + 1][c] - stops[low][c]) * (at - low);
    table[4 * i + 3] = 255;
  }
  return table;
}
