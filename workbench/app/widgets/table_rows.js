// What a table holds, without its looks: columns, numbers, and the order and choice of its rows.

/** The rows that Python sent, by column. */
export class TableRows {
  columns = [];
  numbers = new Int32Array(0);
  cells = {}; // key of a column -> numbers or words
  struck = {}; // index of a row -> why it is struck out
  order = []; // indices of the rows that are shown, in their order
  sort = null; // { key, down }
  filter = "";

  /** Take what Python sent. */
  take(message, buffers) {
    this.columns = message.columns;
    this.struck = message.struck ?? {};
    this.cells = {};
    const views = (buffers ?? []).map((part) => copied(part));
    this.numbers = new Int32Array(views.shift() ?? 0);
    for (const { key, digits } of this.columns) {
      this.cells[key] =
        digits < 0 ? (message.words[key] ?? []) : new Float32Array(views.shift() ?? 0);
    }
    if (this.sort && !this.cells[this.sort.key]) this.sort = null;
    this.arrange();
  }

  /** Put the rows into their order, those that are filtered out left away. */
  arrange() {
    const rows = Array.from(this.numbers.keys()).filter((row) => this.passes(row));
    if (this.sort) {
      const cells = this.cells[this.sort.key];
      const sign = this.sort.down ? -1 : 1;
      rows.sort((a, b) => compared(cells[a], cells[b], sign) || a - b);
    }
    this.order = rows;
  }

  /** Sort by a column: upwards, at the next click downwards, then as the rows came. */
  sortBy(key) {
    if (this.sort?.key !== key) this.sort = { key, down: false };
    else this.sort = this.sort.down ? null : { key, down: true };
    this.arrange();
  }

  passes(row) {
    if (this.filter === "counted") return !(row in this.struck);
    if (this.filter === "out") return row in this.struck;
    return true;
  }

  /** What stands in a cell. */
  text(row, { key, digits }) {
    const value = this.cells[key][row];
    if (digits < 0) return value || "–";
    return Number.isNaN(value) ? "–" : value.toFixed(digits);
  }

  /** Where the row of a number stands among those shown; -1: nowhere. */
  placeOf(number) {
    const row = this.numbers.indexOf(number);
    return row < 0 ? -1 : this.order.indexOf(row);
  }
}

/** Compare two cells; what is no number comes last, whichever way. */
function compared(a, b, sign) {
  const [noA, noB] = [a, b].map((value) => value === "" || Number.isNaN(value));
  if (noA || noB) return noA - noB;
  return sign * (a < b ? -1 : a > b ? 1 : 0);
}

/** The bytes of a buffer, from a place that numbers of four bytes may begin at. */
function copied(part) {
  const bytes = new Uint8Array(part.buffer ?? part, part.byteOffset ?? 0, part.byteLength);
  return bytes.slice().buffer;
}
