"""The invented cases of methods.csv: changes of a score, and two groups followed up, with what is known."""

CHANGES = (7, -2, 11, 4, 0.5, -6, 9, 15, 1, 3, -1.5, 8)

#: Days, and whether they end with the event.
ONE = (
    [45, 80, 120, 160, 210, 230, 290, 300, 310, 365, 365, 365, 365, 365],
    [1, 0, 1, 0, 1, 1, 0, 1, 0, 0, 1, 0, 0, 0],
)
OTHER = (
    [20, 50, 60, 110, 150, 155, 190, 240, 260, 305, 330, 365],
    [1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 0],
)

#: Age and a yes or no of each person, the first group before the other.
COVARIATES = [
    *((24, 1), (31, 0), (45, 1), (38, 1), (29, 0), (52, 1), (33, 1)),
    *((41, 0), (27, 1), (36, 1), (48, 0), (30, 1), (39, 1), (44, 1)),
    *((27, 1), (22, 0), (41, 1), (30, 0), (33, 1), (25, 0)),
    *((35, 1), (46, 1), (28, 0), (37, 1), (23, 1), (40, 0)),
]
