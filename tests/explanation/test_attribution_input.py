"""What every method is given: progress that can be stopped, the number that is explained, how many fit."""

import pytest
import torch
from small_networks import Linear, Tiny, noise, problem_of

from workbench.errors import Stopped
from workbench.explanation import attribution_input
from workbench.explanation.attribution_input import MOST_BYTES, Progress, one_logit
from workbench.explanation.targets import Target


def test_progress_of_parts_runs_through_equal_shares_and_notes_are_shared():
    told = []
    watch = Progress(lambda fraction, text: told.append((fraction, text)), None, "U-Net")
    second = watch.part(1, 2)
    second.tell(0.5)
    second.part(1, 5).note("memory is short")
    second.part(1, 5).tell(1.0)
    watch.tell(1.0)
    assert [fraction for fraction, _ in told] == pytest.approx([0.75, 0.7, 1.0])
    assert [text for _, text in told] == ["U-Net", "U-Net, memory is short", "U-Net, memory is short"]
    assert watch.notes == ["memory is short"]


def test_a_stop_is_heard_before_anything_is_told():
    told = []
    watch = Progress(lambda *given: told.append(given), lambda: True, "U-Net")
    with pytest.raises(Stopped, match="U-Net: stopped"):
        watch.tell(0.5)
    with pytest.raises(Stopped):
        watch.part(0, 2).ask()
    assert told == []
    Progress().tell(0.5)  # nobody listens, nobody stops


def test_of_two_classes_the_logit_is_particle_minus_background():
    logits = torch.tensor([[[[1.0, 2.0]], [[5.0, -1.0]]]])
    assert one_logit(logits).tolist() == [[[4.0, -3.0]]]
    assert one_logit(logits[:, 1:]).tolist() == [[[5.0, -1.0]]]


@pytest.mark.parametrize("sign", [1, -1])
def test_the_number_is_the_sum_of_the_logits_of_the_target_with_its_sign(sign):
    micrograph = noise(20)
    mask = torch.zeros(20, 20).bool().numpy()
    mask[5:9, 6:12] = True
    target = Target.particles(mask) if sign == 1 else Target.background(~mask)
    problem = problem_of(Linear(3), micrograph, target)
    images = torch.randn(3, 1, *problem.selected.shape)
    with torch.no_grad():
        logits = problem.module(images)[:, 0]
    expected = sign * logits[:, torch.from_numpy(problem.selected)].sum(dim=1)
    assert torch.allclose(problem.scorer(images), expected, atol=1e-5)
    assert torch.allclose(problem.values(images), expected, atol=1e-5)
    assert not problem.values(images.requires_grad_()).requires_grad


def test_values_are_asked_in_batches_that_fit(monkeypatch):
    problem = problem_of(Tiny(), noise(20), (10, 10))
    images = torch.randn(7, *problem.image.shape[1:])
    together = problem.values(images)
    monkeypatch.setattr(type(problem), "most_at_once", 3)
    sizes = []
    hook = problem.module.register_forward_hook(lambda _layer, given, _answer: sizes.append(len(given[0])))
    assert torch.allclose(problem.values(images), together, atol=1e-6)
    hook.remove()
    assert sizes == [3, 3, 1]


@pytest.mark.parametrize(("free", "count"), [(0, 1), (8 * 1000, 2), (1e15, 1 << 20)])
def test_how_many_fit_is_a_quarter_of_what_is_free_and_never_none(monkeypatch, free, count):
    problem = problem_of(Linear(3), noise(20), (10, 10))
    object.__setattr__(problem, "bytes_per_pixel", 1000 / problem.selected.size)
    monkeypatch.setattr(attribution_input, "free_bytes", lambda _device: float(free))
    assert problem.most_at_once == (count if free < 1e15 else MOST_BYTES // 1000)


def test_another_module_is_asked_of_the_same_target():
    problem = problem_of(Linear(3), noise(20), (10, 10))
    other = Linear(3)
    swapped = problem.with_module(other)
    assert swapped.module is other
    assert swapped.selected is problem.selected
    assert problem.module is not other
