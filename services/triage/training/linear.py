"""A multinomial logistic model, fitted. The only place that knows scikit-learn's classifier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from services.triage.reading.heads import Linear

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

# The bias of a label that nothing was learned of: it is never chosen.
_NEVER: Final = -20.0


def linear(
    features: NDArray[np.float32] | csr_matrix,
    truth: NDArray[np.int64],
    weights: NDArray[np.float64],
    *,
    labels: int,
    strength: float,
    tolerance: float,
    rounds: int = 150,
) -> Linear:
    """`strength` is the inverse of the penalty. A label that is absent from `truth` keeps a column that is never chosen."""
    if len(seen := np.unique(truth)) == 1:
        only = np.full(labels, _NEVER, dtype=np.float32)
        only[seen] = 0.0
        return Linear(np.zeros((features.shape[1], labels), dtype=np.float32), only)
    model = LogisticRegression(C=strength, max_iter=rounds, tol=tolerance)
    # Several threads spend a fit of this size waiting for each other: up to seventeen times as long where the cores have other work.
    with threadpool_limits(limits=1):
        model.fit(features, truth, sample_weight=weights)
    columns = np.zeros((features.shape[1], labels))
    bias = np.full(labels, _NEVER)
    if len(model.classes_) == 2:  # two classes share one row of coefficients
        columns[:, model.classes_] = np.vstack([-model.coef_[0], model.coef_[0]]).T / 2
        bias[model.classes_] = np.array([-model.intercept_[0], model.intercept_[0]]) / 2
    else:
        columns[:, model.classes_] = model.coef_.T
        bias[model.classes_] = model.intercept_
    return Linear(columns.astype(np.float16).astype(np.float32), bias.astype(np.float16).astype(np.float32))
