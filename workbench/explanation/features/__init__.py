"""What the layers of a network hold: their maps, what each filter answers to, how alike two networks are inside."""

from workbench.explanation.features.embedding import Axes, Embedding, embed, principal_axes
from workbench.explanation.features.filters import FilterTuning, tune_filters
from workbench.explanation.features.layers import LayerKnown, known_layers, last_features, layer_names
from workbench.explanation.features.maps import FeatureMaps, feature_maps
from workbench.explanation.features.maximisation import Maximised, maximise
from workbench.explanation.features.similarity import Similarity, linear_cka, similarity
from workbench.explanation.features.tiled import MeanMaps, features_at, mean_maps

__all__ = [
    "Axes",
    "Embedding",
    "FeatureMaps",
    "FilterTuning",
    "LayerKnown",
    "Maximised",
    "MeanMaps",
    "Similarity",
    "embed",
    "feature_maps",
    "features_at",
    "known_layers",
    "last_features",
    "layer_names",
    "linear_cka",
    "maximise",
    "mean_maps",
    "principal_axes",
    "similarity",
    "tune_filters",
]
