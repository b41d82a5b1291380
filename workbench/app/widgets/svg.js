// Elements and paths of SVG.

const SPACE = "http://www.w3.org/2000/svg";

/** An element with these attributes. */
export function svgElement(tag, attributes = {}) {
  const made = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** The path of a closed line [x, y, x, y, ...]. */
export function outlinePath(points) {
  const corners = Array.from({ length: points.length / 2 }, (_, i) =>
    points.slice(2 * i, 2 * i + 2),
  );
  return `M${corners.map((corner) => corner.join(",")).join("L")}Z`;
}
