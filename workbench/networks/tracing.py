"""The receptive field of any torch module, counted while it runs once on an empty image."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from workbench.errors import NetworkError

WHOLE_IMAGE = (
    "adaptive_avg_pool2d", "adaptive_max_pool2d", "mean", "sum", "amax", "flatten", "linear", "matmul",
    "scaled_dot_product_attention", "multi_head_attention_forward", "fft2", "rfft2", "instance_norm", "layer_norm",
    "group_norm",
)  # fmt: skip


@dataclass(frozen=True)
class _Field:
    """What a tensor has seen: edge of the field in pixels, and pixels of the input between two of its own."""

    size: Fraction = Fraction(1)
    stride: Fraction = Fraction(1)


def trace_field(module: nn.Module, channels: int | None = None, edge: int = 256) -> int:
    """Return the receptive field of a module in pixels, in the published convention.

    A convolution adds ``(k - 1) d j`` and multiplies the stride ``j`` by its own, a pool likewise; upsampling and
    transposed convolutions divide ``j`` and add nothing; where ways meet, the widest counts. The module is run once on
    an empty image without memory or numbers (torch's device ``meta``), so it may branch and call functions as it likes.

    Parameters
    ----------
    module : torch module
        Takes (1, channels, edge, edge) and returns a tensor, or a mapping or sequence whose first entry is one.
    channels : int, optional
        Of its input; by default those of its first convolution.
    edge : int
        Height and width that it accepts.

    Returns
    -------
    int
        Edge of the square of input pixels.

    Raises
    ------
    NetworkError
        If the module looks at the whole image at once (a mean over it, attention, a dense layer, a norm of the image),
        or does not run.

    Examples
    --------
    >>> trace_field(nn.Sequential(nn.Conv2d(1, 1, 3), nn.MaxPool2d(2), nn.Conv2d(1, 1, 3, dilation=2)))
    12
    """
    first = next((layer for layer in module.modules() if isinstance(layer, nn.Conv2d)), None)
    count = channels or (first.in_channels if first is not None else 1)
    here = {name: tensor.to("meta") for name, tensor in (*module.named_parameters(), *module.named_buffers())}
    image = torch.zeros((1, count, edge, edge), device="meta")
    counter = _Counter(image)
    training = module.training
    try:
        with torch.no_grad(), counter:
            answer: Any = torch.func.functional_call(module.eval(), here, (image,))
    except NetworkError:
        raise
    except Exception as error:
        raise NetworkError(
            f"{type(module).__name__} does not run on an image of {count} channels and {edge} x {edge} pixels "
            f"({type(error).__name__}: {error}); name channels and edge."
        ) from error
    finally:
        module.train(training)
    while not isinstance(answer, torch.Tensor):
        answer = next(iter(answer.values() if isinstance(answer, Mapping) else answer))
    return round(counter.of([answer]).size)


class _Counter(TorchFunctionMode):
    """Follows every call into torch and notes what its answer has seen."""

    def __init__(self, image: torch.Tensor) -> None:
        super().__init__()
        # the tensors themselves are kept, so that no identity is used twice
        self._seen: dict[int, tuple[torch.Tensor, _Field]] = {id(image): (image, _Field())}

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Call the function, then give what it returns a field."""
        del types
        kwargs = kwargs or {}
        answer = func(*args, **kwargs)
        given = [value for value in _tensors((*args, *kwargs.values())) if id(value) in self._seen]
        if given:
            name = getattr(func, "__name__", "").lstrip("_")
            after = _step(name, self.of(given), args, kwargs, answer)
            for made in _tensors([answer]):
                self._seen[id(made)] = (made, after)
        return answer

    def of(self, tensors: Iterable[torch.Tensor]) -> _Field:
        """Return the widest field of some tensors, at the coarsest stride."""
        fields = [self._seen[id(tensor)][1] for tensor in tensors if id(tensor) in self._seen] or [_Field()]
        return _Field(max(one.size for one in fields), max(one.stride for one in fields))


def _step(name: str, field: _Field, args: tuple[Any, ...], kwargs: dict[str, Any], answer: Any) -> _Field:
    def option(key: str, place: int, default: Any) -> int:
        value = kwargs.get(key, args[place] if place < len(args) else default)
        value = default if value is None or value == [] else value
        return int(value if isinstance(value, int) else max(value))

    if name == "conv2d":
        weight: torch.Tensor = kwargs["weight"] if "weight" in kwargs else args[1]
        kernel = max(weight.shape[2:])
        reach = (kernel - 1) * option("dilation", 5, 1)
        return _Field(field.size + reach * field.stride, field.stride * option("stride", 3, 1))
    if name in ("max_pool2d", "avg_pool2d", "max_pool2d_with_indices", "lp_pool2d"):
        shift = 1 if name == "lp_pool2d" else 0
        kernel = option("kernel_size", 1 + shift, 2)
        reach = (kernel - 1) * (option("dilation", 4, 1) if name.startswith("max") else 1)
        return _Field(field.size + reach * field.stride, field.stride * option("stride", 2 + shift, kernel))
    if name == "conv_transpose2d" or name.startswith(("interpolate", "upsample", "pixel_shuffle")):
        before = next(iter(_tensors([*args, *kwargs.values()])))
        return _Field(field.size, field.stride * before.shape[-1] / answer.shape[-1])
    if name in WHOLE_IMAGE:
        raise NetworkError(
            f"The module looks at the whole image at once ({name}): its field has no fixed size."
        )
    return field


def _tensors(values: Iterable[Any]) -> Iterable[torch.Tensor]:
    for value in values:
        if isinstance(value, torch.Tensor):
            yield value
        elif isinstance(value, list | tuple):
            yield from _tensors(value)
