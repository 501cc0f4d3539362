"""What people see of each other: friends by luck, ownership and satisfaction as at the start of the week."""

from golden.people import Market, Person


def a_friend(market: Market, me: Person, u: float) -> Person | None:
    """The friend that luck `u` picks."""
    everybody_else = [number for number in range(len(market.people)) if number != me.number]
    friends = everybody_else if market.friends is None else market.friends[me.number]
    return market.people[friends[int(u * len(friends))]] if friends else None


def owners_near(market: Market, me: Person) -> list[int]:
    """The brand of each neighbour who is a customer, friend by friend; who is linked twice counts twice."""
    if market.friends is None:  # brand by brand: of everybody it is only known how many own what
        return [brand for brand in range(market.brands) for bonds in market.seen if bonds[brand].customer]
    return [
        brand for friend in market.friends[me.number] for brand in range(market.brands)
        if market.seen[friend][brand].customer
    ]  # fmt: skip


def share_who_own(market: Market, me: Person) -> float:
    """Share of the neighbours who are customers of any brand."""
    neighbours = len(market.people) - 1 if market.friends is None else len(market.friends[me.number])
    return len(owners_near(market, me)) / max(1, neighbours)
