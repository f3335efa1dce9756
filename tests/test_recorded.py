"""Recordings say where they come from, and the scripts that record them work."""

import json
import re

import numpy as np
import pytest

from lmgcav.companion import recorded
from lmgcav.companion.provenance import commit, provenance

NAMES = sorted(file.stem for file in recorded.FOLDER.glob("*.npz"))


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_says_with_what_by_which_code_and_when_it_was_made(name):
    recording = recorded.load(name)
    about = recording.provenance
    assert {"twist", "versions", "commit", "date"} <= about.keys()
    assert {"python", *recorded.PACKAGES} == about["versions"].keys()
    assert re.search(r"[0-9a-f]{40}|not recorded \(stored .*[0-9a-f]{12}\)", about["commit"])
    assert f"commit {about['commit']}" in str(recording).splitlines()
    assert recording.arrays


def test_there_is_no_recording_of_another_name():
    with pytest.raises(ValueError, match=r"Argument name must be one of costs, .*'nothing'"):
        recorded.load("nothing")


def test_what_is_saved_is_loaded_with_the_commit_of_now(tmp_path):
    recorded.save("a", {"x": np.arange(3)}, tmp_path, twist=1.5)
    recording = recorded.load("a", tmp_path)
    np.testing.assert_array_equal(recording["x"], [0, 1, 2])
    assert recording.provenance["twist"] == 1.5
    assert recording.provenance["commit"] == commit()


def test_a_recording_that_is_continued_keeps_the_commits_of_its_beginning(tmp_path):
    about = json.dumps(provenance(["numpy"]) | {"commit": "beginning"})
    np.savez(tmp_path / "a.npz", provenance=about, x=1)
    for _ in range(2):
        recorded.save("a", {"x": 2}, tmp_path)
    assert recorded.load("a", tmp_path).provenance["commit"] == f"beginning, {commit()}"
