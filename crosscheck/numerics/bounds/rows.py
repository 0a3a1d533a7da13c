"""The bounds of softmax and of its logarithm, whose entries depend on every z of their row."""

import numpy as np

from crosscheck.numerics.bounds.functions import (
    grown,
    log_expm1,
    log_softmax,
    log_sum_of_others,
    softmax,
)
from crosscheck.numerics.bounds.library import library
from crosscheck.numerics.bounds.precision import Array, Precision


def exponent_errors(p: Precision, z: Array, ez: Array) -> Array:
    """By how much the exponents z - max z of a row may be off."""
    sizes = np.abs(z) + ez
    # An error of the largest changes all exponents alike, and nothing else: both functions divide
    # by their sum. Rounding z - max changes an exponent by u of what it is in the computation.
    largest = z.max(axis=1, keepdims=True)
    spread = np.abs(z - largest) + ez + ez.max(axis=1, keepdims=True)
    overflow = p.overflow(sizes.max(axis=1, keepdims=True))
    return ez + p.u * spread + overflow


def forward_softmax(p: Precision, z: Array, ez: Array) -> Array:
    """The bound of softmax(z)."""
    log_a, log_rest = log_softmax(z), log_sum_of_others(log_softmax(z))
    m = exponent_errors(p, z, ez) + library(p, "exp")
    largest = m.max(axis=1, keepdims=True)
    # The odds a_k : sum_(j != k) a_j are highest where the exponent of k is m_k higher and all
    # others are m_j lower, and lowest the other way round.
    lost = np.exp(log_sum_of_others(log_a + np.log(-np.expm1(-m))) - log_rest)
    won = log_sum_of_others(log_a + log_expm1(m)) - log_rest
    raised = log_expm1(m + np.minimum(-np.log1p(-np.minimum(lost, 1)), largest))
    lowered = log_expm1(m + np.minimum(np.logaddexp(0, won), largest))
    # If the odds grow by a factor x + 1, a grows by a (1 - a) x / (1 + a x); as they fall, 1 - a
    # takes the place of a in the divisor.
    both = log_a + log_rest
    higher = np.exp(both + raised - np.logaddexp(0, log_a + raised))
    lower = np.exp(both + lowered - np.logaddexp(0, log_rest + lowered))
    error = np.where(np.isneginf(log_rest), 0.0, np.maximum(higher, lower))
    error = np.where(np.isfinite(largest), error, np.inf)
    rounding = p.share(z.shape[1]) * (softmax(z) + error)
    # Or it is formed as the exponential of its logarithm.
    of_logarithm = forward_log_softmax(p, z, np.zeros_like(z)) + library(p, "exp")
    return error + np.maximum(rounding, grown(log_a, of_logarithm))


def log_growth(log_a: Array, e_exponent: Array) -> Array:
    """log sum_j a_j exp(e_j), where a is a softmax, from its logarithm.

    By so much the logarithm of sum_j exp(z_j) grows if every z_j grows by e_j.
    """
    # sum_j a_j (exp(e_j) - 1), since sum_j a_j = 1.
    growth = np.logaddexp.reduce(log_a + log_expm1(e_exponent), axis=1, keepdims=True)
    return np.logaddexp(0, growth)


def forward_log_softmax(p: Precision, z: Array, ez: Array) -> Array:
    """The bound of log softmax(z) = (z - max) - log sum_j exp(z_j - max)."""
    log_a = log_softmax(z)
    shifted = z - z.max(axis=1, keepdims=True)
    m = exponent_errors(p, z, ez)
    in_sum = log_growth(log_a, m + library(p, "exp")) - np.log1p(-p.sum(z.shape[1] - 1))
    of_log = in_sum + library(p, "log") * (np.abs(shifted - log_a) + in_sum)
    error = m + of_log
    error = error + p.u * (np.abs(log_a) + error) + (z.shape[1] + 1) * p.tiny
    return error + p.overflow(np.abs(shifted) + error)


def backward_softmax(p: Precision, z: Array, ez: Array, c: Array, ec: Array) -> tuple[Array, Array]:
    """delta_k = a_k (c_k - sum_j a_j c_j), and its bound."""
    units = z.shape[1]
    a, ea = softmax(z), forward_softmax(p, z, ez) + 2 * p.tiny
    a_size, c_size = a + ea, np.abs(c) + ec  # as large as they may be computed
    mean = (a * c).sum(axis=1, keepdims=True)
    # An error of c_k enters twice, and nearly cancels where a_k is nearly 1.
    rest = np.exp(log_sum_of_others(log_softmax(z)))  # 1 - a_k
    handed_on = (rest + ea) * ec + (a_size * ec) @ (1 - np.eye(units))
    of_mean = (ea * c_size).sum(axis=1, keepdims=True)
    size = c_size + (a_size * c_size).sum(axis=1, keepdims=True)
    rounding = p.sum(units, before=3) * size + units * p.tiny
    error = ea * np.abs(c - mean) + a_size * (handed_on + of_mean + rounding) + 3 * p.tiny
    return a * (c - mean), error + p.overflow(size)
