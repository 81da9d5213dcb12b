"""What the flow has to know of scikit-learn and its neighbours: by the names of classes and functions."""

from __future__ import annotations

import re

# Their result for one row depends on all rows that they were fitted on.
LEARNING = frozenset(
    {
        "DictionaryLearning", "FactorAnalysis", "FastICA", "GenericUnivariateSelect", "Imputer",
        "IncrementalPCA", "Isomap", "IterativeImputer", "KBinsDiscretizer", "KNNImputer", "KernelPCA",
        "LatentDirichletAllocation", "MaxAbsScaler", "MinMaxScaler", "NMF", "PCA", "PowerTransformer",
        "QuantileTransformer", "RFE", "RFECV", "RandomizedPCA", "RobustScaler", "SelectFromModel",
        "SelectFdr", "SelectFpr", "SelectKBest",
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
PIPELINES = frozenset({"ColumnTransformer", "DataFrameMapper", "FeatureUnion", "Pipeline",
                       "make_column_transformer", "make_pipeline", "make_union"})  # fmt: skip
# Functions of scikit-learn and SciPy that do what a learner does, to all rows that they get.
SCALING = frozenset({"maxabs_scale", "minmax_scale", "power_transform", "quantile_transform",
                     "robust_scale", "scale", "zscore"})  # fmt: skip
# They rate columns by the target: who chooses columns by them has looked at all targets.
RATINGS = frozenset({"chi2", "f_classif", "f_regression", "mutual_info_classif",
                     "mutual_info_regression", "r_regression"})  # fmt: skip
SPLITS = frozenset({"random_split", "train_test_split"})
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
STATISTICS = frozenset(
    {
        "max", "mean", "median", "min", "mode", "nanmax", "nanmean", "nanmedian", "nanmin", "nanstd",
        "nanvar", "percentile", "ptp", "quantile", "std", "var",
    }
)  # fmt: skip
# To take one of these off moves all rows alike, as with the days since the first.
EXTREMES = frozenset({"max", "min", "nanmax", "nanmin"})
# What is done to each row, each column or each group by a function.
APPLYING = frozenset({"agg", "apply", "applymap", "map", "pipe", "transform"})
# Of a table, and all of its columns; any other attribute is a column.
WHOLE_ATTRIBUTES = frozenset(
    {"A", "T", "at", "data", "dt", "iat", "iloc", "ix", "loc", "str", "values"}
)
# About a table, and none of its rows.
NO_ROWS = frozenset(
    {"columns", "dtype", "dtypes", "feature_names", "keys", "ndim", "shape", "size"}
)
SIDE = re.compile(
    r"(?:^|_)(train(?:ing)?|test(?:ing)?|val(?:id(?:ation)?)?|holdout|dev)(?:_|\d*$)", re.IGNORECASE
)
_MAYBE_SIDE = re.compile(
    r"tra?i?n|test|tst|val|dev|hold|fold|(?:^|_)(?:tr|te|va)(?:_|\d*$)|[a-z](?:tr|te)\d*$",
    re.IGNORECASE,
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


def may_be_a_side(name: str) -> bool:
    """Whether a name speaks, in any of people's short ways, of a part of a table."""
    return _MAYBE_SIDE.search(name) is not None
