"""Tests in a real JupyterLab in a real browser; `make test-browser` installs what they need."""
