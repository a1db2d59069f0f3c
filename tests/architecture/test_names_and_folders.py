"""A reader finds a file in a small folder, and a class by a name that no other class has."""

from tests.architecture.names_and_folders import crowded_folders, shared_class_names
from tests.architecture.source import PRODUCT, TOOLS, planted, sources, tracked_files

STILL_CROWDED = frozenset({"tests/adapters", "tests/budgets", "tests/domain"})
"""Folders that are being split. Take a folder out once it is small enough."""

STILL_SHARED = frozenset({"Call", "Deadline", "Limits", "Stack", "Table", "Target"})
"""Class names that are being replaced. Take a name out once only one class has it."""


def test_no_folder_is_crowded() -> None:
    """Split a folder that fails here into subfolders by feature."""
    crowded = crowded_folders(tracked_files())

    assert {folder: crowded[folder] for folder in crowded.keys() - STILL_CROWDED} == {}


def test_a_folder_with_fifteen_source_files_is_found() -> None:
    files = [f"chalicelib/domain/new/rule_{number}.py" for number in range(15)]

    assert crowded_folders([*files, "chalicelib/domain/new/__init__.py"]) == {
        "chalicelib/domain/new": 15
    }
    assert crowded_folders([*files[:14], "chalicelib/domain/new/__init__.py"]) == {}


def test_every_class_name_is_unique() -> None:
    """Give one of the classes that fail here a more precise name."""
    shared = shared_class_names(sources(*PRODUCT, *TOOLS))

    assert {name: shared[name] for name in shared.keys() - STILL_SHARED} == {}


def test_a_second_class_of_one_name_is_found() -> None:
    files = ["chalicelib/domain/first.py", "infra/second.py"]

    assert shared_class_names([planted(file, "class Twice: ...") for file in files]) == {
        "Twice": files
    }
