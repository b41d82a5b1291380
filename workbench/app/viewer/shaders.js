// The program that draws a pane: grey values, overlay of the networks, label, all from textures.

export const VERTEX = `#version 300 es
in vec2 corner; out vec2 place;
void main() { place = corner * 0.5 + 0.5; gl_Position = vec4(corner, 0.0, 1.0); }`;

// place: 0..1 in the pane, y upwards. Layer 0 is the pane's own network, 1 to 3 are others; where
// there are more, the pane is drawn again over itself for each three, but only where they differ.
export const FRAGMENT = `#version 300 es
precision highp float;
in vec2 place; out vec4 colour;
uniform sampler2D micrograph, map, layer0, layer1, layer2, layer3, label;
uniform vec4 thresholds; uniform int layers, overlay, labelled;
uniform vec2 size, pane, centre, contrast;
uniform float scale, gamma, opacity;
uniform bool invert, own, disagree, again, rims;
uniform vec3 tint, bright, dark, particle, unsure;
uniform int colours; uniform vec3 palette[7];
bool inside(vec2 at) { return texture(layer0, at).r > thresholds.x; }
// a mask in colours: 255 is of the pane's own, 254 of the palette's first
int number(vec2 at) { return colours > 0 ? 255 - int(texture(layer0, at).r * 255.0 + 0.5) : 0; }
bool same(vec2 at, int mine) { return inside(at) && number(at) == mine; }
int drawn(vec2 at) { return int(texture(label, at).r * 255.0 + 0.5); }
void main() {
  vec2 px = centre + vec2(place.x - 0.5, 0.5 - place.y) * pane / scale;
  if (px.x < 0.0 || px.y < 0.0 || px.x >= size.x || px.y >= size.y) { colour = vec4(0.0); return; }
  vec2 at = px / size;
  float value = (texture(micrograph, at).r - contrast.x) / max(contrast.y - contrast.x, 1e-6);
  value = pow(clamp(value, 0.0, 1.0), gamma);
  float entry = (invert ? 1.0 - value : value) * (255.0 / 256.0) + 0.5 / 256.0;
  vec3 shown = texture(map, vec2(entry, 0.5)).rgb;
  bool differ = false, rim = false;
  if (own) {
    bool here = inside(at);
    int mine = here ? number(at) : 0;
    vec3 ink = mine > 0 && mine <= colours ? palette[mine - 1] : tint;
    if (here && overlay != 1 && !rims) shown = mix(shown, ink, opacity);
    if (overlay != 0 || rims) {
      vec2 step = max(vec2(1.5 / scale), vec2(0.75)) / size;
      vec2 right = vec2(step.x, 0.0), down = vec2(0.0, step.y);
      rim = here && !(same(at + right, mine) && same(at - right, mine)
        && same(at + down, mine) && same(at - down, mine));
      if (rim) shown = mix(shown, ink, min(1.0, opacity + 0.65));
    }
    if (disagree) {
      differ = (layers > 1 && (texture(layer1, at).r > thresholds.y) != here)
        || (layers > 2 && (texture(layer2, at).r > thresholds.z) != here)
        || (layers > 3 && (texture(layer3, at).r > thresholds.w) != here);
      bool stripe = mod(gl_FragCoord.x - gl_FragCoord.y, 8.0) < 4.0;
      if (differ) shown = mix(shown, stripe ? bright : dark, 0.85);
    }
  }
  if ((again && !differ) || (rims && !rim)) discard;
  // by hand: filled in the micrograph's pane, hatched where not sure; a rim in all
  int mine = labelled > 0 && !rims ? drawn(at) : 0;
  if (mine > 0) {
    vec2 step = max(vec2(1.5 / scale), vec2(0.75)) / size;
    bool edge = !(drawn(at + vec2(step.x, 0.0)) == mine && drawn(at - vec2(step.x, 0.0)) == mine
      && drawn(at + vec2(0.0, step.y)) == mine && drawn(at - vec2(0.0, step.y)) == mine);
    bool hatch = mod(gl_FragCoord.x + gl_FragCoord.y, 8.0) < 3.0;
    if (edge) shown = mix(shown, mine == 2 ? unsure : particle, 0.9);
    else if (labelled == 1 && mine == 1) shown = mix(shown, particle, opacity);
    else if (labelled == 1 && hatch) shown = mix(shown, unsure, 0.55);
  }
  colour = vec4(shown, 1.0);
}`;
