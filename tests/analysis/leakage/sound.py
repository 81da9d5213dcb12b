"""Code that looks like a leak and is none; each begins with `leaky.BEGIN`."""

SOUND = {
    "fitted on the training set": """
X_train, X_test, y_train, y_test = train_test_split(X, y)
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_test = scaler.transform(X_test)
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    "fit, then transform twice": """
X_train, X_test, y_train, y_test = train_test_split(X, y)
scaler = StandardScaler().fit(X_train)
X_train, X_test = scaler.transform(X_train), scaler.transform(X_test)
""",
    "in a pipeline": """
X_train, X_test, y_train, y_test = train_test_split(X, y)
model = make_pipeline(StandardScaler(), LogisticRegression())
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    "a pipeline, cross-validated on everything": """
model = Pipeline([("scale", StandardScaler()), ("fit", LogisticRegression())])
print(cross_val_score(model, X, y).mean())
""",
    "a search over a pipeline": """
X_train, X_test, y_train, y_test = train_test_split(X, y)
search = GridSearchCV(make_pipeline(PCA(), LogisticRegression()), {"pca__n_components": [2, 3]})
search.fit(X_train, y_train)
print(search.score(X_test, y_test))
""",
    "clusters need no test set": """
from sklearn.cluster import KMeans
X_scaled = StandardScaler().fit_transform(X)
labels = KMeans(3).fit_predict(X_scaled)
""",
    "a picture of everything": """
two = PCA(2).fit_transform(StandardScaler().fit_transform(X))
X_train, X_test, y_train, y_test = train_test_split(X, y)
""",
    "categories of everything": """
y = LabelEncoder().fit_transform(y)
X = OneHotEncoder().fit_transform(X)
X_train, X_test, y_train, y_test = train_test_split(X, y)
""",
    "dummies of everything": """
X = pd.get_dummies(X)
X_train, X_test, y_train, y_test = train_test_split(X, y)
""",
    "gaps filled with a constant": """
df = df.fillna(0)
train, test = train_test_split(df)
""",
    "gaps filled with the training set's mean": """
train, test = train_test_split(df)
mean = train["age"].mean()
train["age"] = train["age"].fillna(mean)
test["age"] = test["age"].fillna(mean)
""",
    "a mean that is only printed": """
print(df["age"].mean(), df.std())
train, test = train_test_split(df)
""",
    "rows without gaps": """
df = df.dropna().drop_duplicates()
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="y"), df["y"])
""",
    "rows are normalised one by one": """
from sklearn.preprocessing import Normalizer
X = Normalizer().fit_transform(X)
X_train, X_test, y_train, y_test = train_test_split(X, y)
""",
    "powers need nobody else": """
from sklearn.preprocessing import PolynomialFeatures
X = PolynomialFeatures(2).fit_transform(X)
X_train, X_test, y_train, y_test = train_test_split(X, y)
""",
    "logarithms and products": """
df["size"] = np.log1p(df["width"] * df["height"]) - 3.5
train, test = train_test_split(df)
""",
    "a mean of each row": """
df["mean"] = (df[["a", "b"]] - df[["a", "b"]].mean(axis=1)) / 2
train, test = train_test_split(df)
""",
    "SMOTE for the training set": """
X_train, X_test, y_train, y_test = train_test_split(X, y)
X_train, y_train = SMOTE().fit_resample(X_train, y_train)
model = RandomForestClassifier().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    "SMOTE in a pipeline": """
from imblearn.pipeline import make_pipeline as make_imb
model = make_imb(SMOTE(), StandardScaler(), LogisticRegression())
print(cross_val_score(model, X, y))
""",
    "the minority of the training set": """
train, test = train_test_split(df, stratify=df["y"])
more = resample(train[train["y"] == 1], replace=True)
train = pd.concat([train, more])
""",
    "a smaller table": """
df = df.sample(1000, random_state=0)
train, test = train_test_split(df)
""",
    "fewer of the majority": """
less = df[df.y == 0].sample(500, replace=False)
both = pd.concat([less, df[df.y == 1]])
train, test = train_test_split(both)
""",
    "trained on everything at the end": """
X_train, X_test, y_train, y_test = train_test_split(X, y)
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
final = LogisticRegression().fit(X, y)
""",
    "the final model is saved": """
import joblib
X_train, X_test, y_train, y_test = train_test_split(X, y)
model = Ridge().fit(X_train, y_train)
print(model.score(X_test, y_test))
model.fit(X, y)
joblib.dump(model, "model.joblib")
""",
    "no test set at all": """
model = LogisticRegression().fit(X, y)
print(model.coef_)
""",
    "the target is dropped": """
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns=["y"]), df["y"])
""",
    "columns are chosen": """
X_train, X_test, y_train, y_test = train_test_split(df[["a", "b"]], df["y"])
""",
    "the target is taken out": """
target = df.pop("y")
X_train, X_test, y_train, y_test = train_test_split(df, target)
""",
    "stratified by the target": """
train, test = train_test_split(df, stratify=df["y"], random_state=1)
""",
    "lags, split by time": """
df["before"] = df["y"].shift(1)
X_train, X_test, y_train, y_test = train_test_split(df[["before"]], df["y"], shuffle=False)
""",
    "lags, with folds by time": """
df["before"] = df["y"].shift(1)
for train, test in TimeSeriesSplit(5).split(df):
    Ridge().fit(df.iloc[train], y.iloc[train]).score(df.iloc[test], y.iloc[test])
""",
    "lags, cut by position": """
df["before"] = df["y"].shift(1)
train, test = df[:800], df[800:]
""",
    "chosen by a validation set": """
X_train, X_rest, y_train, y_rest = train_test_split(X, y)
X_val, X_test, y_val, y_test = train_test_split(X_rest, y_rest)
best = 0
for c in [0.1, 1]:
    model = LogisticRegression(C=c).fit(X_train, y_train)
    score = model.score(X_val, y_val)
    if score > best:
        best = score
        chosen = model
print(chosen.score(X_test, y_test))
""",
    "chosen by cross-validation": """
X_train, X_test, y_train, y_test = train_test_split(X, y)
best = 0
for c in [0.1, 1]:
    score = cross_val_score(LogisticRegression(C=c), X_train, y_train).mean()
    if score > best:
        best, chosen = score, c
""",
    "several models are shown": """
X_train, X_test, y_train, y_test = train_test_split(X, y)
for model in (LogisticRegression(), RandomForestClassifier()):
    model.fit(X_train, y_train)
    print(model.score(X_test, y_test))
""",
    "stopped early by a validation set": """
from xgboost import XGBClassifier
X_train, X_test, y_train, y_test = train_test_split(X, y)
X_train, X_val, y_train, y_val = train_test_split(X_train, y_train)
model = XGBClassifier(early_stopping_rounds=10)
model.fit(X_train, y_train, eval_set=[(X_val, y_val)])
print(model.score(X_test, y_test))
""",
    "watched, but not stopped": """
from xgboost import XGBClassifier
X_train, X_test, y_train, y_test = train_test_split(X, y)
model = XGBClassifier()
model.fit(X_train, y_train, eval_set=[(X_train, y_train), (X_test, y_test)])
""",
    "folds by hand, fitted inside": """
for train, test in StratifiedKFold(5).split(X, y):
    scaler = StandardScaler().fit(X.iloc[train])
    model = LogisticRegression().fit(scaler.transform(X.iloc[train]), y.iloc[train])
    print(model.score(scaler.transform(X.iloc[test]), y.iloc[test]))
""",
    "a function for one side": """
def prepare(table, scaler=None):
    if scaler is None:
        scaler = StandardScaler().fit(table)
    return scaler.transform(table), scaler
X_train, X_test, y_train, y_test = train_test_split(X, y)
X_train, scaler = prepare(X_train)
X_test, _ = prepare(X_test, scaler)
""",
    "another table is scaled": """
prices = pd.read_csv("prices.csv")
prices = (prices - prices.mean()) / prices.std()
X_train, X_test, y_train, y_test = train_test_split(X, y)
""",
    "files that are split already": """
train = pd.read_csv("train.csv")
test = pd.read_csv("test.csv")
scaler = StandardScaler()
train_scaled = scaler.fit_transform(train)
test_scaled = scaler.transform(test)
""",
    "a training file, cross-validated": """
train = pd.read_csv("train.csv")
model = make_pipeline(SimpleImputer(), RandomForestClassifier())
print(cross_val_score(model, train.drop(columns="y"), train["y"]))
""",
    "a constant is taken off": """
X = (X - 128) / 255
X_train, X_test, y_train, y_test = train_test_split(X, y)
""",
    "pictures": """
images = np.load("images.npy") / 255.0
train, test = train_test_split(images)
""",
    "the scaler of what came before": """
X_train, X_test, y_train, y_test = train_test_split(X, y)
X_train = StandardScaler().fit_transform(X_train)
print(cross_val_score(LogisticRegression(), X_train, y_train))
""",
    "the split in a function": """
def split(table):
    return train_test_split(table.drop(columns="y"), table["y"], random_state=0)
X_train, X_test, y_train, y_test = split(df)
scaler = StandardScaler().fit(X_train)
""",
    "a scaler that is only made": """
scaler = StandardScaler()
X_train, X_test, y_train, y_test = train_test_split(X, y)
X_train = scaler.fit_transform(X_train)
""",
    "a training set by a sample": """
train = df.sample(frac=0.8, random_state=0)
test = df.drop(train.index)
mean = train.mean()
train, test = (train - mean) / train.std(), (test - mean) / train.std()
""",
    "by a mask": """
mask = np.random.default_rng(0).random(len(df)) < 0.8
train, test = df[mask], df[~mask]
scaler = StandardScaler().fit(train)
""",
    "by a date": """
train = df[df["date"] < "2020"]
test = df[df["date"] >= "2020"]
model = Ridge().fit(train[["a"]], train["y"])
print(model.score(test[["a"]], test["y"]))
""",
    "grouped means that are plotted": """
daily = df.groupby("day").mean()
(daily - daily.mean()).plot()
X_train, X_test, y_train, y_test = train_test_split(X, y)
""",
    "the target in other units": """
y = y / 1000
X_train, X_test, y_train, y_test = train_test_split(X, y)
""",
    "predictions of everything": """
X_train, X_test, y_train, y_test = train_test_split(X, y)
model = Ridge().fit(X_train, y_train)
df["prediction"] = model.predict(X)
print(model.score(X_test, y_test))
""",
    "a model of another thing": """
X_train, X_test, y_train, y_test = train_test_split(X, y)
other = Ridge().fit(X, df["z"])
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    "words counted in a pipeline": """
X_train, X_test, y_train, y_test = train_test_split(df["text"], df["label"])
model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(X_train, y_train)
print(accuracy_score(y_test, model.predict(X_test)))
""",
    "words fitted on the training set": """
X_train, X_test, y_train, y_test = train_test_split(df["text"], df["label"])
vectorizer = TfidfVectorizer()
X_train = vectorizer.fit_transform(X_train)
X_test = vectorizer.transform(X_test)
""",
    "a column transformer in a pipeline": """
columns = ColumnTransformer([("num", StandardScaler(), ["a"]), ("cat", OneHotEncoder(), ["b"])])
model = Pipeline([("columns", columns), ("model", RandomForestClassifier())])
X_train, X_test, y_train, y_test = train_test_split(X, y)
model.fit(X_train, y_train)
""",
    "means in a report": """
report = (df - df.mean()).abs().sum()
print(report)
train, test = train_test_split(df)
""",
    "the largest so far": """
X_train, X_test, y_train, y_test = train_test_split(X, y)
largest = 0
for value in df["a"]:
    if value > largest:
        largest = value
""",
    "scores are kept in a list": """
X_train, X_test, y_train, y_test = train_test_split(X, y)
scores = []
for depth in range(5):
    model = RandomForestClassifier(max_depth=depth).fit(X_train, y_train)
    scores.append(model.score(X_test, y_test))
""",
    "a log of the training": """
X_train, X_test, y_train, y_test = train_test_split(X, y)
history = RandomForestClassifier().fit(X_train, y_train)
print(mean_squared_error(y_train, history.predict(X_train)))
""",
    "the target dropped from the training set": """
train_set, test_set = train_test_split(df, random_state=1)
features = train_set.drop("y", axis=1)
scaler = StandardScaler()
scaled = scaler.fit_transform(features)
model = LogisticRegression().fit(scaled, train_set["y"])
""",
    "a helper that fits only what it was not given": """
def prepare(X, scaler=None):
    if not scaler:
        scaler = StandardScaler()
        scaler.fit(X)
    return scaler.transform(X), scaler

train, test = train_test_split(df, random_state=1)
train, scaler = prepare(train)
test, _ = prepare(test, scaler)
""",
    "the days since the first": """
df["days"] = df["date"] - df["date"].min()
train, test = train_test_split(df)
""",
    "two folds by hand": """
X1, X2, y1, y2 = train_test_split(X, y, train_size=0.5)
first = LogisticRegression().fit(X1, y1).score(X2, y2)
second = LogisticRegression().fit(X2, y2).score(X1, y1)
print((first + second) / 2)
""",
    "a training set, split again": """
X_rest, X_test, y_rest, y_test = train_test_split(X, y)
X_fit, X_test2, y_fit, y_test2 = train_test_split(X_rest, y_rest)
model = LogisticRegression().fit(X_fit, y_fit)
print(model.score(X_test2, y_test2), model.score(X_test, y_test))
""",
    "how much of the variance is explained": """
X_train, X_test, y_train, y_test = train_test_split(X, y)
predicted = Ridge().fit(X_train, y_train).predict(X_test)
total = np.sum((y_test - np.mean(y_test)) ** 2)
print(1 - np.sum((y_test - predicted) ** 2) / total)
""",
    "the test set by the training set's mean": """
X_train, X_test, y_train, y_test = train_test_split(X, y)
mean, std = X_train.mean(), X_train.std()
X_test = (X_test - mean) / std
model = LogisticRegression().fit((X_train - mean) / std, y_train)
print(model.score(X_test, y_test))
""",
    "the column that was scaled is only plotted": """
df["scaled"] = StandardScaler().fit_transform(df[["age"]])
df.plot.scatter("scaled", "y")
X_train, X_test, y_train, y_test = train_test_split(df[["age", "height"]], df["y"])
""",
    "the column that was scaled is dropped": """
df["scaled"] = MinMaxScaler().fit_transform(df[["age"]])
df["band"] = pd.qcut(df["age"], 4)
df = df.drop(["scaled", "band"], axis=1)
train, test = train_test_split(df)
""",
    "the column that was filled is deleted": """
df["age"] = df["age"].fillna(df["age"].mean())
del df["age"]
train, test = train_test_split(df)
""",
    "the columns have names": """
df["centred"] = df["age"] - df["age"].mean()
features = ["height", "weight"]
X_train, X_test, y_train, y_test = train_test_split(df[features], df["y"])
""",
    "bins that are given": """
df["band"] = pd.cut(df["age"], [0, 18, 65, 120])
train, test = train_test_split(df)
""",
    "scaling is off": """
def split(table, scale=False):
    if scale:
        table = (table - table.mean()) / table.std()
    return train_test_split(table)
train, test = split(X)
""",
    "a switch at the top": """
NORMALIZE = False
if NORMALIZE:
    X = StandardScaler().fit_transform(X)
X_train, X_test, y_train, y_test = train_test_split(X, y)
""",
    "a training file, scaled and cross-validated": """
train_data = pd.read_csv("train.csv")
X_train = StandardScaler().fit_transform(train_data)
print(cross_val_score(LogisticRegression(), X_train, train_data["y"]).mean())
""",
    "columns of a training file": """
table = pd.read_csv("train.csv")
table["age"] = table["age"].fillna(table["age"].median())
columns = [name for name in table.columns if name != "y"]
X_train = table[columns].to_numpy()
LogisticRegression().fit(X_train, table["y"])
""",
    "all but the last column": """
rows = StandardScaler().fit_transform(df)
X_train, y_train = rows[:, :-1], rows[:, -1]
LogisticRegression().fit(X_train, y_train)
""",
    "parts from elsewhere": """
from project.data import load
Xtr, Xte, ytr, yte = load()
scaler = StandardScaler()
Xtr = scaler.fit_transform(Xtr)
print(LogisticRegression().fit(Xtr, ytr).score(scaler.transform(Xte), yte))
""",
    "means of each row, by a function": """
df["mean"] = df[["a", "b"]].apply(lambda row: row - row.mean(), axis=1)
train, test = train_test_split(df)
""",
    "the mean of another table": """
weather = pd.read_csv("weather.csv")
df["warmer"] = df["temperature"] - weather["temperature"].mean()
train, test = train_test_split(df)
""",
    "lags that are not used": """
shifted = df["y"].shift(1)
print(shifted.corr(df["y"]))
X_train, X_test, y_train, y_test = train_test_split(df[["a"]], df["y"])
""",
}
