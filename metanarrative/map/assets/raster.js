/* The bitmap under the atlas: links, density and marks written straight into pixels. A plain
   canvas without a graphics card spends most of a large map on calls; here a mark is some
   sixty additions, and a redraw of 10,000 of them takes some milliseconds. */
MN.raster = () => {
  let wide = 0;
  let high = 0;
  let stride = 0;
  let image = null;
  let pixels = null;
  let ink = null;
  const FULL = 64; // what one line leaves on a pixel that it covers
  const DEEPEST = 2047;
  const RIM = 2;

  /* [red, green, blue] of #rrggbb, and the pixel that shows it */
  const parts = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  const tones = new Uint32Array(DEEPEST + 1);
  let toned = "";
  const pixel = (r, g, b) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;

  /* how far outside a shape of radius r a point lies (inside: below 0) */
  const outside = {
    disc: (x, y, r) => Math.hypot(x, y) - r,
    square: (x, y, r) => Math.max(Math.abs(x), Math.abs(y)) - 0.9 * r,
    diamond: (x, y, r) => (Math.abs(x) + Math.abs(y) - 1.25 * r) * Math.SQRT1_2,
    triangle: (x, y, r) => Math.max(y, 0.866 * Math.abs(x) - 0.5 * y) - 0.625 * r,
  };

  /* a mark drawn once: pixels with their share of the ground in the top byte, to be laid over it */
  const drawn = (look, r) => {
    const half = Math.ceil(r * 1.25 + look.line / 2 + 1);
    const side = 2 * half + 1;
    const cells = new Uint32Array(side * side);
    const [fill, edge] = [parts(look.fill), parts(look.edge)];
    const share = (d) => Math.min(1, Math.max(0, 0.5 - d));
    for (let row = 0; row < side; row += 1) {
      for (let column = 0; column < side; column += 1) {
        const d = outside[look.shape](column - half, row - half, r);
        const whole = share(d - look.line / 2);
        const inner = share(d + look.line / 2);
        if (whole === 0) continue;
        const tone = (k) => Math.round(look.alpha * (fill[k] * inner + edge[k] * (whole - inner)));
        cells[row * side + column] = ((Math.round(255 * look.alpha * whole) << 24) | (tone(2) << 16) | (tone(1) << 8) | tone(0)) >>> 0;
      }
    }
    return { half, side, cells };
  };

  const lay = (mark, cx, cy) => {
    const { half, side, cells } = mark;
    const x0 = cx - half;
    const y0 = cy - half;
    const from = Math.max(0, -x0);
    const to = Math.min(side, wide - x0);
    const last = Math.min(side, high - y0);
    for (let row = Math.max(0, -y0); row < last; row += 1) {
      let at = (y0 + row) * wide + x0 + from;
      for (let cell = row * side + from; cell < row * side + to; cell += 1, at += 1) {
        const over = cells[cell];
        const alpha = over >>> 24;
        if (alpha === 255) pixels[at] = over;
        else if (alpha) {
          const under = pixels[at];
          const rest = 256 - alpha;
          pixels[at] = 0xff000000 | ((((Math.imul(under & 0xff00ff, rest) >>> 8) & 0xff00ff) + (over & 0xff00ff)) & 0xff00ff) | ((((Math.imul(under & 0xff00, rest) >>> 8) & 0xff00) + (over & 0xff00)) & 0xff00);
        }
      }
    }
  };

  /* one line, cut to the bitmap and softened on both sides; `ink` has a rim, so that no edge need be asked for */
  let enter = 0;
  let leave = 1;
  const cut = (p, q) => {
    if (p < 0) enter = Math.max(enter, q / p);
    else if (p > 0) leave = Math.min(leave, q / p);
    else if (q < 0) leave = -1;
  };
  const line = (ax, ay, bx, by, thick) => {
    const dx = bx - ax;
    const dy = by - ay;
    enter = 0;
    leave = 1;
    cut(-dx, ax);
    cut(dx, wide - 1 - ax);
    cut(-dy, ay);
    cut(dy, high - 1 - ay);
    if (enter >= leave || (dx === 0 && dy === 0)) return;
    const flat = Math.abs(dx) >= Math.abs(dy);
    const slope = flat ? dy / dx : dx / dy;
    const along = flat ? 1 : stride;
    const across = flat ? stride : 1;
    const one = Math.round((flat ? ax : ay) + enter * (flat ? dx : dy));
    const other = Math.round((flat ? ax : ay) + leave * (flat ? dx : dy));
    const first = Math.min(one, other);
    const last = Math.max(one, other);
    let side = Math.round((RIM - (thick ? 1 : 0.5) + (flat ? ay + slope * (first - ax) : ax + slope * (first - ay))) * 65536);
    const step = Math.round(slope * 65536);
    let at = (RIM + first) * along;
    for (let k = first; k <= last; k += 1, at += along, side += step) {
      const to = at + (side >> 16) * across;
      const part = (side >> 10) & (FULL - 1);
      ink[to] += FULL - part;
      if (thick) { ink[to + across] += FULL; ink[to + 2 * across] += part; } else ink[to + across] += part;
    }
  };

  return {
    parts,
    get image() { return image; },

    /* a bitmap of so many device pixels; what was on it is lost */
    resize(w, h) {
      [wide, high, stride] = [w, h, w + 3 * RIM];
      image = new ImageData(w, h);
      pixels = new Uint32Array(image.data.buffer);
      ink = new Uint32Array(stride * (h + 3 * RIM));
    },

    clearLinks() { ink.fill(0); },

    /* add links from number `at` on until the clock strikes `until`; returns where it stopped */
    addLinks(ends, at, until, x, y, mask, thick) {
      const n = ends.length / 2;
      let next = at;
      while (next < n) {
        const stop = Math.min(n, next + 500);
        for (; next < stop; next += 1) {
          const a = ends[2 * next];
          const b = ends[2 * next + 1];
          if (mask[a] && mask[b]) line(x[a], y[a], x[b], y[b], thick);
        }
        if (performance.now() > until) break;
      }
      return next;
    },

    /* paper with the links on it: where many cross, they darken, up to a limit that leaves the marks clear */
    ground(paper, colour, alpha) {
      const key = `${paper}${colour}${alpha}`;
      if (toned !== key) {
        const [from, to] = [parts(paper), parts(colour)];
        for (let depth = 0; depth <= DEEPEST; depth += 1) {
          const share = Math.min(0.4, 1 - (1 - alpha) ** (depth / FULL));
          tones[depth] = pixel(from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share, from[2] + (to[2] - from[2]) * share);
        }
        toned = key;
      }
      for (let row = 0; row < high; row += 1) {
        let under = (row + RIM) * stride + RIM;
        for (let at = row * wide; at < (row + 1) * wide; at += 1, under += 1) pixels[at] = tones[Math.min(DEEPEST, ink[under])];
      }
    },

    /* a glow round every mark, summed on a coarse grid and smoothed between its cells */
    density(x, y, mask, colourOf, reach) {
      const cell = Math.max(4, reach / 8);
      const columns = Math.ceil(wide / cell) + 2;
      const rows = Math.ceil(high / cell) + 2;
      const sums = new Float32Array(4 * columns * rows);
      const most = Math.ceil(reach / cell);
      for (let i = 0; i < x.length; i += 1) {
        if (!mask[i] || x[i] < -reach || y[i] < -reach || x[i] > wide + reach || y[i] > high + reach) continue;
        const [r, g, b] = colourOf(i);
        const [c0, r0] = [Math.round(x[i] / cell), Math.round(y[i] / cell)];
        for (let row = Math.max(0, r0 - most); row <= Math.min(rows - 1, r0 + most); row += 1) {
          for (let column = Math.max(0, c0 - most); column <= Math.min(columns - 1, c0 + most); column += 1) {
            const glow = 0.18 * (1 - Math.hypot(column * cell - x[i], row * cell - y[i]) / reach);
            if (glow <= 0) continue;
            const at = 4 * (row * columns + column);
            sums[at] += glow;
            sums[at + 1] += glow * r;
            sums[at + 2] += glow * g;
            sums[at + 3] += glow * b;
          }
        }
      }
      const here = new Float64Array(4);
      for (let row = 0; row < high; row += 1) {
        const r0 = Math.floor(row / cell);
        const down = row / cell - r0;
        for (let column = 0; column < wide; column += 1) {
          const c0 = Math.floor(column / cell);
          const over = column / cell - c0;
          const at = 4 * (r0 * columns + c0);
          const under = at + 4 * columns;
          for (let k = 0; k < 4; k += 1) here[k] = (sums[at + k] * (1 - over) + sums[at + 4 + k] * over) * (1 - down) + (sums[under + k] * (1 - over) + sums[under + 4 + k] * over) * down;
          if (here[0] < 0.004) continue;
          const share = 1 - Math.exp(-here[0]);
          const old = pixels[row * wide + column];
          const tone = (k) => Math.round(((old >>> (8 * k)) & 255) * (1 - share) + (here[k + 1] / here[0]) * share);
          pixels[row * wide + column] = pixel(tone(0), tone(1), tone(2));
        }
      }
    },

    /* every mark in `order`: looks[lookOf[i]] at x[i], y[i] with radius r[i] * grow; a look keeps what was drawn of it */
    marks(order, mask, x, y, r, grow, looks, lookOf) {
      for (const i of order) {
        if (!mask[i]) continue;
        const size = Math.round(r[i] * grow * 4);
        const rim = size / 2;
        if (!(x[i] > -rim && y[i] > -rim && x[i] < wide + rim && y[i] < high + rim)) continue;
        const look = looks[lookOf[i]];
        if (!look.drawn[size]) look.drawn[size] = drawn(look, size / 4);
        lay(look.drawn[size], Math.floor(x[i]), Math.floor(y[i]));
      }
    },
  };
};
