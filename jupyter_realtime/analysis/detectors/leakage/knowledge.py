"""What the flow has to know of scikit-learn and its neighbours: by the names of classes and functions."""

from __future__ import annotations

import re

# Their result for one row depends on all rows that they were fitted on.
LEARNING = frozenset(
    {
        "FastICA", "IncrementalPCA", "IterativeImputer", "KBinsDiscretizer", "KNNImputer", "KernelPCA",
        "MaxAbsScaler", "MinMaxScaler", "NMF", "PCA", "PowerTransformer", "QuantileTransformer", "RFE",
        "RFECV", "RobustScaler", "SelectFromModel", "SelectFdr", "SelectFpr", "SelectKBest",
        "SelectPercentile", "SequentialFeatureSelector", "SimpleImputer", "SparsePCA", "StandardScaler",
        "TargetEncoder", "TfidfTransformer", "TfidfVectorizer", "TruncatedSVD", "WOEEncoder",
    }
)  # fmt: skip
# They learn too, but only which values there are: fitting them on everything is the custom.
HARMLESS = frozenset(
    {
        "Binarizer", "CountVectorizer", "FunctionTransformer", "HashingVectorizer", "LabelBinarizer",
        "LabelEncoder", "MultiLabelBinarizer", "Normalizer", "OneHotEncoder", "OrdinalEncoder",
        "PolynomialFeatures", "SplineTransformer", "VarianceThreshold",
    }
)  # fmt: skip
# New rows are made of old ones, so that the same row is on both sides of a later split.
RESAMPLERS = frozenset(
    {
        "ADASYN", "BorderlineSMOTE", "KMeansSMOTE", "RandomOverSampler", "SMOTE", "SMOTEENN", "SMOTEN",
        "SMOTENC", "SMOTETomek", "SVMSMOTE",
    }
)  # fmt: skip
PIPELINES = frozenset({"ColumnTransformer", "FeatureUnion", "Pipeline", "make_column_transformer",
                       "make_pipeline", "make_union"})  # fmt: skip
SEARCHES = frozenset(
    {"GridSearchCV", "HalvingGridSearchCV", "HalvingRandomSearchCV", "RandomizedSearchCV"}
)
CROSS_VALIDATIONS = frozenset({"cross_val_predict", "cross_val_score", "cross_validate", "learning_curve",
                               "validation_curve"})  # fmt: skip
FOLDS = frozenset(
    {
        "GroupKFold", "GroupShuffleSplit", "KFold", "LeaveOneGroupOut", "LeaveOneOut", "RepeatedKFold",
        "RepeatedStratifiedKFold", "ShuffleSplit", "StratifiedGroupKFold", "StratifiedKFold",
        "StratifiedShuffleSplit", "TimeSeriesSplit",
    }
)  # fmt: skip
_MODEL = re.compile(
    r"(?:Classifier|Regressor|Regression|RegressionCV|SVC|SVR|SGD\w*|Ridge(?:CV)?|Lasso(?:CV)?|ElasticNet(?:CV)?|"
    r"GaussianNB|MultinomialNB|BernoulliNB|Perceptron|Sequential|DiscriminantAnalysis)$"
)
METRICS = re.compile(
    r"_score$|_error$|^(?:accuracy|confusion_matrix|classification_report|roc_curve)"
)
# A statistic over all rows of a table or array.
STATISTICS = frozenset({"max", "mean", "median", "min", "mode", "quantile", "std", "var"})
SIDE = re.compile(
    r"(?:^|_)(train(?:ing)?|test(?:ing)?|val(?:id(?:ation)?)?|holdout|dev)(?:_|\d*$)", re.IGNORECASE
)


def is_model(class_name: str) -> bool:
    """Whether a class is one of models, by its name."""
    return _MODEL.search(class_name) is not None


def side_of(name: str) -> str | None:
    """Tell which side of a split a name speaks of: `train`, `val` or `test`; None if it doesn't."""
    match = SIDE.search(name)
    if match is None:
        return None
    word = match[1].lower()
    if word.startswith("train"):
        return "train"
    return "test" if word.startswith(("test", "holdout")) else "val"
