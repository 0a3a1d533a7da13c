"""After how many micro-batches a program of PyTorch makes an update, and of which gradients."""

import pytest

from crosscheck.conventions.recipes.reading import read_recipe

SGD = "import torch\noptimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
GATHER = (
    "for i, x in enumerate(data):\n  loss = f(x)\n  {}\n  if (i + 1) % 4 == 0:\n"
    "    optimizer.step()\n    optimizer.zero_grad()\n"
)
GATHERED = {
    # what stands before the condition: the rate of the mean's update
    "(loss / 4).backward()": 0.1,
    "(loss * 0.25).backward()": 0.1,
    "loss = 0.25 * loss\n  loss.backward()": 0.1,
    "loss = loss / 2\n  loss /= 2\n  loss.backward()": 0.1,
    "loss = loss / 4\n  loss = f(x)\n  loss.backward()": 0.4,
    "loss = loss + 0.5 * g(x)\n  loss.backward()": 0.4,
    "half = loss / 2\n  (half / 2).backward()": 0.1,
}


def expression(text):
    return read_recipe(text).recipe.expression


@pytest.mark.parametrize("line", GATHERED)
def test_by_what_a_loss_is_divided_is_read_in_the_order_of_the_lines(line):
    found = read_recipe(SGD + GATHER.format(line)).recipe
    assert (found.accumulate, found.expression) == (4, f"sgd(learning_rate={GATHERED[line]})")


UNSURE = {
    "if late:\n    loss = loss / 4\n  loss.backward()": "by what each loss is divided",
    "for k in range(2):\n    loss = loss / 2\n  loss.backward()": "by what each loss is divided",
    "(loss / n).backward()": "by what each loss is divided: write one line, as",
    "loss = loss.div(4)\n  loss.backward()": "by what each loss is divided",
    "(loss / 4).backward()\n  f(x).backward()": "by what each loss is divided",
    "(loss / 4 + g(x)).backward()": "by what each loss is divided",
    "(loss / 4).backward()\n  i += 1": "where i is counted by enumerate or range and gets no other",
    "if (i + 1) % 4 == 0:\n    (loss / 4).backward()": "backward stands under another condition",
}


@pytest.mark.parametrize("line", UNSURE)
def test_a_divisor_or_a_count_that_is_not_certain_is_refused(line):
    with pytest.raises(ValueError, match=UNSURE[line]):
        read_recipe(SGD + GATHER.format(line))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("i, x in enumerate(data)", "i in range(0, 9, 2)", "is not read: write"),
        ("i, x in enumerate(data)", "i, x in pairs", "is not read: write"),
        ("i, x in enumerate(data)", "x, i in enumerate(data)", "is not read: write"),
        ("(i + 1) % 4", "(2 * i + 1) % 4", "is not read: write"),
        ("(i + 1) % 4", "(i + 2) % 4", "is true after the first micro-batch already"),
        (
            "    optimizer.z",
            "  if (i + 1) % 8 == 0:\n    optimizer.z",
            "zero_grad stands under an",
        ),
    ],
)
def test_micro_batches_are_counted_one_by_one(old, new, words):
    text = SGD + GATHER.format("(loss / 4).backward()")
    with pytest.raises(ValueError, match=words):
        read_recipe(text.replace(old, new))


@pytest.mark.parametrize("new", ["enumerate(tqdm(data))", "tqdm(enumerate(data), total=9)"])
def test_a_progress_bar_counts_as_what_is_in_it(new):
    text = SGD + GATHER.format("(loss / 4).backward()")
    assert expression(text.replace("enumerate(data)", new)) == "sgd(learning_rate=0.1)"
    last = text.replace("% 4 == 0", "% 4 == 0 or i + 1 == len(data)")
    assert expression(last) == "sgd(learning_rate=0.1)"
