"""A document that is right, and small changes that make its file malformed."""

from pathlib import Path

GOOD = Path(__file__).parent.joinpath("documents", "own", "batch.toml").read_text("utf-8")
NUMBER = "lines[0].numbers[0]"
# What is changed, into what, and the place and the text of the message.
CHANGES = [
    # keys
    ('loss = "binary_cross_entropy"\n', "", "line 5, network: 'loss' is missing"),
    ('loss = "b', 'los = "b', "line 12, network.los: unknown key: did you mean loss?"),
    ("[[tables]]", "[[table]]", "line 88, table: unknown key: did you mean tables?"),
    ("steps = 3", "step = 3", "line 28, runs[0].step: unknown key: did you mean steps?"),
    (
        'printed = "7"',
        'print = "7"',
        "line 70, lines[1].numbers[3].print: unknown key: did you mean pr",
    ),
    ('section = "forward"\n', "", "line 41, lines[0]: 'section' is missing"),
    ('name = "only', 'nmae = "only', "line 83, slips[0].nmae: unknown key: did you mean name?"),
    (
        'weight = [["0.5"',
        'wieght = [["0.5"',
        "line 19, network.params[1].wieght: unknown key: did you mean we",
    ),
    (
        'title = "the loss"',
        'tilte = "the loss"',
        "line 89, tables[0].tilte: unknown key: did you mean title?",
    ),
    # types
    ("steps = 3", 'steps = "3"', "line 28, runs[0].steps: must be a whole number, not '3'"),
    ("steps = 3", "steps = true", "line 28, runs[0].steps: must be a whole number, not True"),
    (
        '["1", "-1"]',
        '[1, "-1"]',
        "line 7, network.inputs[0][0]: must be a decimal number as a text, not 1",
    ),
    (
        '"-0.4"]]',
        '"-O.4"]]',
        "line 19, network.params[1].weight[0][1]: must be a decimal number as a text",
    ),
    ('[["1"], ["0"]]', '[["1"], "0"]', "line 10, network.targets[1]: must be a list, not '0'"),
    (
        'bias = ["0.1"]',
        'bias = "0.1"',
        "line 20, network.params[1].bias: must be a list, not '0.1'",
    ),
    (
        "layers = [0, 1]",
        "layers = [0, 1.5]",
        "line 25, runs[0].layers[1]: must be a whole number, not 1.5",
    ),
    (
        "centered = true",
        'centered = "yes"',
        "line 38, runs[1].hyperparameters.centered: centered must be True or",
    ),
    (
        'learning_rate = "0.01"',
        "learning_rate = 0.01",
        "line 36, runs[1].hyperparameters.learning_rate: must be a text",
    ),
    # names of the contract
    (
        '"tanh", "s',
        '"tahn", "s',
        "line 11, network.activations[0]: 'tahn' is unknown: did you mean tanh?",
    ),
    (
        '"binary_cross',
        '"cross',
        "line 12, network.loss: 'cross_entropy' is unknown: did you mean softmax_cross_entropy or ",
    ),
    (
        '"rmsprop"',
        '"rmsporp"',
        "line 32, runs[1].optimizer: 'rmsporp' is unknown: did you mean rmsprop?",
    ),
    (
        'b1 = "0.8"',
        'beta = "0.8"',
        "line 26, runs[0].hyperparameters.beta: adam has no 'beta'; known are learning_rate",
    ),
    (
        "centered =",
        "centred =",
        "line 38, runs[1].hyperparameters.centred: rmsprop has no 'centred': did you mean cent",
    ),
    (
        '["first_moment"]',
        '["first_momnet"]',
        "line 27, runs[0].moments[0]: adam has no 'first_momnet': did you mean fi",
    ),
    (
        '"hat"',
        '"het"',
        "line 26, runs[0].hyperparameters.eps_place: unknown eps_place 'het': known are outside",
    ),
    # ranges and shapes
    (
        'b1 = "0.8"',
        'b1 = "1"',
        "line 26, runs[0].hyperparameters.b1: b1 must be in [0.0, 1.0), not 1.0",
    ),
    (
        'weight_decay = "0.1"',
        'weight_decay = "-1"',
        "line 39, runs[1].hyperparameters.weight_decay: weight_decay must be",
    ),
    ("steps = 3", "steps = 0", "line 28, runs[0].steps: must be from 1 to 50, not 0"),
    (
        "layers = [0, 1]",
        "layers = [0, 2]",
        "line 25, runs[0].layers[1]: 2 is no layer: the layers are 0 to 1",
    ),
    ('name = "root"', 'name = "adam"', "line 31, runs[1].name: there is a run 'adam' already"),
    (
        'name = "root"',
        'name = "loss"',
        "line 31, runs[1].name: 'loss' is the name of something else",
    ),
    ('["0.5", "2"]', '["0.5"]', "line 6, network.inputs: its rows must be of one length"),
    ('[["1"], ["0"]]', '[["1"]]', "line 10, network.targets: has 1 rows, but inputs has 2"),
    (
        '[["1"], ["0"]]',
        '[["1"], ["3"]]',
        "line 10, network.targets: binary_cross_entropy needs targets in [0, 1]",
    ),
    (
        '[["0.5", "-0.4"]]',
        '[["0.5"]]',
        "line 19, network.params[1].weight: has 1 columns, but network.params[0].weight ha",
    ),
    (
        'bias = ["0.1", "0"]',
        'bias = ["0.1"]',
        "line 16, network.params[0].bias: has 1 entries for 2 rows",
    ),
    ('["tanh", "sigmoid"]', '["tanh"]', "line 11, network.activations: has 1 names for 2 layers"),
    # expressions
    (
        '[0].weight[0, 0]" },\n    { printed = "0.2"',
        '[0].wieght[0, 0]" },\n    { printed = "0.2"',
        f'line 45, {NUMBER}.quantity: unknown quantity "params[0].wieght": did you mean weight?',
    ),
    (
        '"inputs[0, 1]"',
        '"input[0, 1]"',
        'line 47, lines[0].numbers[2].quantity: unknown quantity "input": did you mean inputs?',
    ),
    (
        '"inputs[0, 1]"',
        '"inputs[0, 2]"',
        'line 47, lines[0].numbers[2].quantity: "inputs[0, 2]": out of range, for the ind',
    ),
    (
        '"inputs[0, 1]"',
        '"inputs[0, -1]"',
        'line 47, lines[0].numbers[2].quantity: "inputs[0, -1]": out of range',
    ),
    (
        '"inputs[0, 1]"',
        '"inputs[0][1]"',
        'line 47, lines[0].numbers[2].quantity: "inputs[0]": takes 2 indices, in one bracket',
    ),
    (
        '"inputs[0, 1]"',
        '"inputs"',
        'line 47, lines[0].numbers[2].quantity: "inputs" is no number, but an array of shape 2 x 2',
    ),
    (
        "after[1].params[1]",
        "after[4].params[1]",
        'line 77, lines[2].numbers[0].quantity: "adam.after[4]": there are steps 0 to 3',
    ),
    (
        '"sigmoid(params',
        '"sigmiod(params',
        'line 60, lines[1].numbers[0].step: unknown function "sigmiod": did you mean sigmoid?',
    ),
    (
        '"sigmoid(params',
        '"sigmoid((params',
        "line 60, lines[1].numbers[0].step: not an expression: 'sigmoid((params",
    ),
    (
        '\nstep = "sigmoid(0.5',
        '\n# step = "sigmoid(0.5',
        'line 61, lines[1].numbers[1]: "outputs[1, 0]" is neither given nor printed before',
    ),
    (
        '"adam.b1 *',
        '"adam.b2 * adam.loss *',
        'line 79, lines[2].numbers[2].step: "adam.loss" is neither given nor printed before',
    ),
    (
        'steps."grads',
        'steps."deltas',
        'line 86, slips[0].steps."deltas[1].bias[0]": unknown quantity "deltas[1].bias"',
    ),
    (
        '"grads[1].bias[0]"],',
        '"grads[1].bias[1]"],',
        "line 93, tables[0].rows[1][2]: grads[1].bias[1] is not printed",
    ),
    # lines
    (
        'printed = "0.1", q',
        'printed = "0.3", q',
        f"line 45, {NUMBER}.printed: '0.3' is not the next number of the line",
    ),
    (
        'printed = "0.000"',
        'printed = ""',
        "line 49, lines[0].numbers[4].printed: is empty: fill in what the notes print",
    ),
    (
        'printed = "7"',
        'printed = "seven"',
        "line 70, lines[1].numbers[3].printed: 'seven' is no number",
    ),
    (
        'printed = "7"',
        f'printed = "{"7" * 5000}"',  # which Python itself would not read
        "line 70, lines[1].numbers[3].printed: '7777",
    ),
    (
        'b1 = "0.8"',
        f'b1 = "0.{"8" * 5000}"',
        "line 26, runs[0].hyperparameters.b1: b1 must be a number, not '0.8888",
    ),
    (
        "say 7 units",
        "say 7 units of 12",
        "line 56, lines[1].text: there are numbers in ' units of 12' that have no entry",
    ),
    (
        'illustration = "a count of nothing"',
        "",
        "line 69, lines[1].numbers[3]: 'quantity' is missing (or 'illustration'",
    ),
]
