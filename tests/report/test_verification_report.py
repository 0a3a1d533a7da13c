"""`crosscheck verify --report`: one page to share, whole or not at all."""

import json

import pytest
from click.testing import CliRunner

from crosscheck.cli.main import main

pytest.importorskip("jinja2", reason="jinja2, which pages are made with, is missing")
pytest.importorskip("pygments", reason="pygments, which pages are made with, is missing")
pytest.importorskip("latex2mathml", reason="latex2mathml, which pages are made with, is missing")

from outputs import NAMES, PATH, verification
from site_run import Page

from crosscheck.report.site.folders import SiteError
from crosscheck.report.site.sharing import write_report
from crosscheck.verification.agreement import condense
from crosscheck.verification.result import Outcome, Status, Verification

ENVIRONMENT = {
    "crosscheck": "1.0", "python": "3.11", "machine": "Linux x86_64",
    "libraries": {"numpy": "2.4.6"}, "flags": {"OMP_NUM_THREADS": "1"},
}  # fmt: skip


def written(folder, result=None):
    write_report(folder, condense(result or verification()), ENVIRONMENT)
    return (folder / "index.html").read_text("utf-8")


@pytest.fixture
def verify(monkeypatch):
    """Run `crosscheck verify` on a result that is made up."""

    def run(*arguments, result=None):
        monkeypatch.setattr(
            "crosscheck.verification.verify.verify_everything",
            lambda selection, **rest: result or verification(),
        )
        return CliRunner().invoke(main, ["verify", "--only", "numpy", *map(str, arguments)])

    return run


def test_the_page_says_everything_and_needs_no_other_file(tmp_path):
    page = Page(written(tmp_path / "report"))
    assert page.wrong == []
    (title,) = page.all("h1")
    assert title.text == f"Verification of {', '.join(NAMES)}, mine, other"  # which are installed
    for text in (*NAMES, "wrong", "unfinished", f"{PATH}:41: NotImplementedError", "6.28e15"):
        assert text in page.seen
    targets = [e.attributes.get(key) for e in page.elements for key in ("href", "src")]
    assert {each for each in targets if each} == {"#main", "data:,", "verification.json"}
    assert "--ground" in written(tmp_path / "report")  # the style sheet is in it
    assert page.all("script") == page.all("nav") == []


def test_the_page_can_be_in_chinese(tmp_path):
    write_report(tmp_path / "report", condense(verification()), ENVIRONMENT, "zh")
    page = Page((tmp_path / "report" / "index.html").read_text("utf-8"))
    assert page.wrong == []
    assert page.all("html")[0].attributes["lang"] == "zh-Hans"
    assert page.all("h1")[0].text == f"{'、'.join(NAMES)}、mine、other 的验证"
    assert {"框架", "本次运行"} <= {each.text for each in page.all("h2")}
    assert {"有误", "未完成", "未安装"} <= {each.text for each in page.all(of_class="verdict")}


def test_the_json_stands_beside_it(tmp_path):
    written(tmp_path / "report")
    assert {each.name for each in (tmp_path / "report").iterdir()} == {
        *("index.html", "verification.json", "report-by-crosscheck")
    }
    found = json.loads((tmp_path / "report" / "verification.json").read_text("utf-8"))
    assert found == json.loads(json.dumps(condense(verification()) | {"environment": ENVIRONMENT}))


def test_what_a_framework_says_is_text_and_no_markup(tmp_path):
    status = Status("1", Outcome.WRONG, ["<script>alert(1)</script>"])
    text = written(tmp_path / "report", Verification({"<b>": status}, []))
    assert "<script" not in text
    assert "<b>" not in text


def test_an_earlier_report_is_replaced_and_what_lies_beside_it_stays(tmp_path):
    folder = tmp_path / "report"
    written(folder)
    (folder / "left over.html").touch()
    written(folder)
    assert (folder / "left over.html").exists()
    for name in ("letter.txt", "made-by-crosscheck"):  # the second is the mark of a site
        other = tmp_path / name.partition(".")[0]
        other.mkdir()
        (other / name).touch()
        with pytest.raises(SiteError, match="holds something that is no report"):
            written(other)
        assert [path.name for path in other.iterdir()] == [name]


def test_an_earlier_report_stays_where_a_new_one_cannot_be_written(tmp_path, monkeypatch):
    folder = tmp_path / "report"
    before = written(folder)

    def fails(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("crosscheck.report.site.sharing.write_json", fails)
    with pytest.raises(SiteError, match="No space left on device"):
        written(folder, Verification({"new": Status("1", Outcome.VERIFIED)}, []))
    assert (folder / "index.html").read_text("utf-8") == before
    assert list(tmp_path.iterdir()) == [folder]


def test_the_command_writes_it_and_names_the_page(verify, tmp_path):
    folder = tmp_path / "report"
    result = verify("--report", folder, "--json", "-")
    assert result.exit_code == 1  # as without a report: something is wrong
    assert result.stderr.splitlines()[-1] == f"written: {folder / 'index.html'}"
    assert json.loads(result.stdout)["holds"] is False
    found = json.loads((folder / "verification.json").read_text("utf-8"))
    assert {"python", "machine", "libraries", "flags"} <= set(found["environment"])
    assert verify("--report", folder, "--language", "zh").exit_code == 1
    assert '<html lang="zh-Hans">' in (folder / "index.html").read_text("utf-8")


def test_a_folder_with_anything_else_in_it_is_refused_before_the_work(verify, tmp_path):
    (tmp_path / "letter.txt").touch()
    result = verify("--report", tmp_path, result=pytest)  # which is no result at all
    assert result.exit_code == 2
    assert "--report: " in result.stderr
    assert "holds something that is no report" in " ".join(result.stderr.split())
