"""Tests of importing packages that others published."""
