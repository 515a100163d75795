import { category, combine, type Domain, date, id, integer, named, real, refers, table, year } from "../domain.js";

export const weather: Domain = {
  id: "weather",
  split: "train",
  tables: [
    table("station", ["station", "stations"], 14, [
      id("stn_id"),
      named(
        "stn_name",
        "station name",
        combine(["Cape", "Fort", "Lake", "Mount"], ["Alba", "Brook", "Corvus", "Dorn"]),
      ),
      category("state", "state", ["Oregon", "Utah", "Nevada", "Idaho"], { eq: ["in {v}"] }),
      integer("altitude", "altitude", 10, 2900, { most: "highest", least: "lowest" }, 10),
      year("opened", "opening year", 1931, 2012, { over: ["opened after {v}"], under: ["opened before {v}"] }),
    ]),
    table("reading", ["reading", "readings"], 60, [
      id("rdg_id"),
      refers("stn_id", "station", "from", {}),
      date("rdg_date", "reading date", "2023-01-01", "2023-12-31", {
        over: ["taken after {v}"],
        under: ["taken before {v}"],
      }),
      real("max_temp", "maximum temperature", 2, 41, { most: "hottest", least: "coldest" }, 0.5),
      real(
        "rain_mm",
        "rainfall",
        0.5,
        64,
        { plural: "rainfall", most: "wettest", least: "driest", nulls: 0.12, sum: true },
        0.5,
      ),
      integer("wind_kmh", "wind speed", 3, 110, { most: "windiest", least: "calmest" }),
    ]),
    table("repair", ["repair", "repairs"], 24, [
      id("rep_id"),
      refers("stn_id", "station", "at", { unused: 3 }),
      category("part", "part", ["Sensor", "Battery", "Antenna", "Cable"], {}),
      real("cost", "cost", 20, 640, { most: "most expensive", least: "cheapest", sum: true }, 2.5),
    ]),
  ],
};
