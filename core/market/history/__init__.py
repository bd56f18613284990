"""History: bars kept on disk, which days are missing, adjusted prices, and ex-rights days.

What is stored are real (unadjusted) prices. Adjusting makes prices for looking at; levels, triggers and orders
never see them.
"""
