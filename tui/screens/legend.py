"""The words of the help page: what each mark means, and why other totals differ."""

MARKS: tuple[tuple[str, str], ...] = (
    ("▼ long", "a long position was liquidated: closed by a forced sell"),
    ("▲ short", "a short position was liquidated: closed by a forced buy"),
    ("◆", "the largest single liquidation of the last 24 h"),
    ("≥", "a lower bound: part of the window, or of what a venue publishes, was not heard"),
    ("cover", "share of the window's venue-time in which a feed was connected"),
    (
        "gives",
        "what a venue publishes: all rows; 1/s = at most one a second and contract; ? = unknown",
    ),
    (
        "sampled",
        "of venues that are not known to publish all: their share of a group; and in the reasons"
        " of a ≥ what such a venue gives",
    ),
    (
        "62% full",
        "seconds with a push of such a venue's fullest contract, in the window's fullest minute:"
        " one a second is the most, so the fuller, the more is hidden",
    ),
    (
        "side?",
        "for a day this venue's sides stood against the price, longs liquidated while it rose:"
        " what it calls long may be short",
    ),
    ("×0.83", "our tape of Gate ÷ Gate's own total of 24 h; shown outside 0.9 to 1.1"),
    (
        "gate only",
        "what Gate says was liquidated while we did not listen to it: in no total of ours",
    ),
    (
        "lag",
        "how much later than the venue's time its rows come, the median; above, of all venues",
    ),
    ("long %", "share of longs in what was liquidated, or of accounts or positions that are long"),
    ("accounts", "long ÷ short by heads: every account counts once"),
    ("topacc toppos", "the same for the venue's largest accounts: by heads, by money"),
    ("taker", "buy ÷ sell volume of orders that took the other side"),
    ("OI", "open interest in USD, one side counted"),
    ("fund 8h", "funding rate scaled to 8 h; positive = longs pay shorts"),
    ("USD $", "USD, USDT, USDC, FDUSD and USDE count as 1 dollar each, whatever they trade at"),
    ("365d 200d 50d 200w", "means of daily (weekly) closes; since = closes since the last cross"),
    (
        "zone",
        "neighbouring prices at which much was traded within a year: hourly spot candles, each"
        " spread evenly over its range, in steps of 0.5%; the fullest step has 1.5 × the mean or"
        " more, its neighbours at least half of it. Traded volume, not what holders paid",
    ),
    (
        "p62 365d",
        "of the scorecard: 62% of this number's own values of 365 days were no higher. Averages and"
        " gold have daily closes, accounts their ratios of a month; the others what was noted each"
        " hour of the last 90 days, from a week on",
    ),
    ("ns", "not significant: a correlation that chance gives as easily"),
    ("flight", "BTC clearly down while gold is clearly up, both in their own usual moves (σ)"),
    (
        "bid 1% ask 1%",
        "USD of orders within 1 % of the mid price, a side; ≥ where the book that the venue gave"
        " ends nearer; all = the sum over venues, spot and perpetual apart",
    ),
    (
        "1M bp 10M bp",
        "what a market order of 1 or 10 million USD costs against the mid price, in basis points"
        " of it, the dearer of buying and selling; n/a where the book that was given ends first",
    ),
    (
        "pct",
        "share of its own 30 days, by two hours, in which a book was no deeper, in the widest band"
        " that is whole now",
    ),
    (
        "absorption",
        "minutes for which bids within 1 % of the perpetuals would take the longs liquidated at the"
        " same venues, and asks the shorts, at the window's pace: at most (≤), since what is"
        " liquidated is a lower bound; ~ where the depth is one too",
    ),
    ("DVOL", "Deribit's index of the volatility expected over 30 days, % a year, from its options"),
    (
        "rank pctl",
        "where DVOL stands between the lowest and the highest daily close of 365 days; the share"
        " of those closes below it",
    ),
    (
        "ATM RR",
        "implied volatility at the forward; that of the call less that of the put whose forward"
        " delta is 0.25: negative = puts dearer, said as `puts +3.1 vol`",
    ),
    ("front calm", "ATM of 7 d a point or more below that of 90 d; tense: so much above"),
    (
        "CVD",
        "taker buys less taker sells in USD; spot is pairs against USDT, USDC and FDUSD (Coinbase:"
        " USD), perp all perpetuals of the coin. Of venues heard for 90% of the window alone: 2/4",
    ),
    (
        "78% perp",
        "share of perpetuals in the net taker flow that went the price's own way; flat = the price"
        " moved less than 0.05%",
    ),
    (
        "new longs",
        "price and OI up; short covering: price up, OI down; new shorts: price down, OI up; long"
        " flush: both down",
    ),
    (
        "forced",
        "longs liquidated ÷ what takers sold on the same venues' perpetuals; ≥ where all of that"
        " was heard, else ~",
    ),
    ("basis", "(mark - index) ÷ index of perpetuals, by open interest"),
    (
        "premium",
        "BTC/USD at Coinbase against BTC/USDT at Binance, a tether taken as a dollar, and at what"
        " Coinbase pays for it",
    ),
    ("spot÷perp", "taker volume of spot ÷ that of perpetuals, of the venues that count"),
    ("—", "the venue does not offer it, or nobody asks: price and OI are of followed coins alone"),
    ("↓USD ↑USD", "the table is sorted by this column, from the largest or the smallest on"),
    (
        "tradfi",
        "contracts on gold, shares and the like: recorded, but no part of totals, coins and feed",
    ),
    ("n/a", "we lack it; the reason stands beside it"),
    ("12m of 24h", "the store is younger than the window: this much of it exists"),
    ("· 31 smaller", "liquidations below the smallest size, folded by second; totals contain them"),
    ("STALE  !", "older than this feed should ever be; never shown as live"),
    (
        "burst cascade",
        "forced orders of a coin far above the same hour of its last seven days (a CUSUM of 5 s"
        " buckets), 65 % or more of one side, and the price over 1.5σ that way; a cascade where it"
        " goes on beyond 2.5σ. With less than 3 days stored: minutes of $1M or more and 10 × the"
        " mean of the 24 h before, bursts left out",
    ),
    ("market-wide", "a cascade in which three or more coins besides BTC are"),
    (
        "● calm",
        "no burst under way and every feed heard; unknown (binance silent) where one is not",
    ),
    (
        "× normal ×norm",
        "a total ÷ the mean of the same hours of the last seven days, events left out",
    ),
    ("σ", "a move in standard deviations: of the price's returns over a minute in the last 24 h"),
    ("! ~", "a feed was lost or is silent; it came back, and so much was asked for afterwards"),
    ("♪ z", "an alert that rang; one in quiet hours. ! to !!! is how grave it is, end is its end"),
    ("BTC over 90,000", "a round level was crossed from one hourly close to the next"),
    ("AT 2026-01-19 21:15Z", "all is as it was then but the price at the right, which is live"),
    ("HELD 0:42 +318", "the view is frozen for so long, and so many liquidations came since"),
)

COINGLASS = (
    "Why our 24 h total differs from CoinGlass. We add up only rows that an exchange published"
    " and this machine heard, or was told when it asked after a gap. Binance and OKX publish at"
    " most one liquidation per contract and second, so what falls in the same second is never told"
    " to anyone; Bybit and Gate say that they publish all, Deribit marks every fill in its book, of"
    " others it is not known; Hyperliquid, KuCoin, MEXC and BingX have no"
    " public feed at all."
    " CoinGlass follows more exchanges and may estimate what is not published; how, it does not"
    " say. We estimate nothing: a total is a lower bound, marked ≥, beside the cover it rests on."
    " Our window also ends now, to the second, and holds nothing from before this store began to"
    " listen; gold and share contracts are left out."
)
