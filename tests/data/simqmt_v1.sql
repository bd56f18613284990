BEGIN TRANSACTION;
CREATE TABLE accounts (account TEXT PRIMARY KEY, ledger TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "accounts" VALUES('88000001','{"version": 1, "day": "2026-11-20", "cash": "995999.96", "proceeds_today": "0", "schedule": {"commission_rate": "0.00025", "commission_min": "5", "fund_rate": "0.00025", "fund_min": "5", "bond_rate": "0.00005", "bond_min": "1"}, "holdings": [{"symbol": "600000.SH", "volume": 1300, "can_use": 600, "frozen": 400, "yesterday": 1000, "on_road": 300, "cost": "12005.03", "last": "10.000", "same_day": 0}], "orders": [{"order_id": "10002", "symbol": "600000.SH", "side": "BUY", "volume": 100, "price": "9.9", "frozen_cash": "995.01", "full_freeze": "995.01", "filled": 0, "amount": "0", "fees": ["0", "0", "0"]}, {"order_id": "10003", "symbol": "600000.SH", "side": "SELL", "volume": 400, "price": "10.1", "frozen_cash": "0", "full_freeze": "0", "filled": 0, "amount": "0", "fees": ["0", "0", "0"]}], "loans": []}');
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "meta" VALUES('day','2026-11-20');
INSERT INTO "meta" VALUES('last_order_id','10003');
INSERT INTO "meta" VALUES('last_trade','1');
INSERT INTO "meta" VALUES('market','测试行情');
INSERT INTO "meta" VALUES('sysids','{"SH": 3}');
INSERT INTO "meta" VALUES('time_ms','1795140000000');
CREATE TABLE orders (order_id INTEGER PRIMARY KEY, account TEXT NOT NULL, day TEXT NOT NULL,
  status INTEGER NOT NULL, body TEXT NOT NULL);
INSERT INTO "orders" VALUES(10001,'88000001','2026-11-20',56,'{"account": "88000001", "symbol": "600000.SH", "name": "测试证券", "order_id": 10001, "sysid": "1", "time_ms": 1795140000000, "side": "BUY", "volume": 300, "price": "10", "price_type": 11, "status": 56, "status_msg": "", "remark": "策略", "strategy": "s", "traded_volume": 300, "traded_amount": "3000.000", "at_exchange": true}');
INSERT INTO "orders" VALUES(10002,'88000001','2026-11-20',50,'{"account": "88000001", "symbol": "600000.SH", "name": "测试证券", "order_id": 10002, "sysid": "2", "time_ms": 1795140000000, "side": "BUY", "volume": 100, "price": "9.9", "price_type": 11, "status": 50, "status_msg": "", "remark": "b", "strategy": "s", "traded_volume": 0, "traded_amount": "0", "at_exchange": true}');
INSERT INTO "orders" VALUES(10003,'88000001','2026-11-20',50,'{"account": "88000001", "symbol": "600000.SH", "name": "测试证券", "order_id": 10003, "sysid": "3", "time_ms": 1795140000000, "side": "SELL", "volume": 400, "price": "10.1", "price_type": 11, "status": 50, "status_msg": "", "remark": "s", "strategy": "s", "traded_volume": 0, "traded_amount": "0", "at_exchange": true}');
CREATE TABLE trades (number INTEGER PRIMARY KEY, account TEXT NOT NULL, day TEXT NOT NULL,
  body TEXT NOT NULL);
INSERT INTO "trades" VALUES(1,'88000001','2026-11-20','{"account": "88000001", "symbol": "600000.SH", "name": "测试证券", "trade_id": "1", "order_id": 10001, "sysid": "1", "time_ms": 1795140000000, "side": "BUY", "price": "10.000", "volume": 300, "amount": "3000.000", "commission": "5.03", "remark": "策略", "strategy": "s"}');
CREATE INDEX orders_by_day ON orders (day);
CREATE INDEX trades_by_day ON trades (day);
COMMIT;
PRAGMA user_version=1;
