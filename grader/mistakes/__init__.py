"""Known mistakes (``table.py``) and how they are found in an answer (``diagnose.py``)."""
