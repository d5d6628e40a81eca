"""Grades, comments, feedback pages and rubric points, sent to Canvas one student after another."""
