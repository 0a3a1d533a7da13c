"""What one training run is asked for, beside the framework that runs it and the data."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from crosscheck.frameworks.registry import Framework
from crosscheck.frameworks.teams import PATIENCE
from crosscheck.training.runs.checkpoints import Checkpoint
from crosscheck.training.runs.configuration import Configuration


@dataclass(frozen=True)
class StopConditions:
    """When a run ends: at the first condition that holds. A condition that is None never does.

    The same conditions as the contract's StopRule, before a framework is chosen. The framework's
    own StopRule checks their ranges.

    Attributes:
        max_epochs: How many epochs the run may have, those before a checkpoint included.
        loss_below: The run ends when an epoch's loss is below this.
        loss_change_below: The run ends when two epochs in a row differ in loss by less than this.
    """

    max_epochs: int | None = None
    loss_below: float | None = None
    loss_change_below: float | None = None

    def rule(self, framework: Framework) -> Any:
        """These conditions as the StopRule of a framework.

        Raises:
            ValueError: If every condition is None, or one is outside its range.
        """
        return framework.training.StopRule(**asdict(self))

    def after(self, epochs: int) -> "StopConditions":
        """The conditions for the rest of a run of which so many epochs are done."""
        if self.max_epochs is None:
            return self
        return replace(self, max_epochs=self.max_epochs - epochs)


@dataclass(frozen=True)
class TrainingRequest:
    """Everything that one run needs, but for the framework and the data.

    Attributes:
        configuration: What determines the run's numbers.
        stop: When it ends.
        start: The checkpoint from which it goes on; None draws the parameters anew.
        folder: Where its checkpoint is kept after every epoch, as `<framework>.safetensors`; None
            keeps none.
        device: "cpu" or "cuda".
        compile: As the contract's `train` takes it; None is the framework's usual way.
        workers: How many workers share each batch. A run may go on with another number.
        patience: After how many seconds a worker that the others wait for counts as hanging.
    """

    configuration: Configuration
    stop: StopConditions
    start: Checkpoint | None = None
    folder: Path | None = None
    device: str = "cpu"
    compile: bool | None = None
    workers: int = 1
    patience: float = PATIENCE
