"""Ten made-up firms of different kinds, as they might know themselves."""

from cxsim.data.figures import BY_KEY, understood


def figures(**given):
    return {key: understood(BY_KEY[key], value) for key, value in given.items()}


FIRMS = {
    "gym": figures(
        name="FitGym", like="gym", customers=700, billing="month", price=35, margin="60%", churn="3% a month", nps=35,
        failures="8%", contacts=30, first_contact="70%", referral="10%", share="40%", rivals={"CheapFit": 35},
    ),
    "bank": figures(like="bank", customers=900, billing="quarter", price=25, margin="50%", churn="9%", share="35%"),
    "streaming": figures(billing="month", price=9, customers=50_000, churn="4% a month", nps=20),
    "telecom": figures(like="telecom", customers=1500, billing="month", price=25, churn="15%", new=240, contacts=60, failures="10%"),
    "software": figures(
        like="saas", customers=220, billing="quarter", price=2500, margin=0.8, churn="12%", nps=30, contacts=80, failures="30%"
    ),
    "shop": figures(
        name="Ma boutique", like="shop", customers=600, price=60, margin=0.4, purchases=2.2, repeat="42%", nps=40,
        failures="6%", late="9%", share="30%", season=[80, 80, 90, 95, 100, 95, 90, 90, 100, 110, 130, 140],
    ),
    "hotel": figures(like="hotel", customers=400, price=60, purchases=2.5, contacts=10, csat="85%"),
    "restaurant": figures(like="restaurant", customers=300, price=18, margin=0.6, purchases=6, nps=45, share=0.25),
    "hairdresser": figures(like="hairdresser", price=45, purchases=8, failures="3%"),
    "appliance": figures(
        like="appliance", customers=500, price=600, margin=0.35, life=7, nps=40, failures="12%", late="10%", share=0.4
    ),
}  # fmt: skip
