#!/usr/bin/env python3
"""Writes test/unit/calibration.golden.json: Platt's sigmoid, reliability bins and Brier scores as scikit-learn gives them.

Needs: pip install "scikit-learn==1.9.1"
Use:   python3 scripts/parity/calibration.py

`sigmoid` is what CalibratedClassifierCV(method="sigmoid") fits: 1 / (1 + exp(a * score + b)), here as slope = -a and
intercept = -b. The bins are those of calibration_curve(strategy="uniform", n_bins=10) that are not empty.
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.calibration import _SigmoidCalibration, calibration_curve
from sklearn.metrics import brier_score_loss

TARGET = pathlib.Path(__file__).resolve().parents[2] / "test" / "unit" / "calibration.golden.json"


def case(name, rows, slope, intercept, seed, spread=2.0):
    random = np.random.default_rng(seed)
    scores = np.round(random.normal(1.5, spread, rows), 4)
    labels = random.random(rows) < 1 / (1 + np.exp(-(slope * scores + intercept)))
    fit = _SigmoidCalibration().fit(scores, labels.astype(int))
    confidences = np.round(1 / (1 + np.exp(-scores)), 6)
    accuracy, mean = calibration_curve(labels, confidences, n_bins=10, strategy="uniform")
    counts = np.histogram(confidences, bins=np.linspace(0, 1, 11))[0]
    counts = counts[counts > 0]
    return {
        "name": name,
        "scores": scores.tolist(),
        "labels": labels.astype(int).tolist(),
        "sigmoid": {"slope": -float(fit.a_), "intercept": -float(fit.b_)},
        "confidences": confidences.tolist(),
        "bins": [[int(n), float(c), float(a)] for n, c, a in zip(counts, mean, accuracy, strict=True)],
        "ece": float(np.sum(counts * np.abs(accuracy - mean)) / rows),
        "brier": float(brier_score_loss(labels, confidences)),
    }


CASES = [
    case("sure of itself", 200, 0.4, -1.5, 1),
    case("few rows", 30, 1.0, 0.0, 2),
    case("mostly right", 120, 0.8, 2.0, 3),
    case("confidence says nothing", 80, 0.0, -0.5, 4),
    case("all right", 40, 0.0, 20.0, 5),
    case("far apart", 60, 6.0, 0.0, 6, spread=4.0),
]
TARGET.write_text(json.dumps({"scikit-learn": sklearn.__version__, "cases": CASES}, indent=1) + "\n")
