"""What the tests of the pages share: the site, read, and the run that it was built from."""

import pytest


@pytest.fixture(scope="module")
def pages(site):
    """The pages of the site by their names."""
    from site_run import read  # what a site is made with may be missing

    return read(site)


@pytest.fixture(scope="module")
def run(small_run):
    """The run itself."""
    from crosscheck.report.site.run import load

    return load(small_run)
