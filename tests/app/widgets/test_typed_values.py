"""What is said of a number that is typed beside a slider; `tests/browser/test_mask.py` types it."""

import json
import subprocess
from pathlib import Path

import pytest

import workbench

SCRIPT = Path(workbench.__file__).parent / "app" / "widgets" / "typed_values.js"


@pytest.mark.parametrize(
    ("typed", "shown", "said"),
    [
        ("0.5", "0.50", ""),
        ("0.123", "0.12", ""),  # as it is shown: rounded
        ("0,5", "0.50", ""),
        ("50", "20.0", "50 is above the largest value here, 20.0, which is set."),
        ("-1", "0.01", "-1 is below the smallest value here, 0.01, which is set."),
        ("many", "0.45", "“many” cannot be taken: 0.45 stays."),
        ("", "3", "“” cannot be taken: 3 stays."),
        ("5 – 99", "5 – 99", ""),
        (
            "-5 – 120",
            "0 – 100",
            "-5 is below the smallest value here, 0, which is set. "
            "120 is above the largest value here, 100, which is set.",
        ),
        ("7", "1 – 99", "“7” cannot be taken: 1 – 99 stays."),
    ],
)
def test_a_number_beyond_the_ends_is_said_to_be_and_one_that_is_taken_is_not(typed, shown, said):
    code = f"import {{ sayTaken }} from {json.dumps(SCRIPT.as_uri())};"
    code += f"console.log(JSON.stringify(sayTaken({json.dumps(typed)}, {json.dumps(shown)})))"
    ran = subprocess.run(
        ["node", "--input-type=module", "-e", code], capture_output=True, text=True, check=True
    )
    assert json.loads(ran.stdout) == said
