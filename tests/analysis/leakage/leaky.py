"""Leaks as people write them; `#!` marks the line and the rule. Each begins with `BEGIN`."""

BEGIN = """
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, mean_squared_error
from sklearn.model_selection import (GridSearchCV, KFold, StratifiedKFold, TimeSeriesSplit,
    cross_val_score, train_test_split)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import LabelEncoder, MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.utils import resample
from imblearn.over_sampling import SMOTE, RandomOverSampler
df = pd.read_csv("data.csv")
X = df.drop(columns="y")
y = df["y"]
"""

LEAKY = {
    "a scaler before the split": """
X = StandardScaler().fit_transform(X)  #! preprocessing-before-split
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
""",
    "a scaler with a name": """
scaler = MinMaxScaler()
X_scaled = scaler.fit_transform(X)  #! preprocessing-before-split
X_train, X_test, y_train, y_test = train_test_split(X_scaled, y)
""",
    "fit and transform apart": """
scaler = StandardScaler()
scaler.fit(X)
X_scaled = scaler.transform(X)  #! preprocessing-before-split
X_train, X_test, y_train, y_test = train_test_split(X_scaled, y)
""",
    "fitted before, used after the split": """
scaler = StandardScaler().fit(X)
X_train, X_test, y_train, y_test = train_test_split(X, y)
X_train = scaler.transform(X_train)  #! preprocessing-before-split
X_test = scaler.transform(X_test)
""",
    "an imputer": """
imputer = SimpleImputer(strategy="median")
X = imputer.fit_transform(X)  #! preprocessing-before-split
a, b, c, d = train_test_split(X, y)
""",
    "principal components": """
X_reduced = PCA(n_components=2).fit_transform(X)  #! preprocessing-before-split
X_train, X_test, y_train, y_test = train_test_split(X_reduced, y)
""",
    "features chosen with the target": """
selector = SelectKBest(f_classif, k=10)
X_new = selector.fit_transform(X, y)  #! preprocessing-before-split
X_train, X_test, y_train, y_test = train_test_split(X_new, y)
""",
    "words of all texts": """
vectorizer = TfidfVectorizer()
features = vectorizer.fit_transform(df["text"])  #! preprocessing-before-split
X_train, X_test, y_train, y_test = train_test_split(features, df["label"])
""",
    "by hand": """
X = (X - X.mean()) / X.std()  #! preprocessing-before-split
X_train, X_test, y_train, y_test = train_test_split(X, y)
""",
    "by hand with numpy": """
values = df.to_numpy()
values = (values - np.mean(values, axis=0)) / np.std(values, axis=0)  #! preprocessing-before-split
train, test = train_test_split(values)
""",
    "ranges by hand": """
df["age"] = (df.age - df.age.min()) / df.age.max()  #! preprocessing-before-split
train, test = train_test_split(df)
""",
    "gaps filled with the mean": """
df["age"] = df["age"].fillna(df["age"].mean())  #! preprocessing-before-split
train, test = train_test_split(df)
""",
    "gaps filled in place": """
df.fillna(df.median(), inplace=True)  #! preprocessing-before-split
X = df.drop(columns="y")
X_train, X_test, y_train, y_test = train_test_split(X, df["y"])
""",
    "a preprocessing pipeline": """
prepare = make_pipeline(SimpleImputer(), StandardScaler())
X = prepare.fit_transform(X)  #! preprocessing-before-split
X_train, X_test, y_train, y_test = train_test_split(X, y)
""",
    "a column transformer": """
columns = ColumnTransformer([("num", StandardScaler(), ["a"]), ("cat", OneHotEncoder(), ["b"])])
X_all = columns.fit_transform(X)  #! preprocessing-before-split
X_train, X_test, y_train, y_test = train_test_split(X_all, y)
""",
    "before cross-validation": """
X_scaled = StandardScaler().fit_transform(X)  #! preprocessing-before-split
print(cross_val_score(LogisticRegression(), X_scaled, y, cv=5).mean())
""",
    "before folds by hand": """
X = PCA(5).fit_transform(X)  #! preprocessing-before-split
for train, test in KFold(5).split(X):
    LogisticRegression().fit(X[train], y[train]).score(X[test], y[test])
""",
    "before a search": """
X = SelectKBest(k=20).fit_transform(X, y)  #! preprocessing-before-split
search = GridSearchCV(LogisticRegression(), {"C": [1, 10]})
search.fit(X, y)
""",
    "in a function": """
def prepare(table):
    scaler = StandardScaler()
    return scaler.fit_transform(table)  #! preprocessing-before-split
X = prepare(X)
X_train, X_test, y_train, y_test = train_test_split(X, y)
""",
    "before a cut by position": """
X = MinMaxScaler().fit_transform(X)  #! preprocessing-before-split
n = int(len(X) * 0.8)
X_train, X_test = X[:n], X[n:]
""",
    "before a cut of a series": """
scaled = MinMaxScaler().fit_transform(df[["close"]])  #! preprocessing-before-split
train_size = 800
train_data = scaled[0:train_size, :]
test_data = scaled[train_size:, :]
""",
    "fitted anew on the test set": """
X_train, X_test, y_train, y_test = train_test_split(X, y)
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_test = scaler.fit_transform(X_test)  #! fit-on-test
""",
    "another scaler for the test set": """
X_train, X_test, y_train, y_test = train_test_split(X, y)
X_train_scaled = StandardScaler().fit_transform(X_train)
X_test_scaled = StandardScaler().fit_transform(X_test)  #! fit-on-test
""",
    "trained on the test set": """
X_train, X_test, y_train, y_test = train_test_split(X, y)
model = LogisticRegression()
model.fit(X_test, y_test)  #! fit-on-test
print(model.score(X_test, y_test))
""",
    "trained on everything": """
X_train, X_test, y_train, y_test = train_test_split(X, y)
model = RandomForestClassifier()
model.fit(X, y)  #! overlap
print(accuracy_score(y_test, model.predict(X_test)))
""",
    "fitted on both sides together": """
X_train, X_test, y_train, y_test = train_test_split(X, y)
scaler = StandardScaler()
scaler.fit(pd.concat([X_train, X_test]))  #! overlap
X_train = scaler.transform(X_train)
""",
    "new rows by SMOTE": """
X_res, y_res = SMOTE(random_state=0).fit_resample(X, y)  #! oversampling-before-split
X_train, X_test, y_train, y_test = train_test_split(X_res, y_res)
""",
    "rows drawn several times": """
sampler = RandomOverSampler()
X, y = sampler.fit_resample(X, y)  #! oversampling-before-split
X_train, X_test, y_train, y_test = train_test_split(X, y)
""",
    "the minority, resampled": """
minority = df[df["y"] == 1]
more = resample(minority, replace=True, n_samples=1000)  #! oversampling-before-split
balanced = pd.concat([df[df["y"] == 0], more])
train, test = train_test_split(balanced)
""",
    "the minority, sampled with pandas": """
ones = df[df.y == 1].sample(5000, replace=True)  #! oversampling-before-split
both = pd.concat([df[df.y == 0], ones])
X_train, X_test, y_train, y_test = train_test_split(both.drop("y", axis=1), both["y"])
""",
    "the target among the features": """
X_train, X_test, y_train, y_test = train_test_split(df, df["y"])  #! target-in-features
""",
    "lags, shuffled": """
df["before"] = df["y"].shift(1)
df = df.dropna()
X_train, X_test, y_train, y_test = train_test_split(df[["before"]], df["y"])  #! shuffled-time
""",
    "means over the last days, shuffled": """
df["week"] = df["sales"].rolling(7).mean()
train, test = train_test_split(df, test_size=0.2, random_state=1)  #! shuffled-time
""",
    "chosen by the test set": """
X_train, X_test, y_train, y_test = train_test_split(X, y)
best = 0
for c in [0.1, 1, 10]:
    model = LogisticRegression(C=c).fit(X_train, y_train)
    score = model.score(X_test, y_test)  #! chosen-by-test
    if score > best:
        best, best_c = score, c
        best = score
print(best)
""",
    "chosen by the error on the test set": """
X_train, X_test, y_train, y_test = train_test_split(X, y)
lowest = 1e9
for alpha in np.logspace(-3, 3, 20):
    model = Ridge(alpha=alpha)
    model.fit(X_train, y_train)
    error = mean_squared_error(y_test, model.predict(X_test))  #! chosen-by-test
    if error < lowest:
        lowest = error
        best_alpha = alpha
""",
    "stopped early by the test set": """
from xgboost import XGBClassifier
X_train, X_test, y_train, y_test = train_test_split(X, y)
model = XGBClassifier(early_stopping_rounds=10)
model.fit(X_train, y_train, eval_set=[(X_test, y_test)])  #! chosen-by-test
print(model.score(X_test, y_test))
""",
    "a table from a file of one's own format": """
import pickle
with open("clean.pkl", "rb") as file:
    rows = pickle.load(file)
features, labels = rows.drop("y", axis=1), rows["y"]
features, labels = SMOTE().fit_resample(features, labels)  #! oversampling-before-split
X_train, X_test, y_train, y_test = train_test_split(features, labels)
""",
    "a table from a module of one's own": """
from project.data import load
points, labels = load()
points = StandardScaler().fit_transform(points)  #! preprocessing-before-split
print(cross_val_score(LogisticRegression(), points, labels).mean())
""",
    "a mean with a name": """
mean, std = X.mean(axis=0), X.std(axis=0)
X = (X - mean) / std  #! preprocessing-before-split
X_train, X_test, y_train, y_test = train_test_split(X, y)
""",
    "step by step": """
X = X.to_numpy()
X -= np.mean(X, axis=0)  #! preprocessing-before-split
train, test = train_test_split(X)
""",
    "the training set by the mean of all": """
X_train, X_test, y_train, y_test = train_test_split(X, y)
mean = X["age"].mean()
X_train["age"] = X_train["age"].fillna(mean)  #! preprocessing-before-split
X_test["age"] = X_test["age"].fillna(mean)
""",
    "each side by a mean of its own": """
X_train, X_test, y_train, y_test = train_test_split(X, y)
X_train["age"] = X_train["age"].fillna(X_train["age"].median())
X_test["age"] = X_test["age"].fillna(X_test["age"].median())  #! fit-on-test
""",
    "gaps filled by the mean of a group": """
df["age"] = df["age"].fillna(df.groupby("class")["age"].transform("mean"))  #! preprocessing-before-split
train, test = train_test_split(df)
""",
    "a function for each column": """
def scaled(column):
    if column.name == "y":
        return column
    return MinMaxScaler().fit_transform(column)  #! preprocessing-before-split
df = df.apply(scaled)
train, test = train_test_split(df)
""",
    "a lambda for each column": """
X = X.apply(lambda column: (column - column.mean()) / column.std())  #! preprocessing-before-split
X_train, X_test, y_train, y_test = train_test_split(X, y)
""",
    "columns chosen by their scores": """
scores = f_classif(X, y)[0]  #! preprocessing-before-split
best = X.to_numpy()[:, scores > 10]
X_train, X_test, y_train, y_test = train_test_split(best, y)
""",
    "tables in a list": """
from sklearn.datasets import make_circles, make_moons
tables = [make_moons(noise=0.3), make_circles(noise=0.2)]
for table in tables:
    points, labels = table
    points = StandardScaler().fit_transform(points)  #! preprocessing-before-split
    X_train, X_test, y_train, y_test = train_test_split(points, labels)
""",
    "rows in a list": """
rows = [row[1:] for row in np.loadtxt("wine.data", delimiter=",")]
points = PCA(2).fit_transform(rows)  #! preprocessing-before-split
train, test = train_test_split(points)
""",
    "a function that scales if it is told to": """
def split(table, scale=False):
    if scale:
        table = (table - table.mean()) / table.std()  #! preprocessing-before-split
    else:
        table = table.copy()
    return train_test_split(table)
train, test = split(X, scale=True)
""",
    "a training set that is none yet": """
X_train = df[["text", "age"]]
X_train = X_train[X_train["age"] > 18]
X_train = TfidfVectorizer().fit_transform(X_train["text"])  #! preprocessing-before-split
X_train, X_test = train_test_split(X_train)
""",
    "a dataset of PyTorch": """
from torch.utils.data import Dataset, random_split
class Rows(Dataset):
    def __init__(self, rows):
        self.rows = rows
    def split(self):
        return random_split(self, [800, 200])
X = (X - X.mean()) / X.std()  #! preprocessing-before-split
train, test = Rows(X.to_numpy()).split()
""",
    "the column that was scaled is used": """
df["scaled"] = StandardScaler().fit_transform(df[["age"]])  #! preprocessing-before-split
names = ["scaled", "height"]
X_train, X_test, y_train, y_test = train_test_split(df[names], df["y"])
""",
    "bins of as many rows": """
df["band"] = pd.qcut(df["age"], 4, labels=False)  #! preprocessing-before-split
X_train, X_test, y_train, y_test = train_test_split(df[["band", "height"]], df["y"])
""",
    "scaled by a function": """
from sklearn.preprocessing import minmax_scale
X_train, X_test, y_train, y_test = train_test_split(minmax_scale(X), y)  #! preprocessing-before-split
""",
}
