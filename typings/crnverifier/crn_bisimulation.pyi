# What this project uses of crnverifier, which has no types.
Reaction = list[list[str]]

def crn_bisimulation_test(
    fcrn: list[Reaction], icrn: list[Reaction], formals: set[str], interpretation: dict[str, list[str]]
) -> tuple[bool, dict[str, list[str]] | None]: ...
def passes_modularity_condition(
    bisim: dict[str, list[str]] | None, icrn: list[Reaction], common_is: set[str], common_fs: set[str]
) -> bool: ...
