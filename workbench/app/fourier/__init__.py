"""The Fourier transform of what the panes show: spacings under the pointer, rings of known lattices, spots."""
