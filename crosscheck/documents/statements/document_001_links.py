"""The statements of document 001 that are links to its own sections."""

import unicodedata

from crosscheck.documents.statements.statement import Instead, Readings, Statements

statements = Statements("001")

# The headings with a mark of their level; what looks like a heading and is underlined has none.
HEADINGS = (
    "神经网络的结构",
    "神经元（隐藏单元）与隐藏层",
    "神经网络的运作机制",
    "权重和偏置",
    "非线性激活函数",
    "梯度下降法",
    "损失函数（Loss Function）",
    "梯度下降法（Gradient Descent）",
    "理解梯度下降法的另一种思路",
    "随机梯度下降（Stochastic Gradient Descent）",
    "再谈神经网络的运作机制",
    "推荐阅读",
    "反向传播算法（Backpropagation Algorithm, BP）",
    "反向传播的直观理解",
    "BP 算法小结",
    "相关代码",
    "反向传播的微积分原理",
    "示例：每层只有一个神经元的网络",
    "更复杂的示例",
    "反向传播的 4 个基本公式",
)
CONTENTS = (
    "神经网络的结构",
    "神经元隐藏单元与隐藏层",
    "神经网络的运作机制",
    "权重和偏置",
    "非线性激活函数",
    "梯度下降法",
    "损失函数loss-function",
    "梯度下降法gradient-descent",
    "理解梯度下降法的另一种思路",
    "随机梯度下降stochastic-gradient-descent",
    "再谈神经网络的运作机制",
    "推荐阅读",
    "反向传播算法backpropagation-algorithm-bp",
    "反向传播的直观理解",
    "bp-算法小结",
    "相关代码",
    "反向传播的微积分原理",
    "示例每层只有一个神经元的网络",
    "更复杂的示例",
    "反向传播的-4-个基本公式",
)


def anchor(heading: str) -> str:
    """The anchor that GitHub makes of a heading: letters, digits, and hyphens for spaces."""
    kept = (c for c in heading.lower() if unicodedata.category(c)[0] in "LN" or c in " -")
    return "".join(kept).replace(" ", "-")


def leads_somewhere(link: str) -> bool:
    return link in {anchor(heading) for heading in HEADINGS}


@statements(
    "目录",
    "Every entry of the table of contents leads to its section.",
    flips=Instead('"bp-算法小结"', '"BP-算法小结"', within="CONTENTS"),
)
def the_table_of_contents_leads_to_the_sections() -> Readings:
    return {"as GitHub makes anchors": tuple(map(anchor, HEADINGS)) == CONTENTS}


@statements(
    "目录",
    "The three links in the text lead to sections of the document.",
    correct="None of them does. They contain section numbers and older titles, which the headings "
    "do not have.",
    flips=(
        Instead(
            "3-反向传播算法backpropagation-algorithm", "反向传播算法backpropagation-algorithm-bp"
        ),
        Instead("12-神经网络的运作机制权重偏置激活函数", "神经网络的运作机制"),
        Instead("221-理解梯度下降法的另一种思路不借助空间图像", "理解梯度下降法的另一种思路"),
    ),
)
def the_links_in_the_text_lead_nowhere() -> Readings:
    return {
        "to backpropagation": leads_somewhere("3-反向传播算法backpropagation-algorithm"),
        "to how a network works": leads_somewhere("12-神经网络的运作机制权重偏置激活函数"),
        "to the other way to see the gradient": leads_somewhere(
            "221-理解梯度下降法的另一种思路不借助空间图像"
        ),
    }
