"""Mainland market rules: pure functions and frozen, dated tables. No I/O, no float for money.

    refusals   RuleCode, Refusal (code, sentence, numbers), Refused (raised form)
    boards     SecurityClass, the table of classes, class_of
    symbols    resolve, parse_symbol, tick_size, t_plus, rule_of
    ticks      round_half_up, floor_to_tick, ceil_to_tick, is_on_tick, cents
    names      is_st, is_unreformed, is_delisting: what a security's name says
    limits     price_limits, limit_up, limit_down
    cage       cage_bound, lowest_sell_price, highest_buy_price (and the same from a Quote)
    lots       round_buy, round_sell, largest_buy, buy_refusal, sell_refusal
    calendar   Calendar, is_trading_day, next_trading_day, horizon_warning (table in calendar_table)
    sessions   phase_at, order_acceptance, cancel_refusal, next_open
    fees       FeeSchedule: order fees, cash to freeze, net proceeds, break-even price
    user_days  the user's own trading days: parse_user_days, read_user_days, with_user_days
    ledger     Ledger: cash, shares and loans of one account, immutable (as a plain dict by ledger_codec)
    lending    reverse repos: Loan, due_day, interest_days
    declaration  declaration_range: call auctions of days without limits
    halts      halt_after: halts of days without limits
    st_cap     st_daily_cap
    matching   match_on_arrival, match_resting, match_market: orders against one book, in thousandths
    price_types  PriceType: numbers of xtconstant
    auction    auction_price: call-auction price per exchange
    orders     OrderQuery, Verdict
    checks     check_order, check_cancel: the whole chain of rules for one order (steps in check_steps)
    cases      worked cases as a command: `python -m core.exchange check CASES.json [--diff]` (case_input, lifecycle)

Every rule knows from when it holds: functions take the trading day. Prices are Decimal yuan, except in
`matching`, where they are int thousandths of a yuan for speed. Volumes are shares.
"""
