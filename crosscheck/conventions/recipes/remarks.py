"""What a user should know of two recipes beside whether they are equal, as sentences."""

from crosscheck.conventions import stock
from crosscheck.conventions.recipes.source import Source
from crosscheck.conventions.recipes.written import Written


def provisos_of(source: Source, target: Written) -> tuple[str, ...]:
    """Sentences that each name the framework of which they speak."""
    found = [*source.provisos, *target.provisos]
    if source.recipe.spec.ascends and target.recipe.spec.ascends:
        found.insert(
            0, "both go up the gradient: the reference gets every gradient with the opposite sign"
        )
    for each in (source, target):
        if each.single:
            found.append(
                "optax.MultiSteps gathers gradients in float32; with float64 parameters give it "
                "accumulator_dtype=jnp.float64"
            )
        if each.powers:
            found.append(
                f"{stock.FRAMEWORKS[each.framework].title} computes powers of "
                f"{' and '.join(each.powers)} in float32"
            )
    named = any(each.framework.startswith("keras") for each in (source, target))
    if named and source.recipe.leaves == "weights":
        found.append(
            "Keras spares variables by name: where layers normalise, their scales have names of "
            "their own (gamma, beta), while elsewhere all leaves of one dimension are spared"
        )
    if source.recipe.accumulate > 1:
        found.append(
            "the references weight micro-batches by their samples; PyTorch, optax and Keras take "
            "the plain mean, which is the same where all are of one size"
        )
    return tuple(dict.fromkeys(found))
