"""What the layers of a network hold: their maps, what each filter answers to, how alike two networks are inside."""

from workbench.explanation.features.embedding import Embedding, embed
from workbench.explanation.features.filters import FilterTuning, tune_filters
from workbench.explanation.features.layers import layer_names
from workbench.explanation.features.maps import FeatureMaps, feature_maps
from workbench.explanation.features.maximisation import Maximised, maximise
from workbench.explanation.features.similarity import Similarity, linear_cka, similarity

__all__ = [
    "Embedding",
    "FeatureMaps",
    "FilterTuning",
    "Maximised",
    "Similarity",
    "embed",
    "feature_maps",
    "layer_names",
    "linear_cka",
    "maximise",
    "similarity",
    "tune_filters",
]
