"""Everything a training run depends on: one model, one TOML file (see :mod:`workbench.training.recipe_file`)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

Chance = Annotated[float, Field(ge=0, le=1)]
Pair = Annotated[
    tuple[float, float], BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else value)
]
"""Two numbers; TOML has lists only, and the strict models below would refuse one."""


class Part(BaseModel):
    """Base of a recipe and its tables: unknown keys, values of another type and infinite ones are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class Augmentation(Part):
    """How a crop is changed before the network sees it; chances are per crop, lengths in pixels of the crop.

    The crop is of a standardised micrograph, so that intensities are in its standard deviations.
    """

    dihedral: bool = Field(True, description="quarter turns and mirror images, all eight equally often")
    rotate: Chance = Field(0.0, description="chance of a rotation by any angle")
    scale: Pair = Field((0.65, 1.6), description="factor on the pixel size, log-uniform")
    invert: Chance = Field(0.1, description="chance of inverted contrast")
    blur: Chance = Field(0.25, description="chance of a Gaussian blur of 0.3 to 1.5 px")
    noise: Chance = Field(0.35, description="chance of Gaussian noise of 0.1 to 1 standard deviations")
    poisson: Chance = Field(0.0, description="chance of counting noise at a dose from dose_per_px")
    dose_per_px: Pair = Field((1.0, 50.0), description="electrons per pixel of that noise, log-uniform")
    gradient: Chance = Field(0.4, description="chance of a linear background")
    gamma: Chance = Field(0.0, description="chance of an exponent of 0.7 to 1.4 on the grey scale")
    contrast: Pair = Field((0.75, 1.3), description="factor on the contrast, uniform")
    brightness: float = Field(0.2, ge=0, description="standard deviation of what is added to all pixels")
    spikes: Chance = Field(0.0, description="chance of x-ray spikes, 1 to 20 single pixels")

    @model_validator(mode="after")
    def _ranges(self) -> Augmentation:
        for name in ("scale", "dose_per_px", "contrast"):
            low, high = getattr(self, name)
            if not 0 < low <= high:
                raise ValueError(f"{name} is a range of positive numbers, the smaller first")
        return self


def _kinds() -> list[str]:
    from workbench.micrographs.synthetic.kinds import KINDS

    return list(KINDS)


class Synthetic(Part):
    """Crops that are drawn while training, each from its own seed, by ``workbench.micrographs.synthetic``.

    They have noise, blur and contrast of their own: ``augmentation`` does not change them.
    """

    share: float = Field(0.5, gt=0, le=1, description="share of all crops; 1: training_sets stays empty")
    kinds: list[str] = Field(default_factory=_kinds, min_length=1, description="kinds of micrograph")
    widths_px: Pair = Field(
        (5.0, 400.0), description="range of the particles' median width, in pixels of the crop"
    )
    inverted: Chance = Field(0.1, description="chance of particles lighter than the background")
    burnt_in: Chance = Field(0.5, description="chance of letters, bars and arrows; they are background")

    @field_validator("kinds")
    @classmethod
    def _known(cls, value: list[str]) -> list[str]:
        known = _kinds()
        strange = [kind for kind in value if kind not in known]
        if strange:
            raise ValueError(f"{', '.join(strange)} is none of {', '.join(known)}")
        return value

    @field_validator("widths_px")
    @classmethod
    def _range(cls, value: tuple[float, float]) -> tuple[float, float]:
        if not 3 <= value[0] <= value[1] <= 1000:
            raise ValueError("a range within 3 and 1000 px, the smaller first")
        return value


class Split(Part):
    """Part ``training_sets`` by micrograph (by specimen where a set names them), each set for itself.

    Either ``validation`` and ``test`` fractions, or ``folds`` and the one of them that is validated on.
    """

    validation: float | None = Field(None, gt=0, lt=1, description="share of the micrographs")
    test: float = Field(0.0, ge=0, lt=1, description="share that training never sees, for a later score")
    folds: int | None = Field(None, ge=2, description="parts of equal size, each validated on in one run")
    fold: int = Field(0, ge=0, description="number of the fold that is validated on, from 0")
    seed: int = Field(0, description="of the shuffle")

    @model_validator(mode="after")
    def _one_way(self) -> Split:
        if (self.validation is None) == (self.folds is None):
            raise ValueError("a split has either validation (a share) or folds")
        if self.folds is not None and self.fold >= self.folds:
            raise ValueError(f"fold counts from 0, so that the last of {self.folds} is {self.folds - 1}")
        if self.validation is not None and self.validation + self.test >= 1:
            raise ValueError("validation and test leave nothing to train on")
        return self


class Optimiser(Part):
    """How a gradient becomes a step."""

    kind: Literal["adam", "adamw", "sgd"] = Field("adam", description="after torch.optim")
    weight_decay: float = Field(0.0, ge=0, description="pull of each weight to 0")
    momentum: float = Field(0.9, ge=0, lt=1, description="of sgd")


class Schedule(Part):
    """How the learning rate changes over the run."""

    kind: Literal["constant", "cosine", "step"] = Field("cosine", description="shape over the steps")
    minimum: float = Field(1e-6, ge=0, description="learning rate at the end of cosine")
    factor: float = Field(0.8, gt=0, le=1, description="of step: on the learning rate, after each epoch")
    warm_up_steps: int = Field(0, ge=0, description="steps over which the rate rises linearly from 0")


class Loss(Part):
    """What is made small; ``dice_weight`` of the recipe says how much of it is Dice where the kind has both."""

    kind: Literal["bce", "dice", "bce+dice", "focal", "focal+dice", "border", "border+dice"] = Field(
        "bce+dice", description="cross-entropy (plain, focal, weighted at borders), Dice, or both"
    )
    focal_gamma: float = Field(2.0, ge=0, description="exponent of the focal loss; 0 is bce")
    border_weight: float = Field(10.0, ge=0, description="w0 of Ronneberger's border weight")
    border_sigma_px: float = Field(5.0, gt=0, description="sigma of it")
    particle_weight: float | Literal["balanced"] = Field(
        1.0,
        description="weight of particle pixels in the cross-entropy; balanced: both classes count the same",
    )

    distance_weight: float = Field(
        5.0,
        ge=0,
        description="weight of the squared error of the distance to the rim, added where options has distance = true",
    )
    distance_widest_px: float = Field(
        16.0, ge=1, description="so far from its rim, a pixel of a wide particle counts as its middle"
    )

    @model_validator(mode="after")
    def _positive(self) -> Loss:
        if self.particle_weight != "balanced" and self.particle_weight <= 0:
            raise ValueError("particle_weight is a positive number or balanced")
        return self


class EarlyStopping(Part):
    """End the run when hard Dice on validation no longer rises."""

    patience: int = Field(10, ge=1, description="epochs without a rise")
    min_delta: float = Field(0.001, ge=0, description="smallest rise that counts")


class Recipe(Part):
    """A training run. Paths are relative to the working folder.

    Examples
    --------
    >>> import workbench as wb
    >>> recipe = wb.Recipe(
    ...     name="mine",
    ...     training_sets=["discs"],
    ...     split={"validation": 0.25},
    ...     architecture="unet",
    ...     epochs=10,
    ... )
    >>> recipe.steps
    500
    """

    name: str = Field(pattern=r"^[^/\\\s.][^/\\]*$", description="of the run and of the network")
    title: str = Field("", description="of the network on screen; the name where empty")
    synthetic: Synthetic | None = Field(
        None, description="crops that are drawn while training, beside or instead of those of training_sets"
    )
    training_sets: list[str] = Field(
        description="folders, HDF5 files or public names; empty where every crop is synthetic"
    )
    validation_sets: list[str] = Field(
        default_factory=list, description="other specimens than the training sets"
    )
    split: Split | None = Field(None, description="instead of validation_sets")
    validation_at_most: int = Field(
        32, ge=1, description="micrographs validated on after each epoch, the first by name"
    )
    training_at_most: int | None = Field(
        None, ge=1, description="micrographs trained on, drawn by seed; fewer are among more of one seed"
    )
    architecture: str = Field(description="such as unet or fcn8s")
    options: dict[str, Any] = Field(default_factory=dict, description="of the architecture")
    dilation: int | list[int] | None = Field(None, description="one number, or one per level")
    start_from: str | None = Field(
        None, description="checkpoint of the same architecture whose weights training starts from"
    )
    freeze: Literal["encoder", "decoder"] | None = Field(None, description="the part that stays as it is")
    rates: dict[str, float] = Field(
        default_factory=dict,
        description="prefix of parameter names -> factor on the learning rate; 0 freezes",
    )
    crop: int = Field(256, ge=32, description="edge of the squares that are trained on, in px")
    batch: int = Field(8, ge=1, description="crops per step, of all processes together")
    steps_per_epoch: int = Field(50, ge=1, description="a step changes the weights once")
    epochs: int = Field(20, ge=1, description="after each the network is validated and its state written")
    particle_crops: Chance = Field(0.0, description="share of the crops that must show some particle")
    learning_rate: float = Field(1e-3, gt=0, description="the highest of the run")
    optimiser: Optimiser = Field(default_factory=Optimiser, description="how a gradient becomes a step")
    schedule: Schedule = Field(default_factory=Schedule, description="how the learning rate changes")
    clip: float | None = Field(5.0, gt=0, description="largest norm of the gradient")
    loss: Loss = Field(default_factory=Loss, description="what is made small")
    dice_weight: float = Field(0.5, ge=0, le=1, description="loss = (1 - w) cross-entropy + w soft Dice")
    augmentation: Augmentation = Field(default_factory=Augmentation, description="how crops are changed")
    early_stopping: EarlyStopping | None = Field(None, description="end when validation no longer rises")
    ema: float = Field(0.0, ge=0, lt=1, description="decay of the running mean of the weights; 0: none")
    seed: int = Field(0, ge=0, description="of weights, crops and augmentation")
    precision: Literal["auto", "32", "bf16"] = Field(
        "auto",
        description="auto: bf16 where GPU or CPU has it, else 32; bf16 where it is not there: 32, and said",
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = Field("auto", description="auto: the fastest there is")
    devices: int = Field(1, ge=1, description="of this machine; under torchrun it decides")
    threads: int | None = Field(None, ge=1, description="CPU threads; None: as torch decides")
    workers: int | None = Field(
        None, ge=0, description="processes that make crops; 0: the training process does"
    )
    input_nm_per_px: float | None = Field(
        None, gt=0, description="pixel size that micrographs are resampled to where theirs is known"
    )
    nm_per_px: Pair | None = Field(
        None, description="range of pixel sizes that it is trained on, for the card"
    )
    trained_on: str = Field("", description="one sentence for the card: which micrographs, which doses")
    licence: str = Field("", description="of the weights, for the card")
    attribution: str = Field("", description="whom to cite, for the card")

    @field_validator("training_sets")
    @classmethod
    def _something(cls, value: list[str], info: ValidationInfo) -> list[str]:
        if "synthetic" not in info.data:  # it has a mistake of its own
            return value
        drawn = info.data["synthetic"]
        every = drawn is not None and drawn.share == 1
        if not value and not every:
            raise ValueError("name a set at least, or draw every crop with share = 1 in [synthetic]")
        if value and every:
            raise ValueError("with share = 1 in [synthetic] no crop is of them; leave them empty")
        return value

    @field_validator("split")
    @classmethod
    def _splits(cls, value: Split | None, info: ValidationInfo) -> Split | None:
        if value is not None and info.data.get("training_sets") == []:
            raise ValueError("there are no training_sets to split; name validation_sets")
        return value

    @model_validator(mode="after")
    def _whole(self) -> Recipe:
        if bool(self.validation_sets) == (self.split is not None):
            raise ValueError("a recipe has either validation_sets or a split")
        if self.dilation is not None and "dilation" in self.options:
            raise ValueError("dilation stands twice; take it out of options")
        return self

    @property
    def all_options(self) -> dict[str, Any]:
        """Options of the architecture, dilation among them."""
        return self.options if self.dilation is None else {**self.options, "dilation": self.dilation}

    @property
    def distance(self) -> bool:
        """Whether the network has a second output that learns the distance to the particle's rim."""
        return self.options.get("distance") is True

    @property
    def steps(self) -> int:
        """Steps of the whole run."""
        return self.epochs * self.steps_per_epoch

    def same_numbers(self, other: Recipe) -> bool:
        """Return whether both describe one run: all agrees but where and with how many workers it runs."""
        where = {"device", "devices", "threads", "workers"}
        return self.model_dump(exclude=where) == other.model_dump(exclude=where)
