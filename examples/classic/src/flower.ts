type Colour = readonly [red: number, green: number, blue: number];

const THROAT: Colour = [255, 236, 170];
const HEART: Colour = [232, 214, 255];
const PETAL: Colour = [150, 92, 226];
const RIM: Colour = [96, 52, 178];

const PETALS = 5;

/**
 * Draws a verbena flower on a transparent ground.
 *
 * @param size width and height in pixels
 * @returns rows from the top, four bytes a pixel: red, green, blue, opacity
 */
export function drawFlower(size: number): Uint8Array {
  const pixels = new Uint8Array(4 * size * size);
  const middle = (size - 1) / 2;
  const radius = size / 2 - 1;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const right = (x - middle) / radius;
      const up = (middle - y) / radius;
      const distance = Math.hypot(right, up);
      const turn = (Math.atan2(right, up) / (2 * Math.PI)) * PETALS;
      // Where in its petal the pixel lies: 0 on the petal's middle line, 0.5 where it meets the next.
      const aside = Math.abs(turn - Math.round(turn));
      const edge = edgeOf(aside);
      const opacity = covered(edge - distance, radius);
      if (opacity > 0) pixels.set([...colourOf(distance, aside, edge, radius), 255 * opacity], 4 * (y * size + x));
    }
  }
  return pixels;
}

/** How far a petal reaches: rounded, with the notch that verbena has at each tip. */
function edgeOf(aside: number): number {
  const petal = Math.sqrt(Math.max(0, 1 - (aside / 0.5) ** 2.4));
  const notch = Math.exp(-((aside / 0.075) ** 2));
  return 0.3 + 0.7 * petal - 0.12 * notch;
}

function colourOf(distance: number, aside: number, edge: number, radius: number): Colour {
  const outward = Math.min(1, distance / edge);
  const shade = Math.min(1, 0.75 * outward ** 5 + 0.9 * (aside / 0.5) ** 4);
  const petal = mix(mix(HEART, PETAL, smooth(outward / 0.75)), RIM, shade);
  return mix(petal, THROAT, covered(0.14 - distance, radius));
}

/** How much of a pixel lies on the inner side of a line, from its distance to that line. */
function covered(inside: number, radius: number): number {
  return Math.min(1, Math.max(0, 0.5 + inside * radius));
}

function smooth(share: number): number {
  const bounded = Math.min(1, Math.max(0, share));
  return bounded * bounded * (3 - 2 * bounded);
}

function mix(from: Colour, to: Colour, share: number): Colour {
  return [
    from[0] + (to[0] - from[0]) * share,
    from[1] + (to[1] - from[1]) * share,
    from[2] + (to[2] - from[2]) * share,
  ];
}
