"""Stands where the standard library's subprocess was: there is no program to start in this sandbox."""

raise ImportError("subprocess is not available in this sandbox", name="subprocess")
