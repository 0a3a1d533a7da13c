from typing import Any


def filling(run: Any) -> dict[str, Any]:
    return {"steps": []}
