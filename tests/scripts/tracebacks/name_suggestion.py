def compute():
    total_amount = 5
    return totl_amount


compute()
