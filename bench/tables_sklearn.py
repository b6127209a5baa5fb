"""What scikit-learn's multi-layer perceptron scores on a table in five folds, out of the box: gaps are filled (median, most
frequent) with an indicator, words become one-hot columns, numbers are standardised; 500 iterations, with and without
early_stopping. Prints a JSON object: for each of the two the mean, the standard error of the mean, and the folds."""
import json
import sys
import warnings

import numpy
import pandas
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

warnings.filterwarnings("ignore")
FOLDS = 5


def pipeline(x, model):
    numbers = [c for c in x if x[c].dtype != object]
    words = [c for c in x if x[c].dtype == object]
    steps = [("numbers", make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler()), numbers),
             ("words", make_pipeline(SimpleImputer(strategy="most_frequent", add_indicator=True),
                                     OneHotEncoder(handle_unknown="ignore")), words)]
    return make_pipeline(ColumnTransformer(steps), model)


def scores(x, y, early):
    classes = y.dtype == object or y.nunique() <= 20
    kind = MLPClassifier if classes else MLPRegressor
    model = kind(max_iter=500, early_stopping=early, random_state=0)
    if not classes:
        model = TransformedTargetRegressor(model, transformer=StandardScaler())
    folds = (StratifiedKFold if classes else KFold)(FOLDS, shuffle=True, random_state=0)
    s = cross_val_score(pipeline(x, model), x, y, cv=folds, scoring="accuracy" if classes else "r2")
    return {"mean": s.mean(), "error": s.std(ddof=1) / numpy.sqrt(FOLDS), "folds": list(s)}


table = pandas.read_csv(sys.argv[1]).dropna(subset=[sys.argv[2]])
x, y = table.drop(columns=sys.argv[2]), table[sys.argv[2]]
x = x[[c for c in x if x[c].dtype != object or x[c].nunique() <= len(x) / 2]]
print(json.dumps({"plain": scores(x, y, False), "early_stopping": scores(x, y, True)}))
